"""Months reopened: at once, or asked for, then approved or rejected by somebody else and withdrawn by who asked."""

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
    """Raises NotFound."""
    found = await month_reopenings.find(session, scope, reopening_id)
    if found is None:
        raise NotFound(f"There is no reopening {reopening_id} of a month.")
    return found


async def reopen(
    session: AsyncSession, scope: Scope, ar_company: int, month: str, *, reason: str, name: str, now: datetime
) -> int:
    """Reopens the month that was closed last, or asks for it where the company wants four eyes; returns the reopening's id.

    Raises NotFound, NotLastClosedMonth, ReopeningWaits.
    """
    company = await ar_companies.find_company(session, ar_company, lock="FOR NO KEY UPDATE")
    if company is None or not scope.covers(ar_company=ar_company):
        raise NotFound(f"There is no AR company {ar_company}.")
    rules.require_last_closed(company, month)
    if await month_reopenings.waits(session, ar_company):
        raise ReopeningWaits(f"A reopening of company {ar_company} waits for approval.")
    four_eyes = rules.needs_approval(company)
    reopening_id = await month_reopenings.insert(
        session, ar_company, month, four_eyes=four_eyes, reason=reason, name=name, at=now
    )
    if not four_eyes:
        await _reopen(session, company, reopening_id, name, now)
    return reopening_id


async def approve(session: AsyncSession, scope: Scope, reopening_id: int, name: str, now: datetime) -> None:
    """Reopens the month that somebody else asked for; raises NotFound, RequestDecided, OwnRequest, NotLastClosedMonth."""
    request = await REQUESTS.hold_of_another(session, scope, reopening_id, name)
    company = await _hold_company(session, request.ar_company)
    rules.require_last_closed(company, request.month)
    await _reopen(session, company, reopening_id, name, now)


async def reject(session: AsyncSession, scope: Scope, reopening_id: int, name: str, reason: str, now: datetime) -> None:
    """Leaves the month closed; raises NotFound, RequestDecided, OwnRequest."""
    await REQUESTS.hold_of_another(session, scope, reopening_id, name)
    await month_reopenings.decide(session, reopening_id, REJECTED, decided_by=name, decided_at=now, reason=reason)


async def _hold(session: AsyncSession, scope: Scope, reopening_id: int) -> MonthReopening:
    """The reopening, with its company held: whoever decides next, closes or posts waits for this."""
    found = await read_reopening(session, scope, reopening_id)
    await _hold_company(session, found.ar_company)
    # Somebody may have decided while the company was waited for.
    return await read_reopening(session, scope, reopening_id)


REQUESTS = Requests(_hold, month_reopenings.decide)


async def _hold_company(session: AsyncSession, ar_company: int) -> ArCompany:
    company = await ar_companies.find_company(session, ar_company, lock="FOR NO KEY UPDATE")
    assert company is not None
    return company


async def _reopen(session: AsyncSession, company: ArCompany, reopening_id: int, name: str, now: datetime) -> None:
    await ar_companies.set_last_closed_month(session, company.number, months_after(company.last_closed_month, -1))
    await month_reopenings.decide(session, reopening_id, APPROVED, decided_by=name, decided_at=now)
