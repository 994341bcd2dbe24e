"""Rated Workorders Ready to Export."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.ready_to_export import ReadyFacts, ReadyFilter, ReadyTotals, over_limit
from services.rating.store import ready_to_export
from shared.access.grants import Scope
from shared.database.pages import PageQuery


async def list_ready(
    session: AsyncSession, scope: Scope, wanted: ReadyFilter, query: PageQuery
) -> tuple[list[ReadyFacts], str | None, ReadyTotals, Mapping[tuple[int, str], Decimal]]:
    """What is rated and not exported, one page or all of it, with the totals of all that fits.

    Last come the credit limits that bill-tos of these rows are over, by AR company and number.
    """
    rows, cursor = await ready_to_export.list_ready(session, scope, wanted, query)
    exposures = await ready_to_export.exposures(session, sorted({(row.ar_company, row.bill_to) for row in rows}))
    return rows, cursor, await ready_to_export.total_ready(session, scope, wanted), over_limit(exposures)
