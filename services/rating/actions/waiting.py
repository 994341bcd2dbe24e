"""What waits for a caller, counted only as far as their grants allow."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.ready_to_export import plan_export
from services.rating.rules.waiting import FailingOrders, RatingWaiting
from services.rating.store import rating_runs, ready_to_export, waiting
from services.rating.store.exports import runs
from shared.access.grants import Grant, Level, Scope, scope_for
from shared.clock import month_of
from shared.values.filters import RunFilter
from shared.values.waiting import WaitingPart

_UNFINISHED = RunFilter(finished=False)


async def read_waiting(session: AsyncSession, grants: tuple[Grant, ...], today: date) -> RatingWaiting:
    """Counts what waits. Each part needs the feature of its list, and is within the limits for that."""

    def scope(feature: str) -> Scope | None:
        return scope_for(grants, f"rating.{feature}", Level.VIEW)

    export, rollup, rating = scope("export"), scope("rollup"), scope("rating")
    orders = scope("work_orders")
    drafts, refused = (None, None) if rollup is None else await _drafts(session, rollup)
    return RatingWaiting(
        ready_to_export=None if export is None else await _ready(session, export, today),
        failing=None if orders is None else await _failing(session, orders),
        to_roll_up=None if rollup is None else await _to_roll_up(session, rollup),
        drafts=drafts,
        refused=refused,
        rating_runs=None
        if rating is None
        else WaitingPart(
            await rating_runs.count_runs(session, rating, _UNFINISHED), None, "rating-runs?finished=false"
        ),
        exports=None
        if export is None
        else WaitingPart(await runs.count_runs(session, export, _UNFINISHED), None, "exports?finished=false"),
    )


async def _ready(session: AsyncSession, scope: Scope, today: date) -> WaitingPart:
    planned = plan_export(today, month_of(today), await ready_to_export.months_of_companies(session))
    found = await waiting.exportable(session, scope, planned)
    return WaitingPart(found.count, found.total, "ready-to-export?exportable=true")


async def _failing(session: AsyncSession, scope: Scope) -> list[FailingOrders]:
    return [
        FailingOrders(one.count, None, f"work-orders?reason={one.reason}", one.reason)
        for one in await waiting.failing(session, scope)
    ]


async def _to_roll_up(session: AsyncSession, scope: Scope) -> WaitingPart:
    found = await waiting.to_roll_up(session, scope)
    return WaitingPart(found.count, found.total, "open-rollup-invoices?state=rated")


async def _drafts(session: AsyncSession, scope: Scope) -> tuple[WaitingPart, WaitingPart]:
    found = await waiting.drafts(session, scope)
    return (
        WaitingPart(found.count, found.total, "invoices?status=draft"),
        WaitingPart(found.refused, found.refused_total, "invoices?refused=true"),
    )
