"""Commission periods and payments over HTTP."""

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import commission_payments
from services.rating.errors import CommissionPeriodClosed, NothingToPay, PaymentSettled, UnknownReference
from services.rating.rules.commission_payments import Payment, Period
from services.rating.schemas.commission_payments import PaymentRequest
from shared.access import declared
from shared.access.grants import EVERYTHING, Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.files import CSV_RESPONSE
from shared.http.operation import Naming, Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id
from shared.values.partly import PartlyRead

periods = Router("commission-periods")
router = Router("commission-payments")
VIEW = declared.feature("rating.commissions", Level.VIEW)
APPROVE = declared.feature("rating.commissions", Level.APPROVE)


@periods.get("", access=VIEW, response_model=Page[Period, Count], responses=CSV_RESPONSE)
async def list_commission_periods(
    page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[Period, Count] | Response:
    """Commission periods, newest first. One is open; a closed period never changes."""
    found, cursor, count = await commission_payments.list_periods(session, caller.scope, page)
    return answer(page, "commission-periods", Period, found, cursor, Count.of(count))


@periods.post("/{period_id}/close", access=APPROVE, idempotent=True, refuses=[NotFound, CommissionPeriodClosed])
async def close_commission_period(period_id: Id, caller: CallerOf, session: Transaction) -> Period:
    """Closes the open period, which cannot be undone, and opens the next one for later bookings and corrections."""
    return await commission_payments.close_period(session, caller.scope, period_id, caller.name, now())


@router.get("", access=VIEW, response_model=Page[Payment, Count], responses=CSV_RESPONSE)
async def list_commission_payments(
    page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[Payment, Count] | Response:
    """Commission payments, newest first."""
    found, cursor, count = await commission_payments.list_payments(session, caller.scope, page)
    return answer(page, "commission-payments", Payment, found, cursor, Count.of(count))


async def _find_unknown(session: AsyncSession, read: PartlyRead) -> list[tuple[str, str]]:
    body = read.value
    return await commission_payments.find_unknown(session, EVERYTHING, body.servers, body.through_period)


@router.post(
    "",
    access=APPROVE,
    status_code=201,
    idempotent=True,
    refuses=[NothingToPay, UnknownReference],
    naming=Naming(PaymentRequest, _find_unknown),
)
async def create_commission_payment(body: PaymentRequest, caller: CallerOf, session: Transaction) -> Payment:
    """Selects all commissions that are owed, to pay them together. Servers with a negative balance are left out."""
    payment_id = await commission_payments.select_payment(
        session, caller.scope, body.servers, body.through_period, caller.name, now()
    )
    return await commission_payments.read_payment(session, caller.scope, payment_id)


@router.get("/{payment_id}", access=VIEW, refuses=[NotFound])
async def read_commission_payment(payment_id: Id, caller: CallerOf, session: Transaction) -> Payment:
    """One payment. `GET /commissions?payment=…` lists its commissions."""
    return await commission_payments.read_payment(session, caller.scope, payment_id)


@router.post("/{payment_id}/pay", access=APPROVE, idempotent=True, refuses=[NotFound, PaymentSettled])
async def pay_commissions(payment_id: Id, caller: CallerOf, session: Transaction) -> Payment:
    """Records that the selected commissions were paid, which cannot be undone."""
    await commission_payments.pay(session, caller.scope, payment_id, caller.name, now())
    return await commission_payments.read_payment(session, caller.scope, payment_id)


@router.post("/{payment_id}/release", access=APPROVE, idempotent=True, refuses=[NotFound, PaymentSettled])
async def release_commissions(payment_id: Id, caller: CallerOf, session: Transaction) -> Payment:
    """Releases the selected commissions, so that they are owed again."""
    return await commission_payments.release(session, caller.scope, payment_id)
