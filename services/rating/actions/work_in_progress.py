"""The Work in Progress view: groups by customer or by server, and single orders."""

import asyncio
from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.pricing import Failed, rate_work_orders
from services.rating.rules.rated import Rated
from services.rating.rules.work_in_progress import (
    WipFacts,
    WipFilter,
    WipOrder,
    WipSummary,
    WipSummaryFilter,
    appraise,
    summarize,
    total,
)
from services.rating.store import charges, rate_tables, work_in_progress, work_orders
from shared.access.grants import EVERYTHING, Scope
from shared.database.pages import PageQuery

_PART = 500
"""The most orders that are rated before other requests get their turn."""


async def summary(session: AsyncSession, scope: Scope, filters: WipSummaryFilter, as_of: date) -> WipSummary:
    """Active orders that match, grouped by customer or server, with totals."""
    facts, _ = await work_in_progress.list_active(session, scope, filters, PageQuery(limit=None))
    appraised = await _appraise(session, facts, as_of)
    return WipSummary(as_of, filters.by, summarize(appraised, filters.by), total(appraised))


async def list_orders(
    session: AsyncSession, scope: Scope, filters: WipFilter, query: PageQuery, as_of: date
) -> tuple[list[WipOrder], str | None, int]:
    """Active orders with age and value, one page or all, the cursor of the next page, and how many match."""
    facts, cursor = await work_in_progress.list_active(session, scope, filters, query)
    count = await work_in_progress.count_active(session, scope, filters)
    return await _appraise(session, facts, as_of), cursor, count


async def _appraise(session: AsyncSession, facts: Sequence[WipFacts], as_of: date) -> list[WipOrder]:
    """Adds age and value. Open orders get a trial rating from the facts of three statements; nothing is stored."""
    open_ids = [order.work_order_id for order in facts if order.status == "open"]
    rated: list[Rated] = []
    failed: list[Failed] = []
    if open_ids:
        found = await work_orders.find_all(session, EVERYTHING, open_ids)
        entered = await charges.of_orders(session, open_ids)
        table = await rate_tables.load(session)
        for start in range(0, len(found), _PART):
            rated_part, failed_part = rate_work_orders(found[start : start + _PART], table, entered)
            rated += rated_part
            failed += failed_part
            # Let other requests run between the parts.
            await asyncio.sleep(0)
    return appraise(facts, rated, failed, as_of)
