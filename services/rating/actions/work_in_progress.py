"""The Work in Progress view: groups by customer or by server, and single orders."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.errors import TooManyOrders
from services.rating.rules.pricing import Failed, rate_work_orders
from services.rating.rules.rate_tables import RateTable
from services.rating.rules.rated import Rated
from services.rating.rules.work_in_progress import (
    MOST_ORDERS,
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
from shared.process.background import in_turns

_BLOCK = 500
"""The orders whose facts are loaded together."""
_PART = 50
"""The most orders that are rated before other requests get their turn: about 10 ms."""


async def summary(session: AsyncSession, scope: Scope, filters: WipSummaryFilter, as_of: date) -> WipSummary:
    """Active orders that match, grouped by customer or server, with totals. Raises TooManyOrders."""
    await _require_few(session, scope, filters)
    facts, _ = await work_in_progress.list_active(session, scope, filters, PageQuery(limit=None))
    appraised = await _appraise(session, facts, as_of)
    return WipSummary(as_of, filters.by, summarize(appraised, filters.by), total(appraised))


async def list_orders(
    session: AsyncSession, scope: Scope, filters: WipFilter, query: PageQuery, as_of: date
) -> tuple[list[WipOrder], str | None, int]:
    """Active orders with age and value, one page or all, the cursor of the next page, and how many match.

    Raises TooManyOrders if all are wanted.
    """
    if query.limit is None:
        await _require_few(session, scope, filters)
    facts, cursor = await work_in_progress.list_active(session, scope, filters, query)
    count = await work_in_progress.count_active(session, scope, filters)
    return await _appraise(session, facts, as_of), cursor, count


async def _require_few(session: AsyncSession, scope: Scope, filters: WipFilter) -> None:
    """Refuses more work than one request may do, before any of it is done."""
    if await work_in_progress.count_active(session, scope, filters, at_most=MOST_ORDERS + 1) > MOST_ORDERS:
        raise TooManyOrders(
            f"More than {MOST_ORDERS:,} active orders match, too many to estimate in one request. "
            "Filter by branch, customer, bill-to, server or service date."
        )


async def _appraise(session: AsyncSession, facts: Sequence[WipFacts], as_of: date) -> list[WipOrder]:
    """Adds age and value. Open orders get a trial rating; nothing is stored, and other requests have their turns."""
    appraised: list[WipOrder] = []
    table: RateTable | None = None
    async for block in in_turns(facts, _BLOCK):
        open_ids = [order.work_order_id for order in block if order.status == "open"]
        rated: list[Rated] = []
        failed: list[Failed] = []
        if open_ids:
            found = await work_orders.find_all(session, EVERYTHING, open_ids)
            entered = await charges.of_orders(session, open_ids)
            table = table or await rate_tables.load(session)
            async for part in in_turns(found, _PART):
                rated_part, failed_part = rate_work_orders(part, table, entered)
                rated += rated_part
                failed += failed_part
        appraised += appraise(block, rated, failed, as_of)
    return appraised
