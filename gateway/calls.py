"""Owns requests on their way: who leaves ends his answer, and an event stream lives as long as it is allowed."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from starlette.types import Receive

from gateway.errors import PermissionsStale, TooManyAbandoned
from gateway.permissions import Permissions
from gateway.routes import Route
from gateway.rules.decisions import Caller, Decision, decide

decisions = logging.getLogger("gateway.decisions")

# A request that takes longer, at most twice as long, is watched for its caller leaving; most never are.
_WATCH_AFTER_SECONDS = 0.1
_STREAMS_CHECKED_SECONDS = 1.0


def note(route: Route, subject: str, decision: Decision) -> None:
    """Writes a decision to the log: denials always, passes when asked for (`LOG_LEVEL=DEBUG`)."""
    level = logging.DEBUG if decision.result == "pass" else logging.INFO
    if decisions.isEnabledFor(level):
        facts = {"subject": subject, "route": route.name, "result": decision.result, "reason": decision.reason}
        decisions.log(level, "%s: %s", decision.result, route.name, extra=facts)


class Abandoned:
    """How many requests each caller left before their answers' heads, while services still work on them."""

    def __init__(self, at_most: int):
        self._at_most = at_most
        self._counts: dict[str, int] = {}

    def check(self, caller: str) -> None:
        if self._counts.get(caller, 0) >= self._at_most:
            raise TooManyAbandoned("Too many requests that you left are still being worked on: wait for those to end.")

    def add(self, caller: str, count: int) -> None:
        total = self._counts.pop(caller, 0) + count
        if total > 0:
            self._counts[caller] = total


class Call:
    """One request on its way, carried by the task that makes this.

    When the caller leaves while the answer is carried back, that ends. Before the head of the answer nothing is cut
    off: services finish what they began anyway, and whoever leaves and asks again must not heap up their work. Until
    the head comes such a call counts as abandoned (docs/decisions/0020).
    """

    __slots__ = (
        "_abandoned",
        "_caller",
        "_due",
        "_receive",
        "_task",
        "_watcher",
        "aborted",
        "answered",
        "left",
        "reading",
    )

    def __init__(self, receive: Receive, abandoned: Abandoned, caller: str):
        self._receive = receive
        self._abandoned = abandoned
        self._caller = caller
        self._task = asyncio.current_task()
        self._watcher: asyncio.Task[None] | None = None
        self._due = False
        self.reading = self.answered = self.left = self.aborted = False

    def watch(self) -> None:
        """Looks from now on whether the caller leaves."""
        self._due = True
        # While the request's body is being read, its reader sees the caller leave.
        if not self.reading:
            self._watcher = asyncio.create_task(self._wait_for_leaving())

    def body_was_read(self) -> None:
        self.reading = False
        if self._due:
            self.watch()

    async def _wait_for_leaving(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.left = True
        if self.answered:
            self.abort()
        else:
            self._abandoned.add(self._caller, +1)

    def abort(self) -> None:
        """Ends the carrying back of the answer, wherever it waits, by a cancellation that `resume` takes back."""
        if self.answered and not self.aborted and self._task is not None:
            self.aborted = True
            self._task.cancel()

    def resume(self) -> bool:
        """Whether the cancellation of the task was an abort; only then may the task go on."""
        if self.aborted and self._task is not None:
            self._task.uncancel()
        return self.aborted

    def settle(self) -> None:
        """Ends the watch; no abort comes after this."""
        if self._watcher is not None:
            self._watcher.cancel()
        if self.left and not self.aborted:
            self._abandoned.add(self._caller, -1)
        self.answered = False


class Calls:
    """The calls that may have to be watched. A timer for each would cost more than all that is decided about it."""

    def __init__(self) -> None:
        self._new: dict[Call, None] = {}
        self._older: dict[Call, None] = {}

    def begin(self, call: Call) -> None:
        self._new[call] = None

    def end(self, call: Call) -> None:
        self._new.pop(call, None)
        self._older.pop(call, None)
        call.settle()

    async def watch(self) -> None:
        """Begins to watch those that take long, for ever."""
        while True:
            await asyncio.sleep(_WATCH_AFTER_SECONDS)
            for call in self._older:
                call.watch()
            self._older, self._new = self._new, {}


@dataclass(frozen=True, slots=True, eq=False)
class OpenStream:
    """An event stream that is being carried."""

    call: Call
    route: Route
    caller: Caller


class OpenStreams:
    """The event streams that are open now; each ends when its caller could no longer open it."""

    def __init__(self, permissions: Permissions):
        self._permissions = permissions
        self._streams: set[OpenStream] = set()
        self._leaving = False

    def __len__(self) -> int:
        return len(self._streams)

    def end_all(self) -> None:
        """Ends every stream now and to come: this gateway is about to leave, and callers connect again elsewhere."""
        self._leaving = True
        self._permissions.epoch_changed.set()

    @contextmanager
    def holding(self, stream: OpenStream) -> Iterator[None]:
        self._streams.add(stream)
        try:
            yield
        finally:
            self._streams.discard(stream)

    async def watch(self) -> None:
        """Decides them again, for ever: at each epoch, and each second because tokens expire meanwhile."""
        changed = self._permissions.epoch_changed
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_STREAMS_CHECKED_SECONDS):
                    await changed.wait()
            changed.clear()
            for stream in tuple(self._streams):
                reason = self._reason_to_end(stream)
                if reason:
                    note(stream.route, stream.caller.subject, Decision("forbidden", reason))
                    stream.call.abort()

    def _reason_to_end(self, stream: OpenStream) -> str:
        if self._leaving:
            return "the gateway is about to leave"
        if time.time() >= stream.caller.expires_at:
            return "the access token has expired"
        try:
            decision = decide(stream.route, stream.caller, self._permissions.current())
        except PermissionsStale:
            return "the permissions are stale"
        return "" if decision.result == "pass" else decision.reason
