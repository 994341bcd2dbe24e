"""Rated Workorders Ready to Export."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.ready import ReadyFacts, ReadyFilter, ReadyTotals, over_limit
from services.rating.store import ready
from shared.access import Scope
from shared.listing import PageQuery


async def list_ready(
    session: AsyncSession, scope: Scope, wanted: ReadyFilter, query: PageQuery
) -> tuple[list[ReadyFacts], str | None, ReadyTotals, Mapping[tuple[int, str], Decimal]]:
    """What is rated and not exported, one page or all of it, with the totals of all that fits.

    Last come the credit limits that bill-tos of these rows are over, by AR company and number.
    """
    rows, cursor = await ready.list_ready(session, scope, wanted, query)
    exposures = await ready.exposures(session, sorted({(row.ar_company, row.bill_to) for row in rows}))
    return rows, cursor, await ready.total_ready(session, scope, wanted), over_limit(exposures)
