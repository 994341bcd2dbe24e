"""The rows of export runs and their invoices, as they are shown to people."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.exports.answers import Outcome
from services.rating.rules.exports.runs import ExportRun, RunInvoice
from shared.access.grants import Scope
from shared.contracts.service_status import Latest
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_count, fetch_list_count, fetch_page
from shared.database.scope import scope_condition
from shared.database.statements import fetch_all, fetch_one, fetch_value
from shared.values.filters import RunFilter


def _visible(scope: Scope) -> tuple[list[str], dict[str, object]]:
    """A run is visible if all of its invoices are, because its counts and totals would reveal the others."""
    within, parameters = scope_condition(scope, branch="i.branch", customer="i.bill_to", ar_company="e.ar_company")
    if within == "true":
        return ["true"], {}
    hidden = f"""
        EXISTS (SELECT FROM export_invoice e JOIN invoice i ON i.id = e.invoice_id
                WHERE e.run_id = run.id AND NOT {within})
    """
    return [f"NOT {hidden}"], dict(parameters)


_RUN = """
    run.id, run.status, run.requested_by, run.requested_at, run.invoice_date, run.month, run.selection, run.invoices,
    run.orders, run.total, run.exported, run.refused, run.exported_total, run.refused_total, run.finished_at,
    run.left_out, run.left_out_orders, run.invoices - run.exported - run.refused AS in_flight,
    (SELECT count(*) FROM export_invoice e
     WHERE e.run_id = run.id AND e.outcome = 'waiting' AND e.ar_batch IS NOT NULL) AS in_batch
"""


async def find_run(session: AsyncSession, scope: Scope, run_id: int) -> ExportRun | None:
    """The run, or None if it is not visible."""
    where = Where(*_visible(scope)).add("run.id = :run_id", run_id=run_id)
    return await fetch_one(
        session, ExportRun, f"SELECT {_RUN} FROM export_run run WHERE {where.sql}", **where.parameters
    )


def _matching(scope: Scope, filters: RunFilter) -> Where:
    where = Where(*_visible(scope)).add("run.requested_by = :requested_by", requested_by=filters.requested_by)
    if filters.finished is not None:
        where.add(f"run.finished_at IS {'NOT ' if filters.finished else ''}NULL")
    return where


async def count_runs(session: AsyncSession, scope: Scope, filters: RunFilter) -> int:
    """How many of the visible runs match."""
    return await fetch_count(session, "export_run run", _matching(scope, filters))


RUN_SORTING = Sorting(
    {"id": ("run.id", "bigint"), "total": ("run.total", "numeric"), "month": ("run.month", "text")},
    default="-id",
    key="run.id",
)


async def list_runs(
    session: AsyncSession, scope: Scope, filters: RunFilter, query: PageQuery
) -> tuple[list[ExportRun], str | None, int | None]:
    """One page of the visible runs that match, the cursor of the next page, and how many match."""
    where = _matching(scope, filters)
    runs, cursor = await fetch_page(
        session,
        ExportRun,
        columns=_RUN,
        source="export_run run",
        where=where,
        sorting=RUN_SORTING,
        query=query,
    )
    return runs, cursor, await fetch_list_count(session, "export_run run", where, query)


INVOICE_SORTING = Sorting(
    {
        "invoice_id": ("e.invoice_id", "bigint"),
        "bill_to": ("i.bill_to", "text"),
        "total": ("e.total", "numeric"),
        "outcome": ("e.outcome", "text"),
    },
    default="invoice_id",
    key="e.invoice_id",
)


async def list_invoices(
    session: AsyncSession, run_id: int, outcome: Outcome | None, search: str | None, query: PageQuery
) -> tuple[list[RunInvoice], str | None, int | None]:
    """One page of the invoices of a run, the cursor of the next page, and how many match.

    This needs no scope: a caller who may see the run may see all of its invoices.
    """
    source = "export_invoice e JOIN invoice i ON i.id = e.invoice_id"
    where = (
        Where()
        .add("e.run_id = :run_id", run_id=run_id)
        .add("e.outcome = :outcome", outcome=outcome)
        .add(
            """
            (i.ar_number ILIKE :search OR i.bill_to ILIKE :search OR EXISTS (
                SELECT FROM export_order o
                WHERE o.invoice_id = e.invoice_id AND o.invoice_attempt = e.attempt AND o.number ILIKE :search))
            """,
            search=containing(search),
        )
    )
    invoices, cursor = await fetch_page(
        session,
        RunInvoice,
        columns="""
            e.invoice_id, e.attempt, i.kind, i.branch, i.bill_to,
            (SELECT c.name FROM customer c WHERE c.ar_company = e.ar_company AND c.number = i.bill_to) AS bill_to_name,
            e.ar_company, e.orders, e.total, e.outcome, e.reason,
            e.detail, CASE e.outcome WHEN 'exported' THEN i.ar_number END AS ar_number,
            CASE e.outcome WHEN 'exported' THEN i.ar_month END AS ar_month,
            CASE e.outcome WHEN 'exported' THEN i.ar_transaction END AS ar_transaction,
            CASE e.outcome WHEN 'exported' THEN i.ar_invoice_id END AS ar_invoice_id, e.ar_batch, e.answered_at
        """,
        source=source,
        where=where,
        sorting=INVOICE_SORTING,
        query=query,
    )
    return invoices, cursor, await fetch_list_count(session, source, where, query)


@dataclass(frozen=True)
class _Count:
    status: str
    runs: int


async def count_by_status(session: AsyncSession) -> dict[str, int]:
    """The number of runs in each state, including states without runs."""
    counts = await fetch_all(
        session,
        _Count,
        """
        SELECT status, count(run.id) AS runs
        FROM unnest(CAST(:statuses AS text[])) AS status LEFT JOIN export_run run USING (status) GROUP BY status
        """,
        statuses=["preparing", "sending", "waiting", "done", "done_with_refusals"],
    )
    return {count.status: count.runs for count in counts}


async def oldest_unfinished_age_seconds(session: AsyncSession) -> float:
    """The age of the oldest unfinished run in seconds, or 0. Runs that only wait for a clerk to post do not count."""
    age: float | None = await fetch_value(
        session,
        """
        SELECT extract(epoch FROM now() - min(run.requested_at))::float8 FROM export_run run
        WHERE run.finished_at IS NULL AND (run.status <> 'waiting' OR EXISTS (
            SELECT FROM export_invoice e WHERE e.run_id = run.id AND e.outcome = 'waiting' AND e.ar_batch IS NULL))
        """,
    )
    return age or 0.0


async def find_latest(session: AsyncSession) -> Latest | None:
    """The last run, and how many of its invoices were refused, or None."""
    return await fetch_one(
        session,
        Latest,
        """
        SELECT 'export' AS kind, id, status, requested_at AS at, refused AS problems
        FROM export_run ORDER BY id DESC LIMIT 1
        """,
    )
