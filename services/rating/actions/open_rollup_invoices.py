"""The Open Rollup Invoice view."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.open_rollup_invoices import OpenRollupFilter, OpenRollupRow, OpenRollupTotals, total_of
from services.rating.store import open_rollup_invoices
from shared.access.grants import Scope
from shared.database.pages import PageQuery


async def list_rows(
    session: AsyncSession, scope: Scope, wanted: OpenRollupFilter, query: PageQuery
) -> tuple[list[OpenRollupRow], str | None, OpenRollupTotals]:
    """What is rolled up or waits for it, one page or all, with the totals of all that fits by state and bill-to."""
    rows, cursor = await open_rollup_invoices.list_rows(session, scope, wanted, query)
    return rows, cursor, total_of(await open_rollup_invoices.sums(session, scope, wanted))
