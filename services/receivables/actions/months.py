"""The open and closed months of AR companies."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import BatchesOpen, NotNextMonth
from services.receivables.rules.months import MonthRow, list_months, months_after
from services.receivables.store import ar_companies, batches, months
from shared.access.grants import Scope
from shared.errors import NotFound


async def read_months(session: AsyncSession, scope: Scope) -> list[MonthRow]:
    """The open months of each company, and the closed months with transactions."""
    companies = await ar_companies.list_companies(session, scope)
    return list_months(
        [(company.number, company.last_closed_month, company.max_open_months) for company in companies],
        await months.list_used_months(session, scope),
    )


async def close_month(session: AsyncSession, scope: Scope, ar_company: int, month: str) -> None:
    """Closes the month after the last closed one, after waiting for current postings.

    Raises NotFound, NotNextMonth or BatchesOpen.
    """
    company = await ar_companies.find_company(session, ar_company, lock="FOR NO KEY UPDATE")
    if company is None or not scope.covers(ar_company=ar_company):
        raise NotFound(f"There is no AR company {ar_company}.")
    following = months_after(company.last_closed_month, 1)
    if month != following:
        raise NotNextMonth(f"The next month to close in company {ar_company} is {following}, not {month}.")
    waiting = await batches.waiting_in(session, ar_company, month)
    if waiting:
        numbers = ", ".join(str(number) for number in waiting)
        raise BatchesOpen(f"{month} still has open batches: {numbers}. Post or clear them before you close the month.")
    await ar_companies.set_last_closed_month(session, ar_company, month)
