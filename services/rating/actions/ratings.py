"""Rating one order, removing a rating, and answering why its charges are what they are."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.orders import hold_editable
from services.rating.errors import NotRated
from services.rating.rules.orders import next_rating_version, require_rated, require_ready_for_rating
from services.rating.rules.pricing import RatedLine, rate_work_order
from services.rating.rules.ratings import RatingHead
from services.rating.store import orders, rate_tables, ratings
from shared.access import Scope
from shared.errors import NotFound


async def rate_order(
    session: AsyncSession, scope: Scope, order_id: int, expected_revision: int, rated_by: str, rated_at: datetime
) -> None:
    """Rates an order, or rates it again with the next version; when that fails the old rating stays.

    Raises NotFound, LockedUseCredit, VersionStale, NotReadyForRating, RegionRequired, RegionAmbiguous, NoProfile,
    NothingToCharge.
    """
    order = await hold_editable(session, scope, order_id, expected_revision)
    require_ready_for_rating(order)
    table = await rate_tables.load(session, [order.branch])
    rated = rate_work_order(order, table)
    await ratings.insert(session, [rated], {order_id: next_rating_version(order)}, rated_by, rated_at)
    await ratings.announce(session, [order_id])


async def remove_rating(session: AsyncSession, scope: Scope, order_id: int, expected_revision: int) -> None:
    """Opens a rated order again; takes it off its draft invoice first."""
    order = await hold_editable(session, scope, order_id, expected_revision)
    require_rated(order)
    if order.status == "assigned":
        await orders.unassign(session, order_id)
    await orders.remove_rating(session, order_id)
    await ratings.announce(session, [order_id])


async def read_rating(session: AsyncSession, scope: Scope, order_id: int) -> tuple[RatingHead, Sequence[RatedLine]]:
    """The current rating with its lines and explanation; raises NotFound, NotRated."""
    order = await orders.find(session, scope, order_id)
    if order is None:
        raise NotFound(f"There is no work order {order_id}.")
    head = await ratings.find(session, order_id, order.rating_version)
    if head is None:
        raise NotRated(f"Work order {order.number} has no rating.")
    return head, await ratings.lines(session, head.id)


async def read_history(session: AsyncSession, scope: Scope, order_id: int) -> list[RatingHead]:
    """Every rating that the order ever had, the newest first; raises NotFound."""
    if await orders.find(session, scope, order_id) is None:
        raise NotFound(f"There is no work order {order_id}.")
    return await ratings.history(session, order_id)
