"""What all requests for approval have in common: locking, deciding and withdrawing them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules import requests as rules
from services.receivables.rules.requests import Request, RequestStatus
from shared.access.grants import Scope

RequestT = TypeVar("RequestT", bound=Request)


class Decide(Protocol):
    """Saves the decision about a request."""

    async def __call__(
        self,
        session: AsyncSession,
        request_id: int,
        status: RequestStatus,
        *,
        decided_by: str,
        decided_at: datetime,
        reason: str = "",
    ) -> None: ...


@dataclass(frozen=True)
class Requests(Generic[RequestT]):
    """One kind of request. `hold` locks a request, so that other decisions wait, or raises NotFound."""

    hold: Callable[[AsyncSession, Scope, int], Awaitable[RequestT]]
    decide: Decide

    async def hold_waiting(self, session: AsyncSession, scope: Scope, request_id: int) -> RequestT:
        """A request that still awaits approval; raises NotFound or RequestDecided."""
        request = await self.hold(session, scope, request_id)
        rules.require_waiting(request)
        return request

    async def hold_of_another(self, session: AsyncSession, scope: Scope, request_id: int, name: str) -> RequestT:
        """A waiting request that this user may decide; raises NotFound, RequestDecided or OwnRequest."""
        request = await self.hold_waiting(session, scope, request_id)
        rules.require_other_than_requester(request, name)
        return request

    async def hold_own(self, session: AsyncSession, scope: Scope, request_id: int, name: str) -> RequestT:
        """A waiting request that this user made; raises NotFound, RequestDecided or OthersRequest."""
        request = await self.hold_waiting(session, scope, request_id)
        rules.require_requester(request, name)
        return request

    async def withdraw(self, session: AsyncSession, scope: Scope, request_id: int, name: str, now: datetime) -> None:
        """Withdraws a request of this user; raises NotFound, RequestDecided or OthersRequest."""
        await self.hold_own(session, scope, request_id, name)
        await self.decide(session, request_id, rules.WITHDRAWN, decided_by=name, decided_at=now)
