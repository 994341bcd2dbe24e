"""The rows of bulk ratings and their results."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.errors import NotReadyForRating
from services.rating.rules.pricing import Failed
from services.rating.rules.rated import Rated
from services.rating.rules.rating_runs import OutcomeCount, RatingResult, RunHead, RunSelection
from services.rating.rules.rating_warnings import in_words
from services.rating.rules.work_orders import ratable
from services.rating.store.work_orders import SIDES
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, fetch_count, fetch_list_count, fetch_page
from shared.database.scope import scope_condition
from shared.database.spellings import spelled
from shared.database.statements import execute, fetch_all, fetch_one, fetch_value, fetch_values
from shared.values.fields import field_names
from shared.values.filters import RunFilter

_READY = "(w.pod_received AND w.field_status IN ('served', 'not_served', 'cancelled'))"
# By name: the code before a migration runs next to the columns that it adds.
_HEAD = ", ".join(f"run.{name}" for name in field_names(RunHead))


async def start(
    session: AsyncSession, scope: Scope, requested_by: str, requested_at: datetime, selection: RunSelection
) -> tuple[int, list[int]]:
    """Creates a run with the orders that match; returns the id of the run and those of the orders.

    Orders that were chosen by id and cannot be rated or are not ready get their result immediately.
    """
    run_id: int = await fetch_value(
        session,
        """
        INSERT INTO rating_run (status, requested_by, requested_at, orders, again)
        VALUES ('running', :requested_by, :requested_at, 0, :again) RETURNING id
        """,
        again=selection.again,
        requested_by=requested_by,
        requested_at=requested_at,
    )
    where = (
        Where()
        .within(scope, **SIDES)
        .add("w.branch = ANY(CAST(:branches AS text[]))", branches=selection.branches)
        .add(spelled("w.customer", "customers"), customers=selection.customers)
        .add("w.service_on <= :service_to", service_to=selection.service_to)
        .add("w.id = ANY(CAST(:work_order_ids AS bigint[]))", work_order_ids=selection.work_order_ids)
    )
    if selection.work_order_ids is None:
        where.add(f"w.status = 'open' AND {_READY}")
    order_ids = await fetch_values(
        session,
        f"""
        INSERT INTO rating_result (run_id, work_order_id, outcome, detail)
        SELECT :run_id, w.id,
               CASE WHEN w.status <> ALL(CAST(:statuses AS text[])) THEN 'SKIPPED' WHEN {_READY} THEN 'WAITING'
                    ELSE :not_ready END,
               CASE WHEN w.status <> ALL(CAST(:statuses AS text[])) THEN 'is already ' || w.status
                    WHEN NOT w.pod_received THEN 'has no proof of delivery yet'
                    WHEN NOT {_READY} THEN 'is still in the field' ELSE '' END
        FROM work_order w JOIN branch b ON b.code = w.branch
        WHERE {where.sql}
        RETURNING work_order_id
        """,
        run_id=run_id,
        not_ready=NotReadyForRating.code,
        statuses=list(ratable(again=selection.again)),
        **where.parameters,
    )
    await execute(
        session,
        """
        UPDATE rating_run SET orders = found.orders, failed = found.failed
        FROM (SELECT count(*) AS orders, count(*) FILTER (WHERE outcome <> 'WAITING') AS failed
              FROM rating_result WHERE run_id = :run_id) AS found
        WHERE id = :run_id
        """,
        run_id=run_id,
    )
    return run_id, order_ids


async def running(session: AsyncSession, without: Sequence[int] = ()) -> RunHead | None:
    """The oldest run that is not done, or None."""
    return await fetch_one(
        session,
        RunHead,
        f"""
        SELECT {_HEAD} FROM rating_run run
        WHERE run.status = 'running' AND run.id <> ALL(CAST(:without AS bigint[])) ORDER BY run.id LIMIT 1
        """,
        without=list(without),
    )


async def next_orders(session: AsyncSession, run_id: int, limit: int) -> list[int]:
    """Locks the next waiting orders of the run that no other worker has locked, and returns their ids."""
    return await fetch_values(
        session,
        """
        SELECT work_order_id FROM rating_result WHERE run_id = :run_id AND outcome = 'WAITING'
        ORDER BY work_order_id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
        """,
        run_id=run_id,
        limit=limit,
    )


async def record(
    session: AsyncSession, run_id: int, rated: Sequence[Rated], failed: Sequence[Failed], skipped: Sequence[int]
) -> None:
    """Saves the results of a part of the run and adds them to its counts. `skipped` orders were changed meanwhile."""
    await execute(
        session,
        """
        UPDATE rating_result SET outcome = new.outcome, detail = new.detail, total = new.total
        FROM unnest(
            CAST(:work_order_ids AS bigint[]), CAST(:outcomes AS text[]), CAST(:details AS text[]),
            CAST(:totals AS numeric[])
        ) AS new (work_order_id, outcome, detail, total)
        WHERE rating_result.run_id = :run_id AND rating_result.work_order_id = new.work_order_id
        """,
        run_id=run_id,
        work_order_ids=[
            *(rating.work_order_id for rating in rated),
            *(failure.work_order_id for failure in failed),
            *skipped,
        ],
        outcomes=["RATED"] * len(rated) + [failure.code for failure in failed] + ["SKIPPED"] * len(skipped),
        details=[
            *("" if rating.total else in_words("ZERO_TOTAL") for rating in rated),
            *(failure.detail for failure in failed),
            *["changed in the meantime"] * len(skipped),
        ],
        totals=[rating.total for rating in rated] + [None] * (len(failed) + len(skipped)),
    )
    await execute(
        session,
        "UPDATE rating_run SET rated = rated + :rated, failed = failed + :failed WHERE id = :run_id",
        run_id=run_id,
        rated=len(rated),
        failed=len(failed) + len(skipped),
    )


async def finish(session: AsyncSession, run_id: int) -> bool:
    """Ends the run, unless another worker is still busy with a part of it; returns whether it ended."""
    ended = await execute(
        session,
        """
        UPDATE rating_run SET status = 'done', finished_at = now()
        WHERE id = :run_id AND status = 'running' AND rated + failed = orders
        """,
        run_id=run_id,
    )
    return ended == 1


def _visible(scope: Scope) -> tuple[list[str], dict[str, object]]:
    """A run is visible if all of its orders are, because its counts would reveal the others.

    Once old results are deleted, nobody knows whose orders they were: then only callers without limits see the run.
    """
    within, parameters = scope_condition(scope, **SIDES)
    if within == "true":
        return ["true"], {}
    hidden = f"""
        EXISTS (SELECT FROM rating_result x JOIN work_order w ON w.id = x.work_order_id JOIN branch b ON b.code = w.branch
                WHERE x.run_id = run.id AND NOT {within})
    """
    complete = "run.orders = (SELECT count(*) FROM rating_result x WHERE x.run_id = run.id)"
    return [f"NOT {hidden}", complete], dict(parameters)


async def find(session: AsyncSession, scope: Scope, run_id: int) -> RunHead | None:
    """The run, or None if it is not visible."""
    where = Where(*_visible(scope)).add("run.id = :run_id", run_id=run_id)
    return await fetch_one(
        session, RunHead, f"SELECT {_HEAD} FROM rating_run run WHERE {where.sql}", **where.parameters
    )


def _matching(scope: Scope, filters: RunFilter) -> Where:
    where = Where(*_visible(scope)).add("run.requested_by = :requested_by", requested_by=filters.requested_by)
    if filters.finished is not None:
        where.add(f"run.finished_at IS {'NOT ' if filters.finished else ''}NULL")
    return where


async def count_runs(session: AsyncSession, scope: Scope, filters: RunFilter) -> int:
    """How many of the visible runs match."""
    return await fetch_count(session, "rating_run run", _matching(scope, filters))


RUN_SORTING = Sorting({"id": ("run.id", "bigint")}, default="-id", key="run.id")


async def list_runs(
    session: AsyncSession, scope: Scope, filters: RunFilter, query: PageQuery
) -> tuple[list[RunHead], str | None, int | None]:
    """One page of the visible runs that match, the cursor of the next page, and how many match."""
    where = _matching(scope, filters)
    runs, cursor = await fetch_page(
        session,
        RunHead,
        columns=_HEAD,
        source="rating_run run",
        where=where,
        sorting=RUN_SORTING,
        query=query,
    )
    return runs, cursor, await fetch_list_count(session, "rating_run run", where, query)


async def count_outcomes(session: AsyncSession, run_id: int) -> list[OutcomeCount]:
    """The number and total of the orders of the run, by outcome."""
    return await fetch_all(
        session,
        OutcomeCount,
        """
        SELECT outcome, count(*) AS orders, count(*) FILTER (WHERE total = 0) AS zero_totals,
               coalesce(sum(total), 0.00) AS total
        FROM rating_result WHERE run_id = :run_id GROUP BY outcome ORDER BY outcome
        """,
        run_id=run_id,
    )


async def expect_outcomes(session: AsyncSession, run_id: int) -> list[OutcomeCount]:
    """The number and total of the orders of a run that has just started, by the outcome that estimates expect."""
    return await fetch_all(
        session,
        OutcomeCount,
        """
        WITH expected AS (
            SELECT CASE WHEN x.outcome <> 'WAITING' THEN x.outcome WHEN e.work_order_id IS NULL THEN 'WAITING'
                        WHEN e.why <> '' THEN e.why ELSE 'RATED' END AS outcome,
                   CASE x.outcome WHEN 'WAITING' THEN e.total END AS total
            FROM rating_result x
            LEFT JOIN work_order w ON w.id = x.work_order_id AND w.status = 'open'
            LEFT JOIN order_estimate e ON e.work_order_id = w.id
            WHERE x.run_id = :run_id
        )
        SELECT outcome, count(*) AS orders, count(*) FILTER (WHERE total = 0) AS zero_totals,
               coalesce(sum(total), 0.00) AS total
        FROM expected GROUP BY outcome ORDER BY outcome
        """,
        run_id=run_id,
    )


RESULT_SORTING = Sorting(
    {"number": ("w.number", "text"), "outcome": ("x.outcome", "text")}, default="number", key="x.work_order_id"
)


async def list_results(
    session: AsyncSession, run_id: int, outcome: str | None, query: PageQuery
) -> tuple[list[RatingResult], str | None, int | None]:
    """One page of the results of the run, the cursor of the next page, and how many match."""
    source = "rating_result x JOIN work_order w ON w.id = x.work_order_id"
    where = Where().add("x.run_id = :run_id", run_id=run_id).add("x.outcome = :outcome", outcome=outcome)
    results, cursor = await fetch_page(
        session,
        RatingResult,
        columns="x.work_order_id, w.number, x.outcome, x.detail, x.total",
        source=source,
        where=where,
        sorting=RESULT_SORTING,
        query=query,
    )
    return results, cursor, await fetch_list_count(session, source, where, query)


async def delete_results(session: AsyncSession, before: datetime, limit: int) -> int:
    """Deletes at most `limit` results of runs that finished before this moment, oldest runs first; returns how many.

    A run that started before all unfinished ones and all that finished later is old: that keeps the search short.
    """
    return await execute(
        session,
        """
        DELETE FROM rating_result WHERE (run_id, work_order_id) IN (
            SELECT run_id, work_order_id FROM rating_result
            WHERE run_id < (SELECT coalesce(min(id), 9223372036854775807) FROM rating_run
                            WHERE finished_at IS NULL OR finished_at >= :before)
            ORDER BY run_id, work_order_id LIMIT :limit)
        """,
        before=before,
        limit=limit,
    )
