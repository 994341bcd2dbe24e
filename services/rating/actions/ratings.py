"""The rating of an order: rated, rated again, removed, read and explained."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.commissions import book, keep_adjustments, take_back
from services.rating.actions.quantities import with_counts
from services.rating.actions.work_orders import find_order, lock_editable
from services.rating.errors import NotRated
from services.rating.rules.pricing import rate_work_order
from services.rating.rules.ratings import Rating, RatingHead, RatingSummary, changes_between, with_commissions
from services.rating.rules.work_orders import (
    WorkOrder,
    next_rating_version,
    require_rated,
    require_ready_for_rating,
)
from services.rating.store import (
    charges,
    commissions,
    draft_invoices,
    rate_tables,
    ratings,
    work_orders,
)
from shared.access.grants import Scope
from shared.database.pages import PageQuery
from shared.errors import DomainError
from shared.values.fields import parts_of


async def rate_order(
    session: AsyncSession, scope: Scope, order_id: int, expected_revision: int, rated_by: str, rated_at: datetime
) -> None:
    """Rates an order, or rates it again with the next version. If that fails, the previous rating stays.

    Raises NotFound, LockedUseCredit, VersionStale, NotReadyForRating, and every refusal of `rules.pricing`.
    """
    await rate_locked(session, await lock_editable(session, scope, order_id, expected_revision), rated_by, rated_at)


async def rate_locked(session: AsyncSession, order: WorkOrder, rated_by: str, rated_at: datetime) -> Decimal:
    """Rates an order that the caller has locked and returns its total.

    Raises NotReadyForRating and every refusal of `rules.pricing`.
    """
    require_ready_for_rating(order)
    entered = await charges.of_orders(session, [order.id])
    table = await rate_tables.load(session)
    (counted,) = await with_counts(session, [order], table)
    rated = rate_work_order(counted, table, entered.get(order.id, ()))
    versions = {order.id: next_rating_version(order)}
    before = await take_back(session, {order.id: order.rating_version}, rated_by, rated_at)
    await ratings.insert(session, [rated], versions, rated_by, rated_at)
    await book(session, [rated], [order], versions, rated_by, rated_at)
    await keep_adjustments(session, before, versions, rated_by, rated_at)
    await ratings.announce(session, [order.id])
    return rated.total


def why_not_ready(order: WorkOrder) -> str:
    """Why the order cannot be rated yet, or an empty string if it can."""
    try:
        require_ready_for_rating(order)
    except DomainError as refusal:
        return refusal.detail
    return ""


async def remove_rating(
    session: AsyncSession, scope: Scope, order_id: int, expected_revision: int, removed_by: str, removed_at: datetime
) -> tuple[Rating, int]:
    """Removes the rating of an order with its commissions, and takes the order off its draft invoice.

    Returns the rating as it was, and the new revision of the order. Raises NotFound, LockedUseCredit, VersionStale or
    NotRated.
    """
    order = await lock_editable(session, scope, order_id, expected_revision)
    require_rated(order)
    removed, _ = await read_rating(session, scope, order_id)
    await remove_ratings_locked(session, [order], removed_by, removed_at)
    return removed, (await find_order(session, scope, order_id)).revision


async def remove_ratings_locked(
    session: AsyncSession, orders: Sequence[WorkOrder], removed_by: str, removed_at: datetime
) -> None:
    """Removes the ratings of rated orders that the caller has locked, with a fixed number of statements."""
    ids = [order.id for order in orders]
    await take_back(session, {order.id: order.rating_version for order in orders}, removed_by, removed_at)
    await draft_invoices.take_off(session, ids, removed_by)
    await work_orders.remove_ratings(session, ids, removed_by)
    await ratings.announce(session, ids)


async def read_rating(session: AsyncSession, scope: Scope, order_id: int) -> tuple[Rating, WorkOrder]:
    """Returns the current rating of an order, and the order; raises NotFound or NotRated."""
    order = await find_order(session, scope, order_id)
    head = await ratings.find(session, order_id, order.rating_version)
    if head is None:
        raise NotRated(f"Work order {order.number} has no rating. Rate it first.")
    lines = await ratings.lines(session, head.id)
    before = await ratings.find_before(session, order_id, head.version)
    changes = [] if before is None else changes_between(await ratings.lines(session, before.id), lines)
    earned = await commissions.of_rating(session, order_id, head.version)
    shown = with_commissions(lines, earned)
    return Rating(**parts_of(head, RatingSummary), lines=shown, changes=changes), order


async def list_ratings(
    session: AsyncSession, scope: Scope, order_id: int, query: PageQuery
) -> tuple[list[RatingHead], str | None, int | None]:
    """One page of the ratings that the order ever had, the next cursor, and their number; raises NotFound."""
    await find_order(session, scope, order_id)
    return await ratings.list_ratings(session, order_id, query)
