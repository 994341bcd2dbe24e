"""Rated Workorders Ready to Export."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.ready import ReadyFacts, ReadyFilter, ReadyTotals
from services.rating.store import ready
from shared.access import Scope
from shared.listing import PageQuery


async def list_ready(
    session: AsyncSession, scope: Scope, wanted: ReadyFilter, query: PageQuery
) -> tuple[list[ReadyFacts], str | None, ReadyTotals]:
    """What is rated and not exported, one page or all of it, with the totals of all that fits."""
    rows, cursor = await ready.list_ready(session, scope, wanted, query)
    return rows, cursor, await ready.total_ready(session, scope, wanted)
