"""The context of each request: its trace, its request id, its metrics and its log line."""

import logging
import time
from collections.abc import Awaitable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.process import tracing
from shared.process.draining import Draining
from shared.process.metrics import METRICS_PATH, Requests

log = logging.getLogger("request")


class RequestContext:
    """ASGI middleware for what every request has: its trace, its request id in the answer, its figures, its log line.

    While the process is draining, every answer closes its connection.
    """

    def __init__(self, app: ASGIApp, service: str, draining: Draining):
        self._app = app
        self._draining = draining
        self._requests = Requests(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = None
        for name, value in scope["headers"]:
            if name == b"traceparent":
                sent = value.decode("latin-1")
                break
        tracing.adopt(sent)
        started_at = time.perf_counter()
        # Measured until the head: the caller decides how fast a body goes, and a stream has no end.
        head_seconds = -1.0
        status = 0

        def note(message: Message) -> Awaitable[None]:
            nonlocal status, head_seconds
            if message["type"] == "http.response.start":
                head_seconds = time.perf_counter() - started_at
                status = message["status"]
                request_id = (tracing.request_id() or "").encode()
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id)]
                if self._draining.begun:
                    message["headers"].append((b"connection", b"close"))
            return send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            if scope["path"] not in _OPERATORS_PATHS:
                seconds = time.perf_counter() - started_at
                self._requests.note(
                    scope.get("route"), scope["method"], status, head_seconds if head_seconds >= 0 else seconds
                )
                if log.isEnabledFor(logging.INFO):
                    facts = {"status": status, "duration_ms": round(seconds * 1000, 1)}
                    log.info("%s %s %d", scope["method"], scope["path"], status, extra=facts)


_OPERATORS_PATHS = {"/livez", "/readyz", "/startupz", METRICS_PATH}
