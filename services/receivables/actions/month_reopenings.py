"""Reopening months: directly, or by a request that a second person approves or rejects."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.requests import Requests
from services.receivables.errors import ReopeningWaits
from services.receivables.records.ar_companies import ArCompany
from services.receivables.rules import month_reopenings as rules
from services.receivables.rules.month_reopenings import MonthReopening
from services.receivables.rules.months import months_after
from services.receivables.rules.requests import APPROVED, REJECTED
from services.receivables.store import ar_companies, month_reopenings
from shared.access.grants import Scope
from shared.errors import NotFound

list_reopenings = month_reopenings.list_reopenings


async def read_reopening(session: AsyncSession, scope: Scope, reopening_id: int) -> MonthReopening:
    """A reopened month, or a request to reopen one; raises NotFound."""
    found = await month_reopenings.find(session, scope, reopening_id)
    if found is None:
        raise NotFound(f"Month reopening {reopening_id} was not found.")
    return found


async def reopen(
    session: AsyncSession, scope: Scope, ar_company: int, month: str, *, reason: str, name: str, now: datetime
) -> int:
    """Reopens the month that was closed last, or requests it if the company has a four-eyes limit.

    Returns the id of the reopening. Raises NotFound, NotLastClosedMonth or ReopeningWaits.
    """
    company = await ar_companies.find_company(session, ar_company, lock="FOR NO KEY UPDATE")
    if company is None or not scope.covers(ar_company=ar_company):
        raise NotFound(f"There is no AR company {ar_company}.")
    rules.require_last_closed(company, month)
    if await month_reopenings.is_waiting(session, ar_company):
        raise ReopeningWaits(
            f"A request to reopen a month in company {ar_company} already awaits approval. "
            "Have it decided, or withdraw it."
        )
    four_eyes = rules.needs_approval(company)
    reopening_id = await month_reopenings.insert(
        session, ar_company, month, four_eyes=four_eyes, reason=reason, name=name, at=now
    )
    if not four_eyes:
        await _reopen(session, company, reopening_id, name, now)
    return reopening_id


async def approve(session: AsyncSession, scope: Scope, reopening_id: int, name: str, now: datetime) -> None:
    """Reopens a month as someone else requested.

    Raises NotFound, RequestDecided, OwnRequest or NotLastClosedMonth.
    """
    request = await REQUESTS.hold_of_another(session, scope, reopening_id, name)
    company = await _hold_company(session, request.ar_company)
    rules.require_last_closed(company, request.month)
    await _reopen(session, company, reopening_id, name, now)


async def reject(session: AsyncSession, scope: Scope, reopening_id: int, name: str, reason: str, now: datetime) -> None:
    """Rejects a request, so that the month stays closed; raises NotFound, RequestDecided or OwnRequest."""
    await REQUESTS.hold_of_another(session, scope, reopening_id, name)
    await month_reopenings.decide(session, reopening_id, REJECTED, decided_by=name, decided_at=now, reason=reason)


async def _hold(session: AsyncSession, scope: Scope, reopening_id: int) -> MonthReopening:
    """The reopening, with its company locked. Other decisions, closings and postings wait for it."""
    found = await read_reopening(session, scope, reopening_id)
    await _hold_company(session, found.ar_company)
    # Someone may have decided the request while this waited for the company.
    return await read_reopening(session, scope, reopening_id)


REQUESTS = Requests(_hold, month_reopenings.decide)


async def _hold_company(session: AsyncSession, ar_company: int) -> ArCompany:
    company = await ar_companies.find_company(session, ar_company, lock="FOR NO KEY UPDATE")
    assert company is not None
    return company


async def _reopen(session: AsyncSession, company: ArCompany, reopening_id: int, name: str, now: datetime) -> None:
    await ar_companies.set_last_closed_month(session, company.number, months_after(company.last_closed_month, -1))
    await month_reopenings.decide(session, reopening_id, APPROVED, decided_by=name, decided_at=now)
