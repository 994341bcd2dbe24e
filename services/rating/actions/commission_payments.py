"""Commission periods, which are closed, and payments, which are selected and then paid or released."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.errors import CommissionPeriodClosed, NothingToPay, PaymentSettled, UnknownReference
from services.rating.rules.commission_payments import Payment, Period, choose
from services.rating.store import commission_payments as payments
from services.rating.store import references
from shared.access.grants import EVERYTHING, Scope
from shared.database.pages import PageQuery
from shared.errors import Fault, Forbidden, NotFound


async def list_periods(
    session: AsyncSession, scope: Scope, query: PageQuery
) -> tuple[list[Period], str | None, int | None]:
    """One page of the periods with what is booked in each within the scope, the next cursor, and how many there are."""
    return await payments.list_periods(session, scope, query)


async def close_period(
    session: AsyncSession, scope: Scope, period_id: int, closed_by: str, closed_at: datetime
) -> Period:
    """Closes the open period and opens the next one; waits for ratings that are booking in it.

    Raises Forbidden for callers who may not see all branches and customers, NotFound, or CommissionPeriodClosed.
    """
    if scope != EVERYTHING:
        raise Forbidden(
            "Closing a commission period affects all branches and customers, but you are limited to some of them. "
            "Ask someone without limits to close it."
        )
    if await payments.find_period(session, scope, period_id) is None:
        raise NotFound(f"There is no commission period {period_id}.")
    if not await payments.close_period(session, period_id, closed_by, closed_at):
        raise CommissionPeriodClosed(f"Commission period {period_id} is already closed.")
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
    """Selects all commissions that are owed to the servers (all servers if None) and returns the id of the payment.

    If two clerks do this at the same time, the second waits for the first and finds nothing left. Raises NothingToPay or
    UnknownReference.
    """
    unknown = await find_unknown(session, scope, servers, through_period)
    if unknown:
        faults = [Fault(pointer, detail) for pointer, detail in unknown]
        raise UnknownReference("This payment names servers or periods that do not exist; see `errors`.", faults=faults)
    choice = choose(await payments.lock_owed(session, scope, servers, through_period))
    if not choice.ids:
        raise NothingToPay(
            "No commission can be paid now: nothing is owed that is not already in a payment, "
            "or the balance of each server is negative."
        )
    return await payments.insert_payment(session, choice, selected_by, selected_at)


async def find_unknown(
    session: AsyncSession, scope: Scope, servers: Sequence[str] | None, through_period: int | None
) -> list[tuple[str, str]]:
    """The servers and the period that do not exist, by JSON pointer."""
    unknown = await references.find_unknown_servers(session, servers or ())
    found = [
        (f"/servers/{index}", f"there is no server {server}")
        for index, server in enumerate(servers or ())
        if server in unknown
    ]
    if through_period is not None and await payments.find_period(session, scope, through_period) is None:
        found.append(("/through_period", f"there is no commission period {through_period}"))
    return found


async def pay(session: AsyncSession, scope: Scope, payment_id: int, paid_by: str, paid_at: datetime) -> None:
    """Records that the selected commissions were paid, which is final; raises NotFound or PaymentSettled."""
    await _lock_selected(session, scope, payment_id)
    await payments.pay(session, payment_id, paid_by, paid_at)


async def release(session: AsyncSession, scope: Scope, payment_id: int) -> Payment:
    """Releases the selected commissions, so that they are owed again; raises NotFound or PaymentSettled."""
    payment = await _lock_selected(session, scope, payment_id)
    await payments.release(session, payment_id)
    return replace(payment, status="released")


async def _lock_selected(session: AsyncSession, scope: Scope, payment_id: int) -> Payment:
    payment = await read_payment(session, scope, payment_id, lock=True)
    if payment.status != "selected":
        raise PaymentSettled(f"Commission payment {payment_id} was already {payment.status}.")
    return payment


async def read_payment(session: AsyncSession, scope: Scope, payment_id: int, *, lock: bool = False) -> Payment:
    """Returns a payment, with `lock` locked against other changes; raises NotFound."""
    found = await payments.find_payment(session, scope, payment_id, lock=lock)
    if found is None:
        raise NotFound(f"There is no commission payment {payment_id}.")
    return found


async def list_payments(
    session: AsyncSession, scope: Scope, query: PageQuery
) -> tuple[list[Payment], str | None, int | None]:
    """One page of payments, the cursor of the next page, and how many the caller may see."""
    return await payments.list_payments(session, scope, query)
