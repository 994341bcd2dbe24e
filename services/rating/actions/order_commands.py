"""Commands for several chosen orders: those that can be changed are, and the others are named with the reason."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.closings import zero_bill_locked
from services.rating.actions.ratings import remove_ratings_locked
from services.rating.rules.order_commands import ChosenOrder, OrderResults, judge
from services.rating.rules.work_orders import EDITABLE, WorkOrder, require_open, require_rated
from services.rating.store import draft_invoices, work_orders
from shared.access.grants import Scope


async def unassign(session: AsyncSession, scope: Scope, chosen: Sequence[ChosenOrder], done_by: str) -> OrderResults:
    """Takes assigned orders off their draft invoices. They stay rated."""
    allowed, results = await _lock(session, scope, chosen, require_rated)
    if allowed:
        await draft_invoices.take_off(session, [order.id for order in allowed], done_by)
    return results


async def remove_ratings(
    session: AsyncSession, scope: Scope, chosen: Sequence[ChosenOrder], done_by: str, done_at: datetime
) -> OrderResults:
    """Removes the ratings of orders with their commissions, and takes the orders off their draft invoices."""
    allowed, results = await _lock(session, scope, chosen, require_rated)
    if allowed:
        await remove_ratings_locked(session, allowed, done_by, done_at)
    return results


async def zero_bill(
    session: AsyncSession,
    scope: Scope,
    chosen: Sequence[ChosenOrder],
    reason: str,
    done_by: str,
    done_at: datetime,
) -> OrderResults:
    """Closes open orders without an invoice."""
    allowed, results = await _lock(session, scope, chosen, require_open)
    if allowed:
        await zero_bill_locked(session, [order.id for order in allowed], reason, done_by, done_at)
    return results


async def _lock(
    session: AsyncSession, scope: Scope, chosen: Sequence[ChosenOrder], require: Callable[[WorkOrder], None]
) -> tuple[list[WorkOrder], OrderResults]:
    """Locks the orders; returns those that the command may change, and the results of all. At most two statements."""
    ids = sorted(one.work_order_id for one in chosen)
    found = {order.id: order for order in await work_orders.find_all(session, scope, ids, lock=True)}
    gone = [order.id for order in found.values() if order.status not in EDITABLE]
    places = await work_orders.find_whereabouts(session, gone) if gone else {}
    return judge(chosen, found, places, require)
