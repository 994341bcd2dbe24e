"""Commission periods and payments: a period is closed; what is owed is chosen, then paid or released."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.errors import CommissionPeriodClosed, NothingToPay, PaymentSettled
from services.rating.rules.commission_payments import Payment, Period, choose
from services.rating.store import commission_payments as payments
from shared.access.grants import EVERYTHING, Scope
from shared.database.pages import PageQuery
from shared.errors import Forbidden, NotFound


async def list_periods(session: AsyncSession, scope: Scope) -> list[Period]:
    return await payments.list_periods(session, scope)


async def close_period(
    session: AsyncSession, scope: Scope, period_id: int, closed_by: str, closed_at: datetime
) -> Period:
    """Closes the open period and opens the next; it waits for ratings that book in it at this moment.

    Raises Forbidden for whoever does not see everything that it closes, NotFound, CommissionPeriodClosed.
    """
    if scope != EVERYTHING:
        raise Forbidden("A commission period is closed for all branches and customers; your groups limit you to some.")
    if await payments.find_period(session, scope, period_id) is None:
        raise NotFound(f"There is no commission period {period_id}.")
    if not await payments.close_period(session, period_id, closed_by, closed_at):
        raise CommissionPeriodClosed(f"Commission period {period_id} is closed already.")
    period = await payments.find_period(session, scope, period_id)
    assert period is not None
    return period


async def select_payment(
    session: AsyncSession,
    scope: Scope,
    servers: Sequence[str] | None,
    through_period: int | None,
    selected_by: str,
    selected_at: datetime,
) -> int:
    """Chooses everything that is owed to the servers (all, if none are named) and returns the payment's id.

    Raises NothingToPay. Two clerks at once: the second waits for the first and finds nothing left.
    """
    choice = choose(await payments.lock_owed(session, scope, servers, through_period))
    if not choice.ids:
        raise NothingToPay("No server has a commission that is owed and free.")
    return await payments.insert_payment(session, choice, selected_by, selected_at)


async def pay(session: AsyncSession, scope: Scope, payment_id: int, paid_by: str, paid_at: datetime) -> None:
    """Records that the chosen commissions were paid, for good; raises NotFound, PaymentSettled."""
    await _hold_selected(session, scope, payment_id)
    await payments.pay(session, payment_id, paid_by, paid_at)


async def release(session: AsyncSession, scope: Scope, payment_id: int) -> Payment:
    """Lets the chosen commissions go; they are owed again. Raises NotFound, PaymentSettled."""
    payment = await _hold_selected(session, scope, payment_id)
    await payments.release(session, payment_id)
    return replace(payment, status="released")


async def _hold_selected(session: AsyncSession, scope: Scope, payment_id: int) -> Payment:
    payment = await read_payment(session, scope, payment_id, lock=True)
    if payment.status != "selected":
        raise PaymentSettled(f"Commission payment {payment_id} is {payment.status} already.")
    return payment


async def read_payment(session: AsyncSession, scope: Scope, payment_id: int, *, lock: bool = False) -> Payment:
    """One payment, with `lock` held against other changes; raises NotFound."""
    found = await payments.find_payment(session, scope, payment_id, lock=lock)
    if found is None:
        raise NotFound(f"There is no commission payment {payment_id}.")
    return found


async def list_payments(session: AsyncSession, scope: Scope, query: PageQuery) -> tuple[list[Payment], str | None, int]:
    return await payments.list_payments(session, scope, query)
