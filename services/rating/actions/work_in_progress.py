"""The Work in Progress view: by customer or by server, and order by order."""

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


async def summary(session: AsyncSession, scope: Scope, wanted: WipSummaryFilter, as_of: date) -> WipSummary:
    """Active orders by customer or server, and all of them."""
    facts, _ = await work_in_progress.list_active(session, scope, wanted, PageQuery(limit=None))
    appraised = await _appraise(session, facts, as_of)
    return WipSummary(as_of, wanted.by, summarize(appraised, wanted.by), total(appraised))


async def list_orders(
    session: AsyncSession, scope: Scope, wanted: WipFilter, query: PageQuery, as_of: date
) -> tuple[list[WipOrder], str | None, int]:
    """Active orders with age and value, one page or all, and how many fit."""
    facts, cursor = await work_in_progress.list_active(session, scope, wanted, query)
    count = await work_in_progress.count_active(session, scope, wanted)
    return await _appraise(session, facts, as_of), cursor, count


async def _appraise(session: AsyncSession, facts: Sequence[WipFacts], as_of: date) -> list[WipOrder]:
    """Open orders are rated dry, all from facts of three statements; nothing is stored."""
    open_ids = [one.work_order_id for one in facts if one.status == "open"]
    rated: list[Rated] = []
    failed: list[Failed] = []
    if open_ids:
        found = await work_orders.find_all(session, EVERYTHING, open_ids)
        entered = await charges.of_orders(session, open_ids)
        table = await rate_tables.load(session)
        for start in range(0, len(found), _PART):
            part = rate_work_orders(found[start : start + _PART], table, entered)
            rated += part[0]
            failed += part[1]
            # Other requests take their turn between the parts.
            await asyncio.sleep(0)
    return appraise(facts, rated, failed, as_of)
