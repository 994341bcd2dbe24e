"""The rows of reconciliation runs: their months with figures, and the differences."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.months import Months
from services.receivables.rules.reconciliation import (
    MOST_KEPT,
    CheckedMonth,
    ClosedMonth,
    Difference,
    MonthFigures,
    ReconciliationRun,
    RunDifference,
)
from shared.contracts.service_status import Latest
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import columns, execute, fetch_all, fetch_one, fetch_value, fetch_values

_FIGURES = TypeAdapter(MonthFigures)
_ROW = """
    r.id, r.status, r.requested_by, r.requested_at, r.finished_at,
    (SELECT count(*) FROM reconciliation_month m WHERE m.run_id = r.id) AS months,
    (SELECT count(*) FROM reconciliation_month m WHERE m.run_id = r.id AND m.checked_at IS NOT NULL) AS checked,
    (SELECT count(*) FROM reconciliation_month m WHERE m.run_id = r.id AND m.failure <> '') AS failed,
    (SELECT coalesce(sum(m.differences), 0) FROM reconciliation_month m WHERE m.run_id = r.id) AS differences
"""
_KEPT_RUNS = 100
# The transactions that were posted in a month, as the last numbers of all companies tell.
_POSTED_IN_MONTH = """
    SELECT substr(series, 13) AS month, sum(last_number) AS transactions FROM number_series
    WHERE series LIKE 'transaction %' GROUP BY series
"""


async def start(session: AsyncSession, requested_by: str, requested_at: datetime) -> int | None:
    """Creates a run of all months with transactions and returns its id, or None if one is under way.

    Also deletes all but the newest runs.
    """
    run_id: int | None = await fetch_value(
        session,
        """
        INSERT INTO reconciliation_run (requested_by, requested_at) VALUES (:requested_by, :requested_at)
        ON CONFLICT (status) WHERE status = 'running' DO NOTHING RETURNING id
        """,
        requested_by=requested_by,
        requested_at=requested_at,
    )
    if run_id is not None:
        await execute(
            session,
            f"""
            INSERT INTO reconciliation_month (run_id, month) SELECT :run_id, month FROM ({_POSTED_IN_MONTH}) AS posted
            """,
            run_id=run_id,
        )
        # Not by the id: a run that is refused takes one, too.
        await execute(
            session,
            """
            DELETE FROM reconciliation_run WHERE id IN (
                SELECT id FROM reconciliation_run ORDER BY id DESC OFFSET :kept)
            """,
            kept=_KEPT_RUNS,
        )
    return run_id


async def find(session: AsyncSession, run_id: int) -> ReconciliationRun | None:
    """A run, or None."""
    return await fetch_one(
        session, ReconciliationRun, f"SELECT {_ROW} FROM reconciliation_run r WHERE r.id = :run_id", run_id=run_id
    )


async def find_running(session: AsyncSession) -> int | None:
    """The id of the run that is under way, locked; None without one, or while another instance works on it."""
    found: int | None = await fetch_value(
        session, "SELECT id FROM reconciliation_run WHERE status = 'running' FOR NO KEY UPDATE SKIP LOCKED"
    )
    return found


async def find_latest(session: AsyncSession) -> Latest | None:
    """The last run, and how many differences it has found, or None."""
    return await fetch_one(
        session,
        Latest,
        """
        SELECT 'reconciliation' AS kind, r.id, r.status, r.requested_at AS at,
               (SELECT coalesce(sum(m.differences), 0) FROM reconciliation_month m WHERE m.run_id = r.id) AS problems
        FROM reconciliation_run r ORDER BY r.id DESC LIMIT 1
        """,
    )


RUN_SORTING = Sorting({"id": ("r.id", "bigint")}, default="-id", key="r.id")


async def list_runs(session: AsyncSession, query: PageQuery) -> tuple[list[ReconciliationRun], str | None, int | None]:
    """One page of runs, newest first, the cursor of the next page, and how many there are."""
    rows, cursor = await fetch_page(
        session,
        ReconciliationRun,
        columns=_ROW,
        source="reconciliation_run r",
        where=Where(),
        sorting=RUN_SORTING,
        query=query,
    )
    return rows, cursor, await fetch_list_count(session, "reconciliation_run r", Where(), query)


async def list_months(session: AsyncSession, run_id: int) -> list[CheckedMonth]:
    """The months of a run, oldest first."""
    return await fetch_all(
        session,
        CheckedMonth,
        """
        SELECT month, checked_at, transactions, differences, failure FROM reconciliation_month
        WHERE run_id = :run_id ORDER BY month
        """,
        run_id=run_id,
    )


async def months_left(session: AsyncSession, run_id: int) -> list[str]:
    """The months of a run that are not checked yet, oldest first."""
    return await fetch_values(
        session,
        "SELECT month FROM reconciliation_month WHERE run_id = :run_id AND checked_at IS NULL ORDER BY month",
        run_id=run_id,
    )


async def keep(
    session: AsyncSession,
    run_id: int,
    month: str,
    *,
    transactions: int,
    figures: MonthFigures,
    differences: Sequence[Difference],
    checked_at: datetime,
) -> None:
    """Keeps what a run found in a month: the sums, and the first 1,000 differences.

    Sums that could not be read again, such as that of an amount that is no number, raise ValidationError.
    """
    written = _FIGURES.dump_json(figures).decode()
    _FIGURES.validate_json(written)
    await execute(
        session,
        """
        UPDATE reconciliation_month SET checked_at = :checked_at, transactions = :transactions,
               differences = :differences, figures = CAST(:figures AS jsonb)
        WHERE run_id = :run_id AND month = :month
        """,
        run_id=run_id,
        month=month,
        checked_at=checked_at,
        transactions=transactions,
        differences=len(differences),
        figures=written,
    )
    await execute(
        session,
        """
        INSERT INTO reconciliation_difference (run_id, month, position, kind, document, detail, amount)
        SELECT :run_id, :month, position, kind, document, detail, amount
        FROM unnest(CAST(:kind AS text[]), CAST(:document AS text[]), CAST(:detail AS text[]),
                    CAST(:amount AS numeric[])) WITH ORDINALITY AS found (kind, document, detail, amount, position)
        """,
        run_id=run_id,
        month=month,
        **columns(differences[:MOST_KEPT], "kind", "document", "detail", "amount"),
    )


async def note_failure(session: AsyncSession, run_id: int, month: str, failure: str, checked_at: datetime) -> None:
    """Keeps why a month could not be checked."""
    await execute(
        session,
        """
        UPDATE reconciliation_month SET checked_at = :checked_at, failure = :failure
        WHERE run_id = :run_id AND month = :month
        """,
        run_id=run_id,
        month=month,
        failure=failure,
        checked_at=checked_at,
    )


async def finish(session: AsyncSession, run_id: int, finished_at: datetime) -> None:
    """Ends a run."""
    await execute(
        session,
        "UPDATE reconciliation_run SET status = 'done', finished_at = :finished_at WHERE id = :run_id",
        run_id=run_id,
        finished_at=finished_at,
    )


DIFFERENCE_SORTING = Sorting({"month": ("d.month", "text")}, default="month", key="d.position")


async def list_differences(
    session: AsyncSession, run_id: int, query: PageQuery
) -> tuple[list[RunDifference], str | None, int | None]:
    """One page of the differences of a run by month, the cursor of the next page, and how many were kept."""
    where = Where(["d.run_id = :run_id"], {"run_id": run_id})
    rows, cursor = await fetch_page(
        session,
        RunDifference,
        columns="d.month, d.kind, d.document, d.detail, d.amount",
        source="reconciliation_difference d",
        where=where,
        sorting=DIFFERENCE_SORTING,
        query=query,
    )
    return rows, cursor, await fetch_list_count(session, "reconciliation_difference d", where, query)


async def figures_of(session: AsyncSession, run_id: int) -> list[MonthFigures]:
    """The sums of each month of a run that was checked, oldest first."""
    found = await fetch_values(
        session,
        """
        SELECT CAST(figures AS text) FROM reconciliation_month
        WHERE run_id = :run_id AND figures IS NOT NULL ORDER BY month
        """,
        run_id=run_id,
    )
    return [_FIGURES.validate_json(figures) for figures in found]


async def closed_months(session: AsyncSession, months: Months) -> list[ClosedMonth]:
    """The months before these, with what the last run that checked each found."""
    return await fetch_all(
        session,
        ClosedMonth,
        f"""
        SELECT posted.month, CAST(posted.transactions AS bigint) AS transactions, m.checked_at,
               m.transactions AS checked_transactions, m.differences
        FROM ({_POSTED_IN_MONTH}) AS posted
        LEFT JOIN LATERAL (
            SELECT * FROM reconciliation_month m WHERE m.month = posted.month AND m.figures IS NOT NULL
            ORDER BY m.run_id DESC LIMIT 1
        ) AS m ON true
        WHERE posted.month < :first ORDER BY posted.month
        """,
        first=months.first,
    )
