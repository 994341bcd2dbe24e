"""Months of AR companies, opened and closed, and companies' logos."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import BatchesOpen, NotNextMonth
from services.receivables.rules.months import MonthRow, list_months, months_after
from services.receivables.rules.setup.companies import Logo
from services.receivables.store import batches, setup
from shared.access import Scope
from shared.errors import NotFound


async def read_months(session: AsyncSession, scope: Scope) -> list[MonthRow]:
    """The open months of each company, and the closed ones that anything was posted in."""
    companies = await setup.list_companies(session, scope)
    return list_months(
        [(one.number, one.last_closed_month, one.max_open_months) for one in companies],
        await setup.list_used_months(session, scope),
    )


async def close_month(session: AsyncSession, scope: Scope, ar_company: int, month: str) -> None:
    """Closes the month after the last closed one; waits for postings that are under way. Raises NotFound, NotNextMonth, BatchesOpen."""
    company = await setup.find_company(session, ar_company, lock="FOR NO KEY UPDATE")
    if company is None or not scope.covers(ar_company=ar_company):
        raise NotFound(f"There is no AR company {ar_company}.")
    following = months_after(company.last_closed_month, 1)
    if month != following:
        raise NotNextMonth(f"{following} is the next month to close in company {ar_company}, not {month}.")
    waiting = await batches.waiting_in(session, ar_company, month)
    if waiting:
        numbers = ", ".join(str(one) for one in waiting)
        raise BatchesOpen(f"Batches of {month} are neither posted nor cancelled: {numbers}.")
    await setup.close_month(session, ar_company, month)


async def read_logo(session: AsyncSession, scope: Scope, ar_company: int) -> Logo:
    """The picture at the head of a company's documents; raises NotFound."""
    logo = await setup.find_logo(session, ar_company) if scope.covers(ar_company=ar_company) else None
    if logo is None:
        raise NotFound(f"AR company {ar_company} has no logo.")
    return logo


async def save_logo(session: AsyncSession, scope: Scope, ar_company: int, logo: Logo | None) -> None:
    """Gives a company a logo, or takes it away; raises NotFound."""
    if not scope.covers(ar_company=ar_company) or await setup.find_company(session, ar_company) is None:
        raise NotFound(f"There is no AR company {ar_company}.")
    if logo is None:
        await setup.remove_logo(session, ar_company)
    else:
        await setup.save_logo(session, ar_company, logo)
