"""The open and closed months of AR companies."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import BatchesOpen, NotNextMonth
from services.receivables.records.ar_companies import ArCompany
from services.receivables.rules.month_checks import MonthCheckCode, MonthChecks, MonthFacts, check_month
from services.receivables.rules.months import MonthRow, list_months
from services.receivables.store import ar_companies, batches, credit_requests, months
from shared.access.grants import Scope
from shared.errors import DomainError, NotFound

_REFUSALS: Mapping[MonthCheckCode, type[DomainError]] = {"NOT_NEXT_MONTH": NotNextMonth, "BATCHES_OPEN": BatchesOpen}


async def read_months(session: AsyncSession, scope: Scope) -> list[MonthRow]:
    """The open months of each company, and the closed months with transactions."""
    companies = await ar_companies.list_companies(session, scope)
    return list_months(
        [(company.number, company.last_closed_month, company.max_open_months) for company in companies],
        await months.list_used_months(session, scope),
    )


async def check_closing(session: AsyncSession, scope: Scope, ar_company: int, month: str) -> MonthChecks:
    """What stands against closing the month, and what else to look at; raises NotFound."""
    company = await _find_company(session, scope, ar_company)
    waiting = await batches.waiting_in(session, ar_company, month)
    requested = await credit_requests.count_of_month(session, scope, ar_company, month)
    facts = MonthFacts(ar_company, month, company.last_closed_month, waiting, requested.count, requested.total)
    return check_month(facts)


async def _find_company(session: AsyncSession, scope: Scope, ar_company: int, *, lock: str = "") -> ArCompany:
    company = await ar_companies.find_company(session, ar_company, lock=lock)
    if company is None or not scope.covers(ar_company=ar_company):
        raise NotFound(f"There is no AR company {ar_company}.")
    return company


async def close_month(session: AsyncSession, scope: Scope, ar_company: int, month: str) -> None:
    """Closes the month after the last closed one, after waiting for current postings.

    Raises NotFound, NotNextMonth or BatchesOpen.
    """
    company = await _find_company(session, scope, ar_company, lock="FOR NO KEY UPDATE")
    waiting = await batches.waiting_in(session, ar_company, month)
    found = check_month(MonthFacts(ar_company, month, company.last_closed_month, waiting))
    for check in found.checks:
        if check.blocks:
            raise _REFUSALS[check.code](check.detail)
    await ar_companies.set_last_closed_month(session, ar_company, month)
