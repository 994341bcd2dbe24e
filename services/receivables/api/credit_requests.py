"""Requests for credits over the four-eyes limit, over HTTP."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.receivables.actions import credit_requests
from services.receivables.api.credit_memos import CREDIT_REFUSALS
from services.receivables.errors import OthersRequest, OwnRequest, RequestDecided
from services.receivables.rules.credit_requests import CreditRequestRow, RequestFilter
from services.receivables.schemas.credit_memos import CreditEntry
from services.receivables.schemas.credit_requests import CreditRequestRead
from services.receivables.schemas.requests import RejectionEntry
from services.receivables.settings import Settings
from shared.access import declared
from shared.access.grants import Level
from shared.audit.changes import HistoryStep
from shared.clock import local_date, now
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.http.callers import Caller, CallerOf
from shared.http.etag import ExpectedVersion, Tagged, etag
from shared.http.files import CSV_RESPONSE
from shared.http.operation import Router
from shared.http.pages import Count, FixedPageQueryOf, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("credit-requests")
VIEW = declared.feature("receivables.credits", Level.VIEW)
EDIT = declared.feature("receivables.credits", Level.EDIT)
APPROVE = declared.feature("receivables.credits", Level.APPROVE)
_OF_VERSION = [NotFound, VersionMissing, VersionStale, RequestDecided]


@router.get("", access=VIEW, response_model=Page[CreditRequestRow, Count], responses=CSV_RESPONSE)
async def list_credit_requests(
    filters: Annotated[RequestFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[CreditRequestRow, Count] | Response:
    """Requests for credits over the four-eyes limit, newest first."""
    rows, cursor, count = await credit_requests.list_requests(session, caller.scope, filters, page, caller.name)
    return answer(page, "credit-requests", CreditRequestRow, rows, cursor, Count.of(count))


@router.get("/{request_id}", access=VIEW, refuses=[NotFound])
async def read_credit_request(
    request_id: Id, response: Tagged, caller: CallerOf, session: Transaction
) -> CreditRequestRead:
    """A request with its lines. You need the ETag to change, approve or reject it."""
    return await _read(request_id, response, caller, session)


@router.get("/{request_id}/history", access=VIEW, refuses=[NotFound])
async def read_credit_request_history(
    request_id: Id, page: FixedPageQueryOf, caller: CallerOf, session: Transaction
) -> Page[HistoryStep, Count]:
    """The requester, the changes and the decision, newest first."""
    steps, cursor, count = await credit_requests.list_history(session, caller.scope, request_id, page)
    return Page(items=steps, next_cursor=cursor, totals=Count.of(count))


@router.put("/{request_id}", access=EDIT, refuses=[*_OF_VERSION, OthersRequest, *CREDIT_REFUSALS])
async def change_credit_request(
    request_id: Id,
    entry: CreditEntry,
    revision: ExpectedVersion,
    request: Request,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
) -> CreditRequestRead:
    """Replaces the content of your own request. Approvers have to read the new version before they approve it."""
    settings: Settings = request.app.state.settings
    draft = entry.to_draft(today=local_date(now(), settings.time_zone), credited_by=caller.name)
    await credit_requests.change(session, caller.scope, request_id, revision, draft)
    return await _read(request_id, response, caller, session)


@router.post("/{request_id}/withdraw", access=EDIT, refuses=[NotFound, RequestDecided, OthersRequest])
async def withdraw_credit_request(
    request_id: Id, response: Tagged, caller: CallerOf, session: Transaction
) -> CreditRequestRead:
    """Withdraws your own request."""
    await credit_requests.REQUESTS.withdraw(session, caller.scope, request_id, caller.name, now())
    return await _read(request_id, response, caller, session)


@router.post(
    "/{request_id}/approve", access=APPROVE, idempotent=True, refuses=[*_OF_VERSION, OwnRequest, *CREDIT_REFUSALS]
)
async def approve_credit_request(
    request_id: Id, revision: ExpectedVersion, response: Tagged, caller: CallerOf, session: Transaction
) -> CreditRequestRead:
    """Posts a credit that someone else requested, exactly as you read it."""
    await credit_requests.approve(session, caller.scope, request_id, revision, caller.name, now())
    return await _read(request_id, response, caller, session)


@router.post("/{request_id}/reject", access=APPROVE, refuses=[*_OF_VERSION, OwnRequest])
async def reject_credit_request(
    request_id: Id,
    entry: RejectionEntry,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
) -> CreditRequestRead:
    """Rejects a credit that someone else requested."""
    await credit_requests.reject(session, caller.scope, request_id, revision, caller.name, entry.reason, now())
    return await _read(request_id, response, caller, session)


async def _read(request_id: int, response: Tagged, caller: Caller, session: Transaction) -> CreditRequestRead:
    found = await credit_requests.read_request(session, caller.scope, request_id)
    response.headers["etag"] = etag(found.head.revision)
    return CreditRequestRead.of(found)
