"""Requests in progress: a caller that disconnects ends its answer, and an event stream lasts as long as it may."""

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

# A request is watched for its caller disconnecting only after this time, or up to twice as long. Most never are.
_WATCH_AFTER_SECONDS = 0.1
_STREAMS_CHECKED_SECONDS = 1.0


def note(route: Route, subject: str, decision: Decision) -> None:
    """Logs a decision: denials always, passes only with `LOG_LEVEL=DEBUG`."""
    level = logging.DEBUG if decision.result == "pass" else logging.INFO
    if decisions.isEnabledFor(level):
        facts = {"subject": subject, "route": route.name, "result": decision.result, "reason": decision.reason}
        decisions.log(level, "%s: %s", decision.result, route.name, extra=facts)


class Abandoned:
    """The number of requests that each caller abandoned before the head of the answer and services still work on."""

    def __init__(self, at_most: int):
        self._at_most = at_most
        self._counts: dict[str, int] = {}

    def check(self, caller: str) -> None:
        if self._counts.get(caller, 0) >= self._at_most:
            raise TooManyAbandoned("Too many requests that you abandoned are still in progress. Wait for them to end.")

    def add(self, caller: str, count: int) -> None:
        total = self._counts.pop(caller, 0) + count
        if total > 0:
            self._counts[caller] = total


class Call:
    """A request in progress, carried by the task that creates this.

    When the caller disconnects while the answer is carried back, carrying it ends. Before the head of the answer only
    reads and imports are cut off, and the service ends them as well (shared.http.leaving). Other commands are carried
    out, and a caller that disconnects and asks again must not pile up work for the services: until the head arrives,
    such a call counts as abandoned (docs/decisions/0020).
    """

    __slots__ = (
        "_abandoned",
        "_caller",
        "_due",
        "_ends",
        "_receive",
        "_task",
        "_watcher",
        "aborted",
        "answered",
        "left",
        "reading",
    )

    def __init__(self, receive: Receive, abandoned: Abandoned, caller: str, *, ends: bool):
        self._receive = receive
        self._ends = ends
        self._abandoned = abandoned
        self._caller = caller
        self._task = asyncio.current_task()
        self._watcher: asyncio.Task[None] | None = None
        self._due = False
        self.reading = self.answered = self.left = self.aborted = False

    def watch(self) -> None:
        """Starts to watch for the caller disconnecting."""
        self._due = True
        # While the request's body is being read, its reader notices that the caller disconnects.
        if not self.reading:
            self._watcher = asyncio.create_task(self._wait_for_disconnect())

    def body_was_read(self) -> None:
        self.reading = False
        if self._due:
            self.watch()

    async def _wait_for_disconnect(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.left = True
        if self.answered or self._ends:
            self.abort()
        else:
            self._abandoned.add(self._caller, +1)

    def abort(self) -> None:
        """Stops carrying the answer back, wherever it waits, by a cancellation that `resume` undoes."""
        if (self.answered or self._ends) and not self.aborted and self._task is not None:
            self.aborted = True
            self._task.cancel()

    def resume(self) -> bool:
        """Whether the task was canceled by `abort`; only then may it continue."""
        if self.aborted and self._task is not None:
            self._task.uncancel()
        return self.aborted

    def settle(self) -> None:
        """Stops watching; after this there is no abort."""
        if self._watcher is not None:
            self._watcher.cancel()
        if self.left and not self.aborted:
            self._abandoned.add(self._caller, -1)
        self.answered = self._ends = False


class Calls:
    """The calls that may have to be watched. A timer for each call would cost more than deciding about it."""

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
        """Starts to watch calls that take long; runs forever."""
        while True:
            await asyncio.sleep(_WATCH_AFTER_SECONDS)
            for call in self._older:
                call.watch()
            self._older, self._new = self._new, {}


@dataclass(frozen=True, slots=True, eq=False)
class OpenStream:
    """An open event stream."""

    call: Call
    route: Route
    caller: Caller


class OpenStreams:
    """The open event streams. Each is ended as soon as its caller could no longer open it."""

    def __init__(self, permissions: Permissions):
        self._permissions = permissions
        self._streams: set[OpenStream] = set()
        self._leaving = False

    def __len__(self) -> int:
        return len(self._streams)

    def end_all(self) -> None:
        """Ends all streams, now and from now on: this gateway is about to stop, and callers reconnect elsewhere."""
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
        """Decides about each stream again at each new epoch, and each second because tokens expire; runs forever."""
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
            return "the gateway is about to stop"
        if time.time() >= stream.caller.expires_at:
            return "the access token has expired"
        try:
            decision = decide(stream.route, stream.caller, self._permissions.current())
        except PermissionsStale:
            return "the permissions are stale"
        return "" if decision.result == "pass" else decision.reason
