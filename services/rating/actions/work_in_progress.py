"""The Work in Progress view: groups by customer or by server, and single orders."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.work_in_progress import WipFilter, WipOrder, WipSummary, WipSummaryFilter, appraise
from services.rating.store import work_in_progress
from shared.access.grants import Scope
from shared.database.pages import PageQuery


async def summary(
    session: AsyncSession, scope: Scope, filters: WipSummaryFilter, query: PageQuery, as_of: date
) -> WipSummary:
    """Active orders that match, grouped by customer or server, one page of groups or all, with totals if wanted."""
    filters = filters.on(as_of)
    groups, cursor = await work_in_progress.list_groups(session, scope, filters, filters.by, query, as_of)
    totals = await work_in_progress.total_groups(session, scope, filters, as_of) if query.totals else None
    return WipSummary(as_of, filters.by, groups, cursor, totals)


async def list_orders(
    session: AsyncSession, scope: Scope, filters: WipFilter, query: PageQuery, as_of: date
) -> tuple[list[WipOrder], str | None, int | None]:
    """Active orders with age and value, one page or all, the cursor of the next page, and how many match if wanted."""
    filters = filters.on(as_of)
    facts, cursor = await work_in_progress.list_active(session, scope, filters, query)
    return appraise(facts, as_of), cursor, await work_in_progress.count_active(session, scope, filters, query)
