"""Bulk ratings: many open orders are rated part by part, with a result for each order."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import commissions
from services.rating.actions.coverage import nearest_of
from services.rating.actions.quantities import with_counts
from services.rating.actions.references import require_known
from services.rating.errors import NoProfile, NothingToRate, UnknownReference
from services.rating.rules.pricing import UNEXPECTED, Failed, rate_work_orders
from services.rating.rules.rated import Rated
from services.rating.rules.rating_runs import ListedResult, RatingRun, RatingRunCheck, RunHead, RunSelection, check_of
from services.rating.rules.work_orders import next_rating_version, ratable
from services.rating.store import charges, rate_tables, rating_runs, ratings, work_orders
from shared.access.grants import Scope
from shared.database.attempts import Attempts, isolate
from shared.database.failures import words_of
from shared.database.pages import PageQuery
from shared.database.pool import act_for
from shared.errors import Fault, NotFound
from shared.values.filters import RunFilter
from shared.values.numbers import counted

log = logging.getLogger(__name__)
PART = 1_000
"""The most orders in one part, and so in one transaction."""


async def start_run(
    session: AsyncSession, scope: Scope, requested_by: str, requested_at: datetime, selection: RunSelection
) -> int:
    """Starts a run with the open orders in scope that match and are ready, or with those chosen by id; returns its id.

    Raises NothingToRate, or UnknownReference for chosen orders, branches and customers that do not exist.
    """
    await require_known(session, selection, "")
    run_id, order_ids = await rating_runs.start(session, scope, requested_by, requested_at, selection)
    missing = sorted(set(selection.work_order_ids or ()) - set(order_ids))
    if missing:
        raise UnknownReference(
            f"{counted(len(missing), 'work order')} could not be found.",
            faults=[Fault("/work_order_ids", f"there is no work order {order_id}") for order_id in missing],
        )
    if not order_ids:
        raise NothingToRate(
            "No open order that matches is ready: it needs its proof of delivery, and its field work must have ended."
        )
    return run_id


async def check_run(
    session: AsyncSession, scope: Scope, requested_by: str, requested_at: datetime, selection: RunSelection
) -> RatingRunCheck:
    """What the run would do: it is started by the same rules, and the caller rolls that back.

    Raises what `start_run` does.
    """
    run_id = await start_run(session, scope, requested_by, requested_at, selection)
    return check_of(await rating_runs.expect_outcomes(session, run_id))


async def rate_part(session: AsyncSession, now: datetime, attempts: Attempts) -> bool:
    """Rates the next orders of the oldest unfinished run; returns False if there is nothing to do.

    Several workers can do this at the same time, each with other orders. A run that `attempts` leaves out is passed by.
    """
    run = await rating_runs.running(session, attempts.left_out)
    if run is None:
        return False
    idle = False
    async with attempts.attempt(session, run.id, f"rating run {run.id}"):
        idle = not await _rate_part_of(session, run, now)
    return not idle


async def _rate_part_of(session: AsyncSession, run: RunHead, now: datetime) -> bool:
    """Rates the next orders of a run; returns False if other workers have the rest.

    An order that can no longer be rated is skipped. One that is rated again keeps its charges, overrides and adjusted
    commissions, and its old rating if it cannot be rated. An order that cannot be rated or saved gets the reason as its
    result and does not stop the others.
    """
    order_ids = await rating_runs.next_orders(session, run.id, PART)
    if not order_ids:
        return await rating_runs.finish(session, run.id)
    await act_for(session, run.requested_by)
    orders = await work_orders.lock_ready_for_rating(session, order_ids, ratable(again=run.again))
    entered = await charges.of_orders(session, [order.id for order in orders])
    table = await rate_tables.load(session)
    rated, failed = rate_work_orders(await with_counts(session, orders, table), table, entered)
    versions = {order.id: next_rating_version(order) for order in orders}
    replaced = {order.id: order.rating_version for order in orders if order.status != "open"}

    async def save(part: Sequence[Rated]) -> None:
        ids = [rating.work_order_id for rating in part]
        old = {order_id: replaced[order_id] for order_id in ids if order_id in replaced}
        before = await commissions.take_back(session, old, run.requested_by, now) if old else []
        await ratings.insert(session, part, versions, run.requested_by, now)
        await commissions.book(session, part, orders, versions, run.requested_by, now)
        if before:
            new = {order_id: versions[order_id] for order_id in old}
            await commissions.keep_adjustments(session, before, new, run.requested_by, now)
        await ratings.announce(session, ids)

    rejected = await isolate(session, rated, save)
    for rating, error in rejected:
        log.error("work order %d could not be rated in run %d: %r", rating.work_order_id, run.id, error)
    failed += [Failed(rating.work_order_id, UNEXPECTED, words_of(error)) for rating, error in rejected]
    lost = {rating.work_order_id for rating, _ in rejected}
    rated = [rating for rating in rated if rating.work_order_id not in lost]
    skipped = sorted(set(order_ids) - {order.id for order in orders})
    await rating_runs.record(session, run.id, rated, failed, skipped)
    return True


async def delete_old_results(session: AsyncSession, before: datetime, limit: int) -> int:
    """Deletes at most `limit` results of runs that finished before this moment, and returns how many."""
    return await rating_runs.delete_results(session, before, limit)


async def read_run(session: AsyncSession, scope: Scope, run_id: int) -> RatingRun:
    """Returns a run with its counts by outcome; raises NotFound, also if the caller may not see all of its orders."""
    run = await rating_runs.find(session, scope, run_id)
    if run is None:
        raise NotFound(f"There is no rating run {run_id}.")
    return RatingRun(**vars(run), outcomes=await rating_runs.count_outcomes(session, run_id))


async def list_runs(
    session: AsyncSession, scope: Scope, filters: RunFilter, query: PageQuery
) -> tuple[list[RatingRun], str | None, int | None]:
    """One page of runs, the cursor of the next page, and how many match that the caller may see."""
    found, cursor, count = await rating_runs.list_runs(session, scope, filters, query)
    return [RatingRun(**vars(run), outcomes=()) for run in found], cursor, count


async def list_results(
    session: AsyncSession, scope: Scope, run_id: int, outcome: str | None, query: PageQuery
) -> tuple[list[ListedResult], str | None, int | None]:
    """One page of the results of a run, the cursor of the next page, and how many match; raises NotFound.

    Files do not show the nearest profiles, so they are not looked up for them.
    """
    await read_run(session, scope, run_id)
    results, cursor, count = await rating_runs.list_results(session, run_id, outcome, query)
    unmatched = [one.work_order_id for one in results if one.outcome == NoProfile.code]
    near = await nearest_of(session, unmatched) if query.limit is not None else {}
    return [ListedResult(**vars(one), nearest=near.get(one.work_order_id, ())) for one in results], cursor, count
