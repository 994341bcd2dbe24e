"""Commission periods and payments: a period is closed; what is owed is chosen, then paid or released."""

from fastapi import Response

from services.rating.actions import commission_payments
from services.rating.errors import CommissionPeriodClosed, NothingToPay, PaymentSettled
from services.rating.schemas.commission_payments import PaymentRead, PaymentRequest, PeriodRead
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.files import CSV_RESPONSE
from shared.http.operation import CallerOf, Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id

periods = Router("commission-periods")
router = Router("commission-payments")
VIEW = declared.feature("rating.commissions", Level.VIEW)
APPROVE = declared.feature("rating.commissions", Level.APPROVE)


@periods.get("", access=VIEW)
async def list_commission_periods(caller: CallerOf, session: Transaction) -> list[PeriodRead]:
    """All commission periods, the newest first; one is open, and a closed one never changes."""
    found = await commission_payments.list_periods(session, caller.scope)
    return [PeriodRead.model_validate(one) for one in found]


@periods.post("/{period_id}/close", access=APPROVE, idempotent=True, refuses=[NotFound, CommissionPeriodClosed])
async def close_commission_period(period_id: Id, caller: CallerOf, session: Transaction) -> PeriodRead:
    """Closes the open period for good and opens the next; later corrections are booked there."""
    closed = await commission_payments.close_period(session, caller.scope, period_id, caller.name, now())
    return PeriodRead.model_validate(closed)


@router.get("", access=VIEW, response_model=Page[PaymentRead, Count], responses=CSV_RESPONSE)
async def list_commission_payments(
    page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[PaymentRead, Count] | Response:
    """All payments, the newest first."""
    found, cursor, count = await commission_payments.list_payments(session, caller.scope, page)
    items = [PaymentRead.model_validate(one) for one in found]
    return answer(page, "commission-payments", PaymentRead, items, cursor, Count(count=count))


@router.post("", access=APPROVE, status_code=201, idempotent=True, refuses=[NothingToPay])
async def select_commission_payment(wanted: PaymentRequest, caller: CallerOf, session: Transaction) -> PaymentRead:
    """Chooses everything that is owed, to be paid together. A server who would get less than nothing waits."""
    payment_id = await commission_payments.select_payment(
        session, caller.scope, wanted.servers, wanted.through_period, caller.name, now()
    )
    return await _read(session, caller, payment_id)


@router.get("/{payment_id}", access=VIEW, refuses=[NotFound])
async def read_commission_payment(payment_id: Id, caller: CallerOf, session: Transaction) -> PaymentRead:
    """One payment; what it holds is `GET /commissions?payment=…`."""
    return await _read(session, caller, payment_id)


@router.post("/{payment_id}/pay", access=APPROVE, idempotent=True, refuses=[NotFound, PaymentSettled])
async def pay_commissions(payment_id: Id, caller: CallerOf, session: Transaction) -> PaymentRead:
    """Records that the chosen commissions were paid, for good."""
    await commission_payments.pay(session, caller.scope, payment_id, caller.name, now())
    return await _read(session, caller, payment_id)


@router.post("/{payment_id}/release", access=APPROVE, idempotent=True, refuses=[NotFound, PaymentSettled])
async def release_commissions(payment_id: Id, caller: CallerOf, session: Transaction) -> PaymentRead:
    """Lets the chosen commissions go; they are owed again."""
    released = await commission_payments.release(session, caller.scope, payment_id)
    return PaymentRead.model_validate(released)


async def _read(session: Transaction, caller: CallerOf, payment_id: int) -> PaymentRead:
    return PaymentRead.model_validate(await commission_payments.read_payment(session, caller.scope, payment_id))
