"""The estimates of open orders, kept apart from the work that changes orders and rate tables."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.quantities import with_counts
from services.rating.rules.estimates import Estimate, KeptEstimate, estimate_all
from services.rating.rules.reconciliation import RatingDifference, compare_estimates
from services.rating.store import charges, estimates, rate_tables, work_orders
from shared.access.grants import EVERYTHING, Scope
from shared.database.attempts import Attempts, isolate
from shared.process.background import in_turns
from shared.values.fields import parts_of

_BLOCK = 500
"""The orders that are estimated in one transaction."""
_PART = 50
"""The most orders that are rated before requests get their turn: about 10 ms."""
_SAMPLE = 200


async def estimate_part(session: AsyncSession, estimated_at: datetime, attempts: Attempts) -> bool:
    """Estimates the orders that have waited longest; returns False if there is nothing to do.

    Changes of rate tables are passed on first, so that each order is estimated after what it waits for. One transaction
    at a time does this. An order whose estimate cannot be saved is left out for a while, and the others continue.
    """
    if not await estimates.take_turn(session):
        return False
    passed_on = await estimates.note_touched(session)
    order_ids = await estimates.waiting(session, _BLOCK, attempts.left_out)

    async def renew(ids: Sequence[int]) -> None:
        open_ids = await estimates.take_notes(session, ids)
        if open_ids:
            await estimates.save(session, await _estimate(session, open_ids), estimated_at)

    for order_id, error in await isolate(session, order_ids, renew):
        attempts.note_failure(order_id, f"the estimate of work order id {order_id}", error)
    return passed_on or bool(order_ids)


async def _estimate(session: AsyncSession, order_ids: Sequence[int]) -> list[Estimate]:
    """What the orders would come to now. Nothing is stored, and requests have their turns."""
    orders = await work_orders.find_all(session, EVERYTHING, order_ids)
    entered = await charges.of_orders(session, order_ids)
    table = await rate_tables.load(session)
    counted = await with_counts(session, orders, table)
    made: list[Estimate] = []
    async for part in in_turns(counted, _PART):
        made += estimate_all(part, table, entered)
    return made


async def find_differences(session: AsyncSession, scope: Scope) -> list[RatingDifference]:
    """Kept estimates that claim to be current and differ from what the orders would come to, in a sample of 200.

    What changes while they are compared is no difference.
    """
    kept = await estimates.sample(session, scope, _SAMPLE)
    made = {one.work_order_id: one for one in await _estimate(session, [one.work_order_id for one in kept])}
    differing = [one for one in kept if made.get(one.work_order_id) != _as_made(one)]
    if not differing:
        return []
    orders = await work_orders.find_all(session, EVERYTHING, [one.work_order_id for one in differing])
    current = await estimates.still_current(session, differing)
    return compare_estimates([*map(_as_made, current)], made, {order.id: order.number for order in orders})


def _as_made(kept: KeptEstimate) -> Estimate:
    return Estimate(**parts_of(kept, Estimate))
