"""Owns that denials reach the audit: counted here, and told to the security service each minute (docs/decisions/0018)."""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from pydantic import TypeAdapter

from gateway.auth import Identities
from gateway.routes import Route
from gateway.upstream import Upstream
from shared.access.grants import Grant, Level
from shared.contracts.denials import FEATURE, NOUN, CountedDenial, Denial, DenialsReport

log = logging.getLogger(__name__)

# More callers, operations and reasons in one window are told of together, and memory stays what it is.
MOST_KINDS = 500
_PATH = f"/v1/{NOUN}"
_SEND_SECONDS = 5
_MAY_TELL = Grant(FEATURE, Level.EDIT)
_OTHERS = "(others)"
_REPORT = TypeAdapter(DenialsReport)


@dataclass(frozen=True, slots=True)
class _Report:
    """A window that is over, as it is sent until security has it; the key keeps it from being counted twice."""

    key: str
    body: bytes
    count: int


class Denials:
    """Counts what is refused. A gateway that is killed loses the window that is open; one that is stopped sends it."""

    def __init__(
        self,
        upstream: Upstream,
        security_origin: str,
        identities: Identities,
        *,
        clock: Callable[[], float] = time.time,
    ):
        self._upstream = upstream
        self._origin = security_origin
        self._identities = identities
        self._clock = clock
        self._began_at = clock()
        self._counts: dict[Denial, int] = {}
        self._report: _Report | None = None

    @property
    def unsent(self) -> int:
        """How many denials security has not heard of yet."""
        return sum(self._counts.values()) + (self._report.count if self._report is not None else 0)

    def count(self, route: Route, subject: str, name: str, address: str, status: int, reason: str) -> None:
        access = route.access
        kind = Denial(subject, name, address, route.name, access.feature, access.level.word, status, reason)
        if kind not in self._counts and len(self._counts) >= MOST_KINDS:
            kind = Denial(_OTHERS, _OTHERS, "", _OTHERS, "", "", status, "more kinds of denials than are told apart")
        self._counts[kind] = self._counts.get(kind, 0) + 1

    async def run(self, every_seconds: float) -> None:
        """Tells security, for ever; what it could not be told is told the next time."""
        while True:
            await asyncio.sleep(every_seconds)
            await self.send()

    async def send(self) -> None:
        """Tells security of everything so far. What fails is kept for the next time, and never raised."""
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                while self._close_window():
                    await self._tell()
        except Exception as error:
            log.warning("%d denials could not be told to the audit: %r", self.unsent, error)

    def _close_window(self) -> bool:
        """Makes a report of what was counted, unless one waits; False when there is nothing to tell."""
        if self._report is None and self._counts:
            counted = [CountedDenial(**asdict(kind), count=count) for kind, count in self._counts.items()]
            told = DenialsReport(_moment(self._began_at), _moment(self._clock()), counted)
            self._report = _Report(str(uuid.uuid4()), _REPORT.dump_json(told), sum(self._counts.values()))
            self._counts = {}
        if not self._counts:
            self._began_at = self._clock()
        return self._report is not None

    async def _tell(self) -> None:
        report = self._report
        assert report is not None
        headers = [
            self._identities.own(_MAY_TELL, service="security"),
            (b"content-type", b"application/json"),
            (b"idempotency-key", report.key.encode()),
        ]
        exchange = await self._upstream.send(self._origin, "POST", _PATH, headers, report.body)
        try:
            while await exchange.read():
                pass
        finally:
            exchange.close()
        if not 200 <= exchange.status < 300:
            raise ConnectionError(f"{self._origin}{_PATH} answered {exchange.status}")
        self._report = None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
