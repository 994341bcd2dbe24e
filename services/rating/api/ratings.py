"""The rating of one work order: tried out, made, explained, removed; and what rate tables do not cover."""

from fastapi import Response

from services.rating.actions import orders, ratings
from services.rating.errors import (
    AmountTooLarge,
    LockedUseCredit,
    NoProfile,
    NothingToCharge,
    NotRated,
    NotReadyForRating,
    PrebillNotInTable,
    RegionAmbiguous,
    RegionRequired,
    UnknownReference,
    ZoneRequired,
)
from services.rating.schemas.ratings import CoverageRead, GapRead, RatingRead, RatingSummary, TrialRead, TrialRequest
from shared import access
from shared.access import Level
from shared.clock import now
from shared.database import Transaction
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.etag import ExpectedVersion, etag
from shared.listing import PageQueryOf
from shared.numbers import Id
from shared.operation import CallerOf, Router
from shared.tables import CSV_RESPONSE, table_answer

router = Router("work-orders")
trials = Router("rating-trials")
coverage = Router("coverage")
VIEW = access.feature("rating.rating", Level.VIEW)
EDIT = access.feature("rating.rating", Level.EDIT)
CHANGING = [NotFound, LockedUseCredit, VersionMissing, VersionStale]
FAILING = [
    *(RegionRequired, RegionAmbiguous, NoProfile, NothingToCharge),
    *(ZoneRequired, PrebillNotInTable, AmountTooLarge),
]


@router.post("/{work_order_id}/rating", access=EDIT, refuses=[*CHANGING, NotReadyForRating, *FAILING])
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
    await ratings.remove_rating(session, caller.scope, work_order_id, revision, caller.name, now())


@router.get("/{work_order_id}/ratings", access=VIEW, refuses=[NotFound])
async def list_ratings(work_order_id: Id, caller: CallerOf, session: Transaction) -> list[RatingSummary]:
    """Every rating that the order ever had, the newest first."""
    history = await ratings.read_history(session, caller.scope, work_order_id)
    return [RatingSummary.model_validate(head) for head in history]


@router.get("/{work_order_id}/rating/trial", access=VIEW, refuses=[NotFound, *FAILING])
async def try_rating(work_order_id: Id, caller: CallerOf, session: Transaction) -> TrialRead:
    """Dry run: what the rating of an order would be now, whatever its status. Nothing is stored."""
    return TrialRead.of(await ratings.try_order(session, caller.scope, work_order_id))


@trials.post("", access=VIEW, refuses=[UnknownReference, *FAILING])
async def try_entry(wanted: TrialRequest, caller: CallerOf, session: Transaction) -> TrialRead:
    """Dry run of an order that does not exist, to try out a rate table. Nothing is stored."""
    order, charges = wanted.order.to_entry(), wanted.to_charges()
    return TrialRead.of(await ratings.try_entry(session, caller.scope, order, charges, caller.name, now()))


@coverage.get("", access=VIEW, response_model=CoverageRead, responses=CSV_RESPONSE)
async def check_coverage(page: PageQueryOf, caller: CallerOf, session: Transaction) -> CoverageRead | Response:
    """Every combination of the five keys used by open orders that has no profile, with the orders that wait."""
    found = CoverageRead.model_validate(await ratings.check_open_orders(session, caller.scope))
    if page.media_type is not None:
        return table_answer(page.media_type, "coverage", [*GapRead.model_fields][:-1], found.gaps)
    return found


async def _read(session: Transaction, caller: CallerOf, order_id: int, response: Response) -> RatingRead:
    stored = await ratings.read_rating(session, caller.scope, order_id)
    order, *_ = await orders.read_order(session, caller.scope, order_id)
    response.headers["etag"] = etag(order.revision)
    return RatingRead.of(stored)
