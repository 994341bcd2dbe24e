"""The rating of one work order: made, explained, removed."""

from fastapi import Response

from services.rating.actions import orders, ratings
from services.rating.errors import (
    LockedUseCredit,
    NoProfile,
    NothingToCharge,
    NotRated,
    NotReadyForRating,
    RegionAmbiguous,
    RegionRequired,
)
from services.rating.schemas.ratings import RatingRead, RatingSummary
from shared import access
from shared.access import Level
from shared.clock import now
from shared.database import Transaction
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.etag import ExpectedVersion, etag
from shared.numbers import Id
from shared.operation import CallerOf, Router

router = Router("work-orders")
VIEW = access.feature("rating.rating", Level.VIEW)
EDIT = access.feature("rating.rating", Level.EDIT)
CHANGING = [NotFound, LockedUseCredit, VersionMissing, VersionStale]
FAILING = [NotReadyForRating, RegionRequired, RegionAmbiguous, NoProfile, NothingToCharge]


@router.post("/{work_order_id}/rating", access=EDIT, refuses=[*CHANGING, *FAILING])
async def rate_work_order(
    work_order_id: Id, revision: ExpectedVersion, response: Response, caller: CallerOf, session: Transaction
) -> RatingRead:
    """Rates an order, or rates it again with the next version. If-Match is the order's ETag."""
    await ratings.rate_order(session, caller.scope, work_order_id, revision, caller.name, now())
    return await _read(session, caller, work_order_id, response)


@router.get("/{work_order_id}/rating", access=VIEW, refuses=[NotFound, NotRated])
async def read_rating(work_order_id: Id, response: Response, caller: CallerOf, session: Transaction) -> RatingRead:
    """The current rating: each line, and why every other line of the profile did not come."""
    return await _read(session, caller, work_order_id, response)


@router.delete("/{work_order_id}/rating", access=EDIT, status_code=204, refuses=[*CHANGING, NotRated])
async def remove_rating(work_order_id: Id, revision: ExpectedVersion, caller: CallerOf, session: Transaction) -> None:
    """Removes the rating; the order is open again and its next rating gets a new version."""
    await ratings.remove_rating(session, caller.scope, work_order_id, revision)


@router.get("/{work_order_id}/ratings", access=VIEW, refuses=[NotFound])
async def list_ratings(work_order_id: Id, caller: CallerOf, session: Transaction) -> list[RatingSummary]:
    """Every rating that the order ever had, the newest first."""
    history = await ratings.read_history(session, caller.scope, work_order_id)
    return [RatingSummary.model_validate(head) for head in history]


async def _read(session: Transaction, caller: CallerOf, order_id: int, response: Response) -> RatingRead:
    head, lines = await ratings.read_rating(session, caller.scope, order_id)
    order, _ = await orders.read_order(session, caller.scope, order_id)
    response.headers["etag"] = etag(order.revision)
    return RatingRead.of(head, lines)
