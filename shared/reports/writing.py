"""The job that writes reports: one page of a list per transaction. A crash loses only the current page."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.attempts import PAUSES_SECONDS, Attempts
from shared.database.failures import words_of
from shared.database.pages import PageQuery
from shared.files.csv import write_csv
from shared.reports import store
from shared.reports.lists import MOST_ROWS_OF_REPORT, ReportedList, ReportRow

PAGE_ROWS = 1_000
"""A page takes a tenth of a second of the process, in which no other request has its turn."""


def writing(
    lists: Mapping[str, ReportedList],
    page_rows: int = PAGE_ROWS,
    pauses_seconds: Sequence[float] = PAUSES_SECONDS,
) -> Callable[[AsyncSession], Awaitable[bool]]:
    """The part of a job that writes the next page of a report; it returns False if there is nothing to write.

    A report that fails is tried again after each of the pauses, and then has failed.
    """
    attempts = Attempts("reports", pauses_seconds)

    async def write_next(session: AsyncSession) -> bool:
        report = await store.take_next(session, attempts.left_out)
        if report is None:
            return False
        async with attempts.attempt(session, report.id, f"report {report.id}"):
            await _write_page(session, lists[report.list], report, page_rows)
        error = attempts.given_up.get(report.id)
        if error is not None:
            await store.fail(session, report.id, words_of(error))
        return True

    return write_next


async def _write_page(session: AsyncSession, reported: ReportedList, report: ReportRow, page_rows: int) -> None:
    filters = reported.filters.model_validate(report.filters)
    query = PageQuery(page_rows, report.cursor, report.sort, totals=False)
    rows, cursor = await reported.read(session, report.scope, filters, query, report.requested_by)
    content = write_csv(reported.columns, rows, heading=report.parts == 0)
    await store.save_part(session, report, content, len(rows), cursor)
    if cursor is not None and report.rows + len(rows) >= MOST_ROWS_OF_REPORT:
        await store.fail(session, report.id, f"More than {MOST_ROWS_OF_REPORT:,} rows match. Add filters.")
