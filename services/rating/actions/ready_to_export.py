"""The report Rated Workorders Ready to Export."""

from dataclasses import replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.ready_to_export import (
    ReadyFilter,
    ReadyRow,
    ReadyTotals,
    add_warnings,
    over_limit,
    plan_export,
    with_changed_rates,
)
from services.rating.store import rate_tables, ready_to_export
from shared.access.grants import Scope
from shared.clock import month_of
from shared.database.pages import PageQuery


async def list_ready(
    session: AsyncSession, scope: Scope, filters: ReadyFilter, query: PageQuery, today: date
) -> tuple[list[ReadyRow], str | None, ReadyTotals | None]:
    """Orders that are ready, one page or all, the cursor of the next page, and the totals of all if they are wanted."""
    invoice_date = filters.invoice_date or today
    months = await ready_to_export.months_of_companies(session)
    planned = plan_export(invoice_date, filters.month or month_of(invoice_date), months)
    table = await rate_tables.load(session)
    if "RATE_CHANGED" in (filters.warning or ()):
        rated = await ready_to_export.rated_facts(session, scope, filters, planned)
        planned = replace(planned, rates_changed=with_changed_rates(rated, table))
    whole = query.totals or "OVER_CREDIT_LIMIT" in (filters.warning or ())
    passed = over_limit(await ready_to_export.exposures(session)) if whole else {}
    facts, cursor = await ready_to_export.list_ready(session, scope, filters, planned, passed, query)
    if not whole:
        bill_tos = sorted({(row.ar_company, row.bill_to) for row in facts})
        passed = over_limit(await ready_to_export.exposures(session, bill_tos))
    rows = add_warnings(facts, planned, passed, table)
    totals = await ready_to_export.total_ready(session, scope, filters, planned, passed) if query.totals else None
    return rows, cursor, totals
