"""Commission periods and payments: a period is closed; what is owed is chosen, then paid or released."""

from fastapi import Response

from services.rating.actions import commission_payments
from services.rating.errors import CommissionPeriodClosed, NothingToPay, PaymentSettled
from services.rating.rules.commission_payments import Payment, Period
from services.rating.schemas.commission_payments import PaymentRequest
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
async def list_commission_periods(caller: CallerOf, session: Transaction) -> list[Period]:
    """All commission periods, the newest first; one is open, and a closed one never changes."""
    return await commission_payments.list_periods(session, caller.scope)


@periods.post("/{period_id}/close", access=APPROVE, idempotent=True, refuses=[NotFound, CommissionPeriodClosed])
async def close_commission_period(period_id: Id, caller: CallerOf, session: Transaction) -> Period:
    """Closes the open period for good and opens the next; later corrections are booked there."""
    return await commission_payments.close_period(session, caller.scope, period_id, caller.name, now())


@router.get("", access=VIEW, response_model=Page[Payment, Count], responses=CSV_RESPONSE)
async def list_commission_payments(
    page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[Payment, Count] | Response:
    """All payments, the newest first."""
    found, cursor, count = await commission_payments.list_payments(session, caller.scope, page)
    return answer(page, "commission-payments", Payment, found, cursor, Count(count=count))


@router.post("", access=APPROVE, status_code=201, idempotent=True, refuses=[NothingToPay])
async def select_commission_payment(wanted: PaymentRequest, caller: CallerOf, session: Transaction) -> Payment:
    """Chooses everything that is owed, to be paid together. A server who would get less than nothing waits."""
    payment_id = await commission_payments.select_payment(
        session, caller.scope, wanted.servers, wanted.through_period, caller.name, now()
    )
    return await commission_payments.read_payment(session, caller.scope, payment_id)


@router.get("/{payment_id}", access=VIEW, refuses=[NotFound])
async def read_commission_payment(payment_id: Id, caller: CallerOf, session: Transaction) -> Payment:
    """One payment; what it holds is `GET /commissions?payment=…`."""
    return await commission_payments.read_payment(session, caller.scope, payment_id)


@router.post("/{payment_id}/pay", access=APPROVE, idempotent=True, refuses=[NotFound, PaymentSettled])
async def pay_commissions(payment_id: Id, caller: CallerOf, session: Transaction) -> Payment:
    """Records that the chosen commissions were paid, for good."""
    await commission_payments.pay(session, caller.scope, payment_id, caller.name, now())
    return await commission_payments.read_payment(session, caller.scope, payment_id)


@router.post("/{payment_id}/release", access=APPROVE, idempotent=True, refuses=[NotFound, PaymentSettled])
async def release_commissions(payment_id: Id, caller: CallerOf, session: Transaction) -> Payment:
    """Lets the chosen commissions go; they are owed again."""
    return await commission_payments.release(session, caller.scope, payment_id)
