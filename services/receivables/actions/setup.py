"""Months of AR companies, opened and closed, and companies' logos."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.documents import require_drawable
from services.receivables.errors import BatchesOpen, LogoRefused, NotNextMonth
from services.receivables.rules.months import MonthRow, list_months, months_after
from services.receivables.rules.setup.companies import fault_in_logo
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
    await setup.set_last_closed_month(session, ar_company, month)


async def read_logo(session: AsyncSession, scope: Scope, ar_company: int) -> bytes:
    """The picture at the head of a company's documents, a PNG; raises NotFound."""
    logo = await setup.find_logo(session, ar_company) if scope.covers(ar_company=ar_company) else None
    if logo is None:
        raise NotFound(f"AR company {ar_company} has no logo.")
    return logo


async def save_logo(session: AsyncSession, scope: Scope, ar_company: int, logo: bytes, now: datetime) -> None:
    """Gives a company a logo; raises NotFound, LogoRefused."""
    await _require_company(session, scope, ar_company)
    fault = fault_in_logo(logo)
    if fault is not None:
        raise LogoRefused(fault)
    await require_drawable(logo, now)
    await setup.save_logo(session, ar_company, logo)


async def remove_logo(session: AsyncSession, scope: Scope, ar_company: int) -> None:
    """Takes a company's logo away; raises NotFound."""
    await _require_company(session, scope, ar_company)
    await setup.remove_logo(session, ar_company)


async def _require_company(session: AsyncSession, scope: Scope, ar_company: int) -> None:
    if not scope.covers(ar_company=ar_company) or await setup.find_company(session, ar_company) is None:
        raise NotFound(f"There is no AR company {ar_company}.")
