"""The connections to the services: pooled, opened when needed, and used to send requests (docs/decisions/0020)."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gateway.errors import UpstreamUnreachable
from gateway.exchange import Answer, Connection
from gateway.rules.headers import Header
from gateway.upstream import Body, Upload

_PORTS = {"http": 80, "https": 443}


@dataclass(slots=True)
class _Origin:
    """The address of a service, and the idle connections to it, the most recently used last."""

    host: str
    port: int
    secure: ssl.SSLContext | None
    host_line: str
    idle: dict[Connection, None] = field(default_factory=dict)

    def take(self) -> Connection | None:
        while self.idle:
            connection, _ = self.idle.popitem()
            if connection.is_usable():
                return connection
            connection.abort()
        return None


class Connections:
    """The `Upstream` over pooled connections. It is up to the caller to limit the number of concurrent requests."""

    def __init__(self, *, connect_seconds: float, inactivity_seconds: float):
        self._connect_seconds = connect_seconds
        self._inactivity_seconds = inactivity_seconds
        self._origins: dict[str, _Origin] = {}
        self._every: set[Connection] = set()

    async def send(
        self,
        origin: str,
        method: str,
        target: str,
        headers: Sequence[Header],
        body: Body,
        *,
        on_new_connection: bool = False,
    ) -> Answer:
        to = self._origins.get(origin) or self._add(origin)
        head = _request_head(f"{method} {target} HTTP/1.1\r\nhost: {to.host_line}\r\n", headers, body)
        connection = (None if on_new_connection else to.take()) or await self._connect(to)
        answer = connection.ask(head, is_head=method == "HEAD")
        try:
            if isinstance(body, Upload):
                answer.upload(body)
            await answer.arrived()
        except BaseException:
            answer.close()
            raise
        return answer

    async def close(self) -> None:
        """Cuts off all connections."""
        for connection in tuple(self._every):
            connection.abort()
        # Lets the loop call connection_lost on each of them.
        await asyncio.sleep(0)

    def _add(self, origin: str) -> _Origin:
        parts = urlsplit(origin)
        assert parts.hostname is not None
        secure = ssl.create_default_context() if parts.scheme == "https" else None
        to = _Origin(parts.hostname, parts.port or _PORTS[parts.scheme], secure, parts.netloc)
        return self._origins.setdefault(origin, to)

    async def _connect(self, to: _Origin) -> Connection:
        def connection() -> Connection:
            return Connection(to.idle, self._every, self._inactivity_seconds)

        try:
            async with asyncio.timeout(self._connect_seconds):
                _, connected = await asyncio.get_running_loop().create_connection(
                    connection, to.host, to.port, ssl=to.secure
                )
        except OSError as error:
            raise UpstreamUnreachable("The service behind the gateway does not accept connections.") from error
        return connected


def _request_head(begin: str, headers: Sequence[Header], body: Body) -> bytes:
    """The head of a request, with a small body appended. Raises ValueError if any line would become two."""
    lines = [begin.encode("ascii")]
    for name, value in headers:
        lines += name, b": ", value, b"\r\n"
    breaks = 3 + len(headers)
    if body is not None:
        breaks += 1
        length = len(body) if isinstance(body, bytes) else body.length
        lines.append(b"transfer-encoding: chunked\r\n" if length is None else b"content-length: %d\r\n" % length)
    lines.append(b"\r\n")
    head = b"".join(lines)
    if not head.count(b"\r") == head.count(b"\n") == breaks or begin.count(" ") != 3:
        raise ValueError("the request contains line breaks or spaces where they are not allowed")
    return head + body if isinstance(body, bytes) else head
