"""Denials for the audit: counted here, and reported to the security service every minute (docs/decisions/0018)."""

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

# Denials of more kinds in one window are counted together, which limits the memory.
MOST_KINDS = 500
_PATH = f"/v1/{NOUN}"
_SEND_SECONDS = 5
_MAY_REPORT = Grant(FEATURE, Level.EDIT)
_OTHERS = "(others)"
_REPORT = TypeAdapter(DenialsReport)


@dataclass(frozen=True, slots=True)
class _Report:
    """A finished window, sent until security has accepted it. The key keeps it from being counted twice."""

    key: str
    body: bytes
    count: int


class Denials:
    """Counts denials. A gateway that is killed loses the current window; one that is stopped sends it first."""

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
        """The number of denials that have not been reported to security."""
        return sum(self._counts.values()) + (self._report.count if self._report is not None else 0)

    def count(self, route: Route, subject: str, name: str, address: str, status: int, reason: str) -> None:
        access = route.access
        kind = Denial(subject, name, address, route.name, access.feature, access.level.word, status, reason)
        if kind not in self._counts and len(self._counts) >= MOST_KINDS:
            kind = Denial(
                _OTHERS, _OTHERS, "", _OTHERS, "", "", status, "too many kinds of denials to count separately"
            )
        self._counts[kind] = self._counts.get(kind, 0) + 1

    async def run(self, every_seconds: float) -> None:
        """Reports to security at intervals, forever; a report that fails is repeated the next time."""
        while True:
            await asyncio.sleep(every_seconds)
            await self.send()

    async def send(self) -> None:
        """Reports everything counted so far. A report that fails is kept for the next time; the error is not raised."""
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                while self._close_window():
                    await self._post_report()
        except Exception as error:
            log.warning("denials could not be reported (%d so far): %r", self.unsent, error)

    def _close_window(self) -> bool:
        """Makes a report of the counts, unless one is waiting; returns whether there is a report to send."""
        if self._report is None and self._counts:
            counted = [CountedDenial(**asdict(kind), count=count) for kind, count in self._counts.items()]
            report = DenialsReport(_moment(self._began_at), _moment(self._clock()), counted)
            self._report = _Report(str(uuid.uuid4()), _REPORT.dump_json(report), sum(self._counts.values()))
            self._counts = {}
        if not self._counts:
            self._began_at = self._clock()
        return self._report is not None

    async def _post_report(self) -> None:
        report = self._report
        assert report is not None
        headers = [
            self._identities.own(_MAY_REPORT, service="security"),
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
