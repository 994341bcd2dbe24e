"""The rows of reports, and the parts of their files."""

import json
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.access.grants import Limits, Scope
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import execute, fetch_value, fetch_values, try_turn
from shared.reports.lists import KEPT_DAYS, Report, ReportRow, Requester
from shared.values.fields import field_names

_COLUMNS = ", ".join(f"r.{name}" for name in field_names(Report))
_TURN = "report {}"
SORTING = Sorting({"id": ("r.id", "bigint")}, default="-id", key="r.id")


def _to_json(scope: Scope) -> str:
    return json.dumps([limits.to_claim() for limits in scope.limits])


async def insert(
    session: AsyncSession, requester: Requester, name: str, filters: Mapping[str, Any], sort: str | None
) -> int:
    """Adds a report that waits to be written, and returns its id."""
    report_id: int = await fetch_value(
        session,
        """
        INSERT INTO report (list, filters, sort, format, status, subject, requested_by, scope)
        VALUES (:list, CAST(:filters AS jsonb), :sort, 'csv', 'waiting', :subject, :requested_by, CAST(:scope AS jsonb))
        RETURNING id
        """,
        list=name,
        filters=json.dumps(filters),
        sort=sort,
        subject=requester.subject,
        requested_by=requester.name,
        scope=_to_json(requester.scope),
    )
    return report_id


async def count_unfinished(session: AsyncSession, subject: str) -> int:
    """How many reports of a requester are unfinished. Two requests at the same time wait for each other."""
    await execute(
        session, "SELECT pg_advisory_xact_lock(hashtextextended('reports of ' || :subject, 0))", subject=subject
    )
    counted: int = await fetch_value(
        session,
        "SELECT count(*) FROM report WHERE subject = :subject AND status IN ('waiting', 'running')",
        subject=subject,
    )
    return counted


async def find(session: AsyncSession, report_id: int, subject: str | None = None) -> ReportRow | None:
    """A report, or one of this requester, or None."""
    where = Where(["r.id = :id"], {"id": report_id}).add("r.subject = :subject", subject=subject)
    result = await session.execute(
        text(f"SELECT {_COLUMNS}, r.scope, r.cursor, r.parts FROM report r WHERE {where.sql}"), where.parameters
    )
    row = result.mappings().one_or_none()
    if row is None:
        return None
    return ReportRow(**{**row, "scope": Scope(tuple(Limits.from_claim(claim) for claim in row["scope"]))})


async def list_reports(
    session: AsyncSession, subject: str, query: PageQuery
) -> tuple[list[Report], str | None, int | None]:
    """One page of the reports of a requester, the cursor of the next page, and how many there are."""
    where = Where(["r.subject = :subject"], {"subject": subject})
    found, cursor = await fetch_page(
        session, Report, columns=_COLUMNS, source="report r", where=where, sorting=SORTING, query=query
    )
    return found, cursor, await fetch_list_count(session, "report r", where, query)


async def take_next(session: AsyncSession, without: Collection[int]) -> ReportRow | None:
    """The unfinished report with the fewest parts that no other process is writing, so that short ones do not wait for long.

    Nobody else takes it until this transaction ends. Its row is not locked, so that it can be deleted meanwhile.
    """
    waiting = await fetch_values(
        session,
        """
        SELECT id FROM report WHERE status IN ('waiting', 'running') AND id <> ALL(CAST(:without AS bigint[]))
        ORDER BY parts, id LIMIT 10
        """,
        without=sorted(without),
    )
    for report_id in waiting:
        if await try_turn(session, _TURN.format(report_id)):
            # Read under the lock: another process may have written a part in between.
            found = await find(session, report_id)
            if found is not None and not found.is_over:
                return found
    return None


async def save_part(session: AsyncSession, report: ReportRow, content: bytes, rows: int, cursor: str | None) -> None:
    """Saves the next part of a report and where the following one begins; None ends it. A deleted report has no more."""
    kept = await execute(
        session,
        """
        UPDATE report SET parts = parts + 1, rows = rows + :rows, bytes = bytes + :bytes, cursor = :cursor,
               status = CASE WHEN CAST(:cursor AS text) IS NULL THEN 'done' ELSE 'running' END,
               finished_at = CASE WHEN CAST(:cursor AS text) IS NULL THEN now() END
        WHERE id = :id
        """,
        id=report.id,
        rows=rows,
        bytes=len(content),
        cursor=cursor,
    )
    if kept:
        await execute(
            session,
            "INSERT INTO report_part (report_id, part, content) VALUES (:id, :part, :content)",
            id=report.id,
            part=report.parts + 1,
            content=content,
        )


async def fail(session: AsyncSession, report_id: int, reason: str) -> None:
    """Ends a report that cannot be written."""
    await execute(
        session,
        "UPDATE report SET status = 'failed', reason = :reason, finished_at = now() WHERE id = :id",
        id=report_id,
        reason=reason,
    )


async def read_part(session: AsyncSession, report_id: int, part: int) -> bytes | None:
    """A part of a file, counted from 1, or None."""
    found: bytes | None = await fetch_value(
        session,
        "SELECT content FROM report_part WHERE report_id = :id AND part = :part",
        id=report_id,
        part=part,
    )
    return found


async def delete(session: AsyncSession, report_id: int) -> None:
    """Deletes a report with its file. If a process is writing it, the statement of that process is ended first."""
    await execute(
        session,
        """
        SELECT pg_cancel_backend(l.pid)
        FROM pg_locks l, CAST(hashtextextended(:turn, 0) AS bigint) AS turn
        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.pid <> pg_backend_pid()
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND CAST(l.classid AS bigint) = (turn >> 32) & 4294967295 AND CAST(l.objid AS bigint) = turn & 4294967295
        """,
        turn=_TURN.format(report_id),
    )
    await execute(session, "DELETE FROM report WHERE id = :id", id=report_id)


async def prune(session: AsyncSession, limit: int) -> int:
    """Deletes at most `limit` reports that are older than a week, with their files, and returns how many."""
    return await execute(
        session,
        """
        DELETE FROM report WHERE id IN (
            SELECT id FROM report WHERE requested_at < now() - CAST(:kept AS interval) ORDER BY requested_at LIMIT :limit)
        """,
        kept=timedelta(days=KEPT_DAYS),
        limit=limit,
    )
