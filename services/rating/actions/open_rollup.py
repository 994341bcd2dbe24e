"""The Open Rollup Invoice view."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.open_rollup import OpenRollupFilter, OpenRollupRow, OpenRollupTotals, total_of
from services.rating.store import open_rollup
from shared.access import Scope
from shared.listing import PageQuery


async def list_rows(
    session: AsyncSession, scope: Scope, wanted: OpenRollupFilter, query: PageQuery
) -> tuple[list[OpenRollupRow], str | None, OpenRollupTotals]:
    """What is rolled up or waits for it, one page or all, with the totals of all that fits by state and bill-to."""
    rows, cursor = await open_rollup.list_rows(session, scope, wanted, query)
    return rows, cursor, total_of(await open_rollup.sums(session, scope, wanted))
