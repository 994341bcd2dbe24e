"""The Open Rollup Invoice view."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.open_rollup_invoices import (
    OpenRollupFilter,
    OpenRollupRow,
    OpenRollupTotals,
    add_warnings,
    total_of,
)
from services.rating.store import customers, open_rollup_invoices, rate_tables
from shared.access.grants import Scope
from shared.database.pages import PageQuery


async def list_rows(
    session: AsyncSession, scope: Scope, filters: OpenRollupFilter, query: PageQuery
) -> tuple[list[OpenRollupRow], str | None, OpenRollupTotals | None]:
    """Rollup orders, one page or all, the cursor of the next page, and the totals of all orders if they are wanted."""
    rows, cursor = await open_rollup_invoices.list_rows(session, scope, filters, query)
    known = await customers.find_known_of(session, rows)
    warned = add_warnings(rows, await rate_tables.load(session), known)
    if not query.totals:
        return warned, cursor, None
    return warned, cursor, total_of(await open_rollup_invoices.sums(session, scope, filters))
