"""The report Rated Workorders Ready to Export."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.ready_to_export import ReadyFilter, ReadyRow, ReadyTotals, add_warnings, over_limit
from services.rating.store import rate_tables, ready_to_export
from shared.access.grants import Scope
from shared.clock import month_of
from shared.database.pages import PageQuery


async def list_ready(
    session: AsyncSession, scope: Scope, filters: ReadyFilter, query: PageQuery, today: date
) -> tuple[list[ReadyRow], str | None, ReadyTotals | None]:
    """Orders that are ready, one page or all, the cursor of the next page, and the totals of all if they are wanted."""
    facts, cursor = await ready_to_export.list_ready(session, scope, filters, query)
    exposures = await ready_to_export.exposures(session, sorted({(row.ar_company, row.bill_to) for row in facts}))
    table = await rate_tables.load(session)
    rows = add_warnings(facts, today, filters.month or month_of(today), over_limit(exposures), table)
    return rows, cursor, await ready_to_export.total_ready(session, scope, filters) if query.totals else None
