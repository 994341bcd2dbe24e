"""The use cases of requests for credits over the four-eyes limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import credit_memos
from services.receivables.actions.requests import Requests
from services.receivables.rules.credit_memos import CreditDraft, CreditWarning, date_warnings
from services.receivables.rules.credit_requests import CreditRequest, RequestedLine
from services.receivables.rules.requests import APPROVED, REJECTED
from services.receivables.store import credit_memos as memos
from services.receivables.store import credit_requests
from shared.access.grants import Scope
from shared.audit.changes import HistoryStep
from shared.database.pages import PageQuery
from shared.errors import NotFound
from shared.values.versions import require_version


@dataclass(frozen=True)
class RequestWhole:
    """A request with the amount to credit on each line, and what looks wrong with its date."""

    head: CreditRequest
    lines: Sequence[RequestedLine]
    warnings: Sequence[CreditWarning]


list_requests = credit_requests.list_requests


async def read_request(session: AsyncSession, scope: Scope, request_id: int) -> RequestWhole:
    """The request with its lines and warnings; raises NotFound."""
    found = await credit_requests.find(session, scope, request_id)
    if found is None:
        raise NotFound(f"There is no credit request {request_id}.")
    (invoice,) = (await memos.find_for_credit(session, scope, [found.invoice_id])).values()
    return RequestWhole(
        found,
        await credit_requests.lines(session, request_id),
        date_warnings(invoice, "credit_date", found.credit_on, found.month),
    )


async def list_history(
    session: AsyncSession, scope: Scope, request_id: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """The requester, the changes and the decision of a request; see `credit_requests.list_history`. Raises NotFound."""
    if await credit_requests.find(session, scope, request_id) is None:
        raise NotFound(f"There is no credit request {request_id}.")
    return await credit_requests.list_history(session, request_id, query)


async def _hold(session: AsyncSession, scope: Scope, request_id: int) -> CreditRequest:
    found = await credit_requests.find(session, scope, request_id, lock=True)
    if found is None:
        raise NotFound(f"There is no credit request {request_id}.")
    return found


REQUESTS = Requests(_hold, credit_requests.decide)


async def change(session: AsyncSession, scope: Scope, request_id: int, expected: int, draft: CreditDraft) -> None:
    """Replaces the content of a request. Its revision changes, so that nobody can approve an older version.

    Raises NotFound, VersionStale, RequestDecided, OthersRequest, and the errors of `credit_memos.prepare`.
    """
    request = await REQUESTS.hold_own(session, scope, request_id, draft.credited_by)
    require_version(request.revision, expected, request.title)
    prepared = await credit_memos.prepare(session, scope, request.invoice_id, draft)
    await credit_requests.change(session, request, draft, prepared.credited)


async def reject(
    session: AsyncSession, scope: Scope, request_id: int, expected: int, name: str, reason: str, now: datetime
) -> None:
    """Rejects a request; raises NotFound, VersionStale, RequestDecided or OwnRequest."""
    request = await REQUESTS.hold_of_another(session, scope, request_id, name)
    require_version(request.revision, expected, request.title)
    await credit_requests.decide(session, request_id, REJECTED, decided_by=name, decided_at=now, reason=reason)


async def approve(
    session: AsyncSession, scope: Scope, request_id: int, expected: int, name: str, now: datetime
) -> None:
    """Posts the requested credit in the name of the requester, after checking it against what is left of the invoice.

    Raises NotFound, VersionStale, RequestDecided, OwnRequest, and the errors of `credit_memos.prepare`.
    """
    request = await REQUESTS.hold_of_another(session, scope, request_id, name)
    require_version(request.revision, expected, request.title)
    draft = CreditDraft(
        work_order_ids=None,
        lines=await credit_requests.lines(session, request_id),
        disposition=request.disposition,
        reason=request.reason,
        month=request.month,
        credit_date=request.credit_on,
        credited_by=request.requested_by,
    )
    prepared = await credit_memos.prepare(session, scope, request.invoice_id, draft)
    credit_id = await credit_memos.post(session, prepared, now)
    await credit_requests.decide(session, request_id, APPROVED, decided_by=name, decided_at=now, credit_id=credit_id)
