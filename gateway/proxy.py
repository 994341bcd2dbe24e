"""The path of a request through the gateway and of its answer back.

The order: path → headers → route → token → permission → body → service. A refused request never reaches the service.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.admission import Admission
from gateway.auth import ADDRESS, IDENTITY, Session
from gateway.calls import Abandoned, Call, Calls, OpenStream, OpenStreams
from gateway.compression import Gzipped, Readable
from gateway.cookies import Shown
from gateway.errors import (
    BodyStalled,
    BodyTooLarge,
    HeadersRefused,
    UpstreamBusy,
    UpstreamFailed,
    UpstreamTimeout,
    UpstreamUnreachable,
    refuse,
)
from gateway.limits import Breaker, InWork, Pace, Rates
from gateway.permissions import Permissions
from gateway.routes import OWN, Route
from gateway.rules.compression import compress, read_marked_versions
from gateway.rules.headers import RequestHead, request_head, response_head
from gateway.upstream import Body, Exchange, Upload, Upstream
from shared.errors import DomainError
from shared.http.leaving import ends_with_its_caller
from shared.process import tracing

log = logging.getLogger(__name__)

# A body up to this size is read before the service is asked; a larger one is streamed.
_SMALL_BODY_BYTES = 64 * 1024
# How long the end of a stream waits for a caller that does not read.
_LAST_WORD_SECONDS = 1.0
_NOT_WAITED_SECONDS = 0.001
_VERSIONS = frozenset({"1.0", "1.1"})
# uvicorn has no status line for any other.
_FINAL = range(200, 600)
_BODILESS = frozenset({204, 205, 304})
_READING = frozenset({"GET", "HEAD"})
_END = {"type": "http.response.body", "body": b"", "more_body": False}


class _CallerLeft(Exception):
    """The caller disconnected, so nobody waits for the answer."""


@dataclass(frozen=True)
class Limits:
    """The limits of the gateway.

    `max_upstream_requests` applies to each service; `max_abandoned_requests`, `max_requests_at_once`,
    `requests_per_second` and `burst` to each caller. A service that fails `failures` times in a row gets no requests
    for `pause_seconds`.
    """

    max_body_bytes: int
    max_upstream_requests: int
    max_abandoned_requests: int
    max_requests_at_once: int
    requests_per_second: float
    burst: int
    failures: int
    pause_seconds: float
    inactivity_seconds: float
    slowest_bytes_per_second: int
    slow_seconds: float

    def new_pace(self) -> Pace:
        """The pace that a caller must keep with one body."""
        return Pace(self.slowest_bytes_per_second, self.slow_seconds)


@dataclass(slots=True)
class _Service:
    origin: str
    breaker: Breaker
    in_work: int = 0


@dataclass(slots=True, eq=False)
class _Request:
    """An admitted request; `session` is None for public operations."""

    route: Route
    method: str
    target: str
    head: RequestHead
    session: Session | None
    address: str
    marked: bool

    @property
    def caller(self) -> str:
        return self.session.caller.subject if self.session is not None else f"address {self.address}"


class Proxy:
    """The ASGI application for `/api/*`. `own` answers what the gateway answers itself."""

    def __init__(
        self,
        admission: Admission,
        origins: Mapping[str, str],
        upstream: Upstream,
        permissions: Permissions,
        limits: Limits,
        own: ASGIApp,
    ):
        self._admission = admission
        self._own = own
        self._services = {
            service: _Service(origin, Breaker(limits.failures, limits.pause_seconds))
            for service, origin in origins.items()
        }
        self._upstream = upstream
        self._limits = limits
        self._abandoned = Abandoned(limits.max_abandoned_requests)
        self._rates = Rates(limits.requests_per_second, limits.burst)
        self._in_work = InWork(limits.max_requests_at_once)
        self.calls = Calls()
        self.streams = OpenStreams(permissions)

    @property
    def in_work(self) -> dict[str, int]:
        """The number of requests in progress at each service."""
        return {name: service.in_work for name, service in self._services.items()}

    @property
    def refused(self) -> dict[str, int]:
        """1 for each service that gets no requests because it fails, else 0."""
        return {name: int(service.breaker.refuses) for name, service in self._services.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._handle(scope, receive, send)
        except DomainError as error:
            await refuse(error, scope, receive, send)

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["http_version"] not in _VERSIONS:
            raise HeadersRefused("Send the request with HTTP/1.0 or HTTP/1.1.")
        query = scope["query_string"]
        head = request_head(scope["headers"])
        marked = read_marked_versions(head)
        route, path = self._admission.find(scope["method"], scope["raw_path"], query)
        scope["route"] = route
        address = scope["client"][0] if scope["client"] else "unknown"
        admitted = await self._admission.admit(route, path, Shown(head.authorization, head.cookie, head.csrf), address)
        if admitted.cookie is not None:
            head.forwarded.append((b"cookie", admitted.cookie.encode("ascii")))
        if admitted.identity is not None:
            head.forwarded.append((IDENTITY, admitted.identity.encode()))
        head.forwarded.append((b"traceparent", (tracing.traceparent() or tracing.new_traceparent()).encode()))
        head.forwarded.append((ADDRESS, address.encode()))
        if head.content_length is not None and head.content_length > self._limits.max_body_bytes:
            raise self._too_large()
        target = f"{path}?{query.decode('ascii')}" if query else path
        request = _Request(route, scope["method"], target, head, admitted.session, address, marked)
        self._rates.take(request.caller, time.monotonic())
        if route.service == OWN:
            await self._own(scope, receive, send)
            return
        await self._carry(request, receive, send)

    async def _carry(self, request: _Request, receive: Receive, send: Send) -> None:
        """Carries an admitted request to its service, and the answer back."""
        service = self._services[request.route.service]
        caller = request.caller
        self._abandoned.check(caller)
        if service.in_work >= self._limits.max_upstream_requests:
            raise UpstreamBusy(
                "The service behind the gateway has the maximum number of requests in progress. Try again shortly."
            )
        service.breaker.check(time.monotonic())
        self._in_work.begin(caller)
        ends = ends_with_its_caller(request.route.method, request.head.content_type)
        call = Call(receive, self._abandoned, caller, ends=ends)
        self.calls.begin(call)
        exchange: Exchange | None = None
        service.in_work += 1
        try:
            body = await self._body(call, request.head, receive)
            exchange = await self._send(service, request, body)
            if not call.left:
                call.answered = True
                await self._answer(request, call, exchange, send)
        except _CallerLeft:
            pass
        except asyncio.CancelledError:
            if not call.resume():
                raise
            if not call.left:
                # The gateway ends an event stream properly, as the service would.
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LAST_WORD_SECONDS):
                        await send(_END)
        finally:
            self.calls.end(call)
            service.in_work -= 1
            self._in_work.end(caller)
            if exchange is not None:
                exchange.close()

    async def _send(self, service: _Service, request: _Request, body: Body) -> Exchange:
        """Sends the request. A request that only reads is sent once more if its connection is lost before the answer.

        A service that stops closes its idle connections while a request may be on its way on one of them. The second
        time a new connection carries it, because the others in the pool may be in the same state.
        """
        method, forwarded = request.route.method, request.head.forwarded
        may_repeat = method in _READING and body is None
        again = False
        while True:
            try:
                exchange = await self._upstream.send(
                    service.origin, method, request.target, forwarded, body, on_new_connection=again
                )
            except (UpstreamUnreachable, UpstreamFailed, UpstreamTimeout) as error:
                if may_repeat and not again and isinstance(error, UpstreamFailed):
                    again = True
                    continue
                service.breaker.failed(time.monotonic())
                raise
            service.breaker.succeeded()
            return exchange

    # --- The request's body ------------------------------------------------------------------------------------------

    async def _body(self, call: Call, head: RequestHead, receive: Receive) -> Body:
        if not head.chunked and not head.content_length:
            return None
        call.reading = True
        pieces = self._pieces(call, receive)
        if head.content_length is not None and head.content_length <= _SMALL_BODY_BYTES:
            return b"".join([piece async for piece in pieces])
        return Upload(pieces, head.content_length)

    async def _pieces(self, call: Call, receive: Receive) -> AsyncIterator[bytes]:
        """The body as it arrives; raises BodyTooLarge, BodyStalled or _CallerLeft, which end the upload."""
        received = 0
        pace = self._limits.new_pace()
        more = True
        while more:
            began = time.monotonic()
            try:
                async with asyncio.timeout(min(self._limits.inactivity_seconds, pace.seconds_left)):
                    message = await receive()
            except TimeoutError:
                raise BodyStalled(
                    "The rest of the body did not arrive in time, or arrived too slowly. Send the request again."
                ) from None
            if message["type"] == "http.disconnect":
                raise _CallerLeft
            piece, more = message.get("body", b""), message.get("more_body", False)
            received += len(piece)
            pace.note(len(piece), time.monotonic() - began)
            if received > self._limits.max_body_bytes:
                raise self._too_large()
            if not more:
                call.body_was_read()
            if piece:
                yield piece

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(f"The body is larger than {self._limits.max_body_bytes:,} bytes. Send less at a time.")

    # --- The answer --------------------------------------------------------------------------------------------------

    async def _answer(self, request: _Request, call: Call, exchange: Exchange, send: Send) -> None:
        route = request.route
        head = response_head(exchange.headers, route.service, self._services[route.service].origin)
        if exchange.status not in _FINAL or head.unknown_coding:
            raise UpstreamFailed("The answer of the service is not one that the gateway can forward.")
        bodiless = exchange.status in _BODILESS
        compressed = compress(request.head, exchange.status, head, marked=request.marked)
        if head.content_length is not None and not bodiless:
            head.headers.append((b"content-length", b"%d" % head.content_length))
        await send({"type": "http.response.start", "status": exchange.status, "headers": head.headers})
        if bodiless or request.method == "HEAD" or head.content_length == 0:
            await send(_END)
            return
        if head.is_event_stream and request.session is not None:
            with self.streams.holding(OpenStream(call, route, request.session.caller)):
                await self._carry_back(exchange, head.content_length, send, None)
            return
        body = Gzipped(exchange) if compressed else exchange
        await self._carry_back(body, head.content_length, send, self._limits.new_pace())

    async def _carry_back(self, body: Readable, length: int | None, send: Send, pace: Pace | None) -> None:
        """Forwards the body piece by piece, as fast as the caller reads it, at the least at the `pace`.

        If the service breaks off or the caller stalls, the answer stays incomplete and the connection is closed, so
        that nobody takes a part for the whole.
        """
        try:
            piece = await body.read()
            if len(piece) == length:
                await self._give(send, {"type": "http.response.body", "body": piece, "more_body": False}, pace)
                return
            while piece:
                await self._give(send, {"type": "http.response.body", "body": piece, "more_body": True}, pace)
                piece = await body.read()
            await self._give(send, _END, pace)
        except DomainError as error:
            log.warning("an answer was not finished: %s", error.detail)
        except TimeoutError:
            log.info("an answer was not finished: its caller stopped reading it, or read too slowly")

    async def _give(self, send: Send, message: Message, pace: Pace | None) -> None:
        """Sends a piece of the body; raises TimeoutError if the caller reads too slowly."""
        began = time.monotonic()
        patience = self._limits.inactivity_seconds
        async with asyncio.timeout(patience if pace is None else min(patience, pace.seconds_left)):
            await send(message)
        waited = time.monotonic() - began
        if pace is not None and waited > _NOT_WAITED_SECONDS:
            # What went into a buffer at once says nothing about the caller.
            pace.note(len(message["body"]), waited)
