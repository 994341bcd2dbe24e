"""Rating all open orders that are ready, part by part, with a result for each order."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import commissions
from services.rating.errors import NothingToRate, UnknownReference
from services.rating.rules.pricing import rate_work_orders
from services.rating.rules.rating_runs import RatingResult, RatingRun, RunSelection
from services.rating.rules.work_orders import next_rating_version
from services.rating.store import charges, rate_tables, rating_runs, ratings, work_orders
from shared.access.grants import Scope
from shared.database.pages import PageQuery
from shared.errors import Fault, NotFound

PART = 1_000


async def start_run(
    session: AsyncSession, scope: Scope, requested_by: str, requested_at: datetime, wanted: RunSelection
) -> int:
    """Begins a run over the open orders in scope that fit and are ready, or over those that are named.

    Raises NothingToRate, UnknownReference for named orders that do not exist.
    """
    run_id, order_ids = await rating_runs.start(session, scope, requested_by, requested_at, wanted)
    missing = sorted(set(wanted.work_order_ids or ()) - set(order_ids))
    if missing:
        raise UnknownReference(
            f"{len(missing)} of the chosen work orders do not exist.",
            faults=[Fault("/work_order_ids", f"there is no work order {one}") for one in missing],
        )
    if not order_ids:
        raise NothingToRate("No open order that fits has its proof of delivery and has ended its field work.")
    return run_id


async def rate_part(session: AsyncSession, now: datetime) -> bool:
    """Rates the next orders of the oldest unfinished run; False when there is nothing to do now.

    Several workers may do this at once: each takes orders that no other has. An order that is no longer open is skipped; one that cannot be rated keeps its reason and stops nobody.
    """
    run = await rating_runs.running(session)
    if run is None:
        return False
    order_ids = await rating_runs.next_orders(session, run.id, PART)
    if not order_ids:
        return await rating_runs.finish(session, run.id)
    open_orders = await work_orders.lock_ready_for_rating(session, order_ids)
    entered = await charges.of_orders(session, [order.id for order in open_orders])
    rated, failed = rate_work_orders(open_orders, await rate_tables.load(session), entered)
    versions = {order.id: next_rating_version(order) for order in open_orders}
    await ratings.insert(session, rated, versions, run.requested_by, now)
    await commissions.book(session, rated, open_orders, versions, run.requested_by, now)
    await ratings.announce(session, [one.work_order_id for one in rated])
    skipped = sorted(set(order_ids) - {order.id for order in open_orders})
    await rating_runs.record(session, run.id, rated, failed, skipped)
    return True


async def read_run(session: AsyncSession, scope: Scope, run_id: int) -> RatingRun:
    """A run with its counts by outcome; raises NotFound."""
    run = await rating_runs.find(session, scope, run_id)
    if run is None:
        raise NotFound(f"There is no rating run {run_id}.")
    return RatingRun(**vars(run), outcomes=await rating_runs.count_outcomes(session, run_id))


async def list_runs(session: AsyncSession, scope: Scope, query: PageQuery) -> tuple[list[RatingRun], str | None, int]:
    found, cursor, count = await rating_runs.list_runs(session, scope, query)
    return [RatingRun(**vars(run), outcomes=()) for run in found], cursor, count


async def list_results(
    session: AsyncSession, scope: Scope, run_id: int, outcome: str | None, query: PageQuery
) -> tuple[list[RatingResult], str | None, int]:
    """The results of a run that the caller may see."""
    await read_run(session, scope, run_id)
    return await rating_runs.list_results(session, run_id, outcome, query)
