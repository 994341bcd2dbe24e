"""Requests that wait for somebody else, whatever they ask for: held while they are decided, rejected, withdrawn."""

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
    """Writes what was decided about a request."""

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
    """One kind of requests: `hold` finds one, or raises NotFound, and makes others who decide it wait."""

    hold: Callable[[AsyncSession, Scope, int], Awaitable[RequestT]]
    decide: Decide

    async def hold_waiting(self, session: AsyncSession, scope: Scope, request_id: int) -> RequestT:
        """A request that still waits; raises NotFound, RequestDecided."""
        request = await self.hold(session, scope, request_id)
        rules.require_waiting(request)
        return request

    async def hold_of_another(self, session: AsyncSession, scope: Scope, request_id: int, name: str) -> RequestT:
        """A request that still waits and that `name` may decide; raises NotFound, RequestDecided, OwnRequest."""
        request = await self.hold_waiting(session, scope, request_id)
        rules.require_somebody_else(request, name)
        return request

    async def hold_own(self, session: AsyncSession, scope: Scope, request_id: int, name: str) -> RequestT:
        """A request that still waits and that `name` asked for; raises NotFound, RequestDecided, OthersRequest."""
        request = await self.hold_waiting(session, scope, request_id)
        rules.require_own(request, name)
        return request

    async def withdraw(self, session: AsyncSession, scope: Scope, request_id: int, name: str, now: datetime) -> None:
        """Takes one's own request back; raises NotFound, RequestDecided, OthersRequest."""
        await self.hold_own(session, scope, request_id, name)
        await self.decide(session, request_id, rules.WITHDRAWN, decided_by=name, decided_at=now)
