"""AR companies, GL accounts, receivable types and months."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import NotNextMonth
from services.receivables.rules.months import MonthRow, list_months, months_after
from services.receivables.rules.setup import ArCompany, CompanyEntry, GlAccount, ReceivableType, faults_in_type
from services.receivables.store import setup
from shared.access import EVERYTHING, Scope
from shared.errors import NotFound
from shared.tables import Numbered, refuse_import


async def list_companies(session: AsyncSession, scope: Scope) -> list[ArCompany]:
    return await setup.list_companies(session, scope)


async def import_companies(session: AsyncSession, entries: Sequence[CompanyEntry]) -> int:
    await setup.upsert_companies(session, entries)
    return len(entries)


async def list_accounts(session: AsyncSession) -> list[GlAccount]:
    return await setup.list_accounts(session)


async def import_accounts(session: AsyncSession, entries: Sequence[GlAccount]) -> int:
    await setup.upsert_accounts(session, entries)
    return len(entries)


async def list_types(session: AsyncSession, scope: Scope) -> list[ReceivableType]:
    return await setup.list_types(session, scope)


async def import_types(session: AsyncSession, entries: Sequence[Numbered[ReceivableType]]) -> int:
    """Adds receivable types; raises ImportRefused where a company or an account of its GL company does not exist."""
    companies = {one.number: one for one in await setup.list_companies(session, EVERYTHING)}
    accounts = {(one.gl_company, one.account) for one in await setup.list_accounts(session)}
    refuse_import(
        [one.fault(column, words) for one in entries for column, words in faults_in_type(one.row, companies, accounts)]
    )
    await setup.upsert_types(session, [one.row for one in entries])
    return len(entries)


async def read_months(session: AsyncSession, scope: Scope) -> list[MonthRow]:
    """The open months of each company, and the closed ones that anything was posted in."""
    companies = await setup.list_companies(session, scope)
    return list_months(
        [(one.number, one.last_closed_month, one.max_open_months) for one in companies],
        await setup.list_used_months(session, scope),
    )


async def close_month(session: AsyncSession, scope: Scope, ar_company: int, month: str) -> None:
    """Closes the month after the last closed one; waits for postings that are under way. Raises NotFound, NotNextMonth."""
    company = await setup.find_company(session, ar_company, lock="FOR NO KEY UPDATE")
    if company is None or not scope.covers(ar_company=ar_company):
        raise NotFound(f"There is no AR company {ar_company}.")
    following = months_after(company.last_closed_month, 1)
    if month != following:
        raise NotNextMonth(f"{following} is the next month to close in company {ar_company}, not {month}.")
    await setup.close_month(session, ar_company, month)
