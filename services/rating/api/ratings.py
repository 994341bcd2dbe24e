"""The rating of a work order over HTTP."""

from services.rating.actions import ratings
from services.rating.api.dependencies import CHANGING
from services.rating.errors import (
    AmountTooLarge,
    NoProfile,
    NothingToCharge,
    NotRated,
    NotReadyForRating,
    PrebillNotInTable,
    RegionAmbiguous,
    RegionRequired,
    ZoneRequired,
)
from services.rating.rules.ratings import Rating, RatingSummary
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.etag import ExpectedVersion, Tagged, etag
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("work-orders")
VIEW = declared.feature("rating.rating", Level.VIEW)
EDIT = declared.feature("rating.rating", Level.EDIT)
FAILING = [
    *(RegionRequired, RegionAmbiguous, NoProfile, NothingToCharge),
    *(ZoneRequired, PrebillNotInTable, AmountTooLarge),
]


@router.post("/{work_order_id}/rating", access=EDIT, refuses=[*CHANGING, NotReadyForRating, *FAILING])
async def rate_work_order(
    work_order_id: Id, revision: ExpectedVersion, response: Tagged, caller: CallerOf, session: Transaction
) -> Rating:
    """Rates an order, or rates it again with the next version. `If-Match` is the ETag of the order."""
    await ratings.rate_order(session, caller.scope, work_order_id, revision, caller.name, now())
    return await _read(session, caller, work_order_id, response)


@router.get("/{work_order_id}/rating", access=VIEW, refuses=[NotFound, NotRated])
async def read_rating(work_order_id: Id, response: Tagged, caller: CallerOf, session: Transaction) -> Rating:
    """The current rating with its lines, and the reason for every profile line that was or was not charged."""
    return await _read(session, caller, work_order_id, response)


@router.delete("/{work_order_id}/rating", access=EDIT, refuses=[*CHANGING, NotRated])
async def remove_rating(
    work_order_id: Id, revision: ExpectedVersion, response: Tagged, caller: CallerOf, session: Transaction
) -> Rating:
    """Removes the rating and answers it as it was, with the new ETag of the order, which is open again.

    To take this back, rate the order again: it gets the next version, by the rates and charges as they then are.
    """
    removed, order_revision = await ratings.remove_rating(
        session, caller.scope, work_order_id, revision, caller.name, now()
    )
    response.headers["etag"] = etag(order_revision)
    return removed


@router.get("/{work_order_id}/ratings", access=VIEW, refuses=[NotFound])
async def list_ratings(
    work_order_id: Id, page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[RatingSummary, Count]:
    """All ratings that the order ever had, newest first."""
    found, cursor, count = await ratings.list_ratings(session, caller.scope, work_order_id, page)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))


async def _read(session: Transaction, caller: CallerOf, order_id: int, response: Tagged) -> Rating:
    rating, order = await ratings.read_rating(session, caller.scope, order_id)
    response.headers["etag"] = etag(order.revision)
    return rating
