"""Credits over the four-eyes limit: looked at, changed and withdrawn by who asked, approved or rejected by somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import credit_memos
from services.receivables.actions.requests import Requests
from services.receivables.rules.credit_memos import WantedCredit
from services.receivables.rules.credit_requests import CreditRequest, RequestedLine
from services.receivables.rules.requests import APPROVED, REJECTED
from services.receivables.store import credit_requests
from shared.access.grants import Scope
from shared.errors import NotFound
from shared.values.versions import require_version


@dataclass(frozen=True)
class RequestWhole:
    """A request with what it asks for of each line."""

    head: CreditRequest
    lines: Sequence[RequestedLine]


list_requests = credit_requests.list_requests


async def read_request(session: AsyncSession, scope: Scope, request_id: int) -> RequestWhole:
    """The request whole; raises NotFound."""
    found = await credit_requests.find(session, scope, request_id)
    if found is None:
        raise NotFound(f"There is no request {request_id} for a credit.")
    return RequestWhole(found, await credit_requests.lines(session, request_id))


async def _hold(session: AsyncSession, scope: Scope, request_id: int) -> CreditRequest:
    found = await credit_requests.find(session, scope, request_id, lock=True)
    if found is None:
        raise NotFound(f"There is no request {request_id} for a credit.")
    return found


REQUESTS = Requests(_hold, credit_requests.decide)


async def change(session: AsyncSession, scope: Scope, request_id: int, expected: int, wanted: WantedCredit) -> None:
    """Asks for something else. Who has read what was asked for before cannot approve it any more.

    Raises NotFound, VersionStale, RequestDecided, OthersRequest, and what credit_memos.prepare raises.
    """
    request = await REQUESTS.hold_own(session, scope, request_id, wanted.credited_by)
    require_version(request.revision, expected, request.title)
    prepared = await credit_memos.prepare(session, scope, request.invoice_id, wanted)
    await credit_requests.change(session, request_id, wanted, prepared.credited)


async def reject(
    session: AsyncSession, scope: Scope, request_id: int, expected: int, name: str, reason: str, now: datetime
) -> None:
    """Refuses what was asked for; raises NotFound, VersionStale, RequestDecided, OwnRequest."""
    request = await REQUESTS.hold_of_another(session, scope, request_id, name)
    require_version(request.revision, expected, request.title)
    await credit_requests.decide(session, request_id, REJECTED, decided_by=name, decided_at=now, reason=reason)


async def approve(
    session: AsyncSession, scope: Scope, request_id: int, expected: int, name: str, now: datetime
) -> None:
    """Posts what was asked for, in the name of who asked. It is held against what is left of the invoice now.

    Raises NotFound, VersionStale, RequestDecided, OwnRequest, and what credit_memos.prepare raises.
    """
    request = await REQUESTS.hold_of_another(session, scope, request_id, name)
    require_version(request.revision, expected, request.title)
    wanted = WantedCredit(
        work_order_ids=None,
        lines=await credit_requests.lines(session, request_id),
        disposition=request.disposition,
        reason=request.reason,
        month=request.month,
        credit_date=request.credit_on,
        credited_by=request.requested_by,
    )
    prepared = await credit_memos.prepare(session, scope, request.invoice_id, wanted)
    credit_id = await credit_memos.post(session, prepared, now)
    await credit_requests.decide(session, request_id, APPROVED, decided_by=name, decided_at=now, credit_id=credit_id)
