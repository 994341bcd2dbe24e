"""The reopening of months over HTTP, and the requests for it."""

from typing import Annotated

from fastapi import Query, Response

from services.receivables.actions import month_reopenings
from services.receivables.errors import NotLastClosedMonth, OthersRequest, OwnRequest, ReopeningWaits, RequestDecided
from services.receivables.rules.month_reopenings import MonthReopening, ReopeningFilter
from services.receivables.schemas.months import MonthToReopen
from services.receivables.schemas.requests import RejectionEntry
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.callers import Caller, CallerOf
from shared.http.files import CSV_RESPONSE
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("month-reopenings")
VIEW = declared.feature("receivables.month_reopening", Level.VIEW)
EDIT = declared.feature("receivables.month_reopening", Level.EDIT)
APPROVE = declared.feature("receivables.month_reopening", Level.APPROVE)


@router.get("", access=VIEW, response_model=Page[MonthReopening, Count], responses=CSV_RESPONSE)
async def list_month_reopenings(
    filters: Annotated[ReopeningFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[MonthReopening, Count] | Response:
    """Reopened months and requests to reopen a month, newest first."""
    rows, cursor, count = await month_reopenings.list_reopenings(session, caller.scope, filters, page, caller.name)
    return answer(page, "month-reopenings", MonthReopening, rows, cursor, Count.of(count))


@router.get("/{reopening_id}", access=VIEW, refuses=[NotFound])
async def read_month_reopening(reopening_id: Id, caller: CallerOf, session: Transaction) -> MonthReopening:
    """A reopened month, or a request to reopen one."""
    return await _read(reopening_id, caller, session)


@router.post("", access=EDIT, status_code=201, refuses=[NotFound, NotLastClosedMonth, ReopeningWaits])
async def reopen_month(body: MonthToReopen, caller: CallerOf, session: Transaction) -> MonthReopening:
    """Reopens the month that was closed last. In a company with a four-eyes limit, someone else must approve it."""
    reopening_id = await month_reopenings.reopen(
        session, caller.scope, body.ar_company, body.month, reason=body.reason, name=caller.name, now=now()
    )
    return await _read(reopening_id, caller, session)


@router.post(
    "/{reopening_id}/approve", access=APPROVE, refuses=[NotFound, RequestDecided, OwnRequest, NotLastClosedMonth]
)
async def approve_month_reopening(reopening_id: Id, caller: CallerOf, session: Transaction) -> MonthReopening:
    """Reopens a month as someone else requested."""
    await month_reopenings.approve(session, caller.scope, reopening_id, caller.name, now())
    return await _read(reopening_id, caller, session)


@router.post("/{reopening_id}/reject", access=APPROVE, refuses=[NotFound, RequestDecided, OwnRequest])
async def reject_month_reopening(
    reopening_id: Id, entry: RejectionEntry, caller: CallerOf, session: Transaction
) -> MonthReopening:
    """Rejects a request of someone else to reopen a month, which stays closed."""
    await month_reopenings.reject(session, caller.scope, reopening_id, caller.name, entry.reason, now())
    return await _read(reopening_id, caller, session)


@router.post("/{reopening_id}/withdraw", access=EDIT, refuses=[NotFound, RequestDecided, OthersRequest])
async def withdraw_month_reopening(reopening_id: Id, caller: CallerOf, session: Transaction) -> MonthReopening:
    """Withdraws your own request."""
    await month_reopenings.REQUESTS.withdraw(session, caller.scope, reopening_id, caller.name, now())
    return await _read(reopening_id, caller, session)


async def _read(reopening_id: int, caller: Caller, session: Transaction) -> MonthReopening:
    return await month_reopenings.read_reopening(session, caller.scope, reopening_id)
