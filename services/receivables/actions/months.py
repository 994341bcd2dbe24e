"""Months of AR companies, opened and closed."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import BatchesOpen, NotNextMonth
from services.receivables.rules.months import MonthRow, list_months, months_after
from services.receivables.store import ar_companies, batches, months
from shared.access.grants import Scope
from shared.errors import NotFound


async def read_months(session: AsyncSession, scope: Scope) -> list[MonthRow]:
    """The open months of each company, and the closed ones that anything was posted in."""
    companies = await ar_companies.list_companies(session, scope)
    return list_months(
        [(one.number, one.last_closed_month, one.max_open_months) for one in companies],
        await months.list_used_months(session, scope),
    )


async def close_month(session: AsyncSession, scope: Scope, ar_company: int, month: str) -> None:
    """Closes the month after the last closed one; waits for postings that are under way. Raises NotFound, NotNextMonth, BatchesOpen."""
    company = await ar_companies.find_company(session, ar_company, lock="FOR NO KEY UPDATE")
    if company is None or not scope.covers(ar_company=ar_company):
        raise NotFound(f"There is no AR company {ar_company}.")
    following = months_after(company.last_closed_month, 1)
    if month != following:
        raise NotNextMonth(f"{following} is the next month to close in company {ar_company}, not {month}.")
    waiting = await batches.waiting_in(session, ar_company, month)
    if waiting:
        numbers = ", ".join(str(one) for one in waiting)
        raise BatchesOpen(f"Batches of {month} are neither posted nor cancelled: {numbers}.")
    await ar_companies.set_last_closed_month(session, ar_company, month)
