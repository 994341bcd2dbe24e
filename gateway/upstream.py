"""The interface of the component that carries the gateway's requests to the services (docs/decisions/0020)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.errors import UpstreamFailed
from gateway.rules.headers import Header

_FETCH_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Upload:
    """A body that is forwarded as it arrives; `length` is in bytes, or None if it is not known in advance."""

    pieces: AsyncIterator[bytes]
    length: int | None = None


Body = bytes | Upload | None


class Exchange(Protocol):
    """An answer whose head has arrived, with header names in lower case. Its receiver must close it in any case."""

    status: int
    headers: list[Header]

    async def read(self) -> bytes:
        """The next piece of the body as received, empty at the end.

        Raises UpstreamFailed or UpstreamTimeout.
        """

    def close(self) -> None:
        """Ends the exchange. Anything unread or unsent is cut off, which the service notices immediately."""


class Upstream(Protocol):
    """Carries requests to services unchanged: no redirects, no cookies, no decompression, no retries."""

    async def send(
        self,
        origin: str,
        method: str,
        target: str,
        headers: Sequence[Header],
        body: Body,
        *,
        on_new_connection: bool = False,
    ) -> Exchange:
        """Sends a request to `origin` (`http://host:port`) and waits for the head of the answer.

        `headers` do not include Host and the framing of the body. With `on_new_connection`, none that was used before
        carries it. Raises UpstreamUnreachable, UpstreamFailed or
        UpstreamTimeout. An error of the upload ends the request at the service and is raised unchanged.
        """

    async def close(self) -> None: ...


async def fetch(
    upstream: Upstream, origin: str, target: str, headers: Sequence[Header], *, max_bytes: int
) -> tuple[int, Sequence[Header], bytes]:
    """Fetches a small answer within a few seconds, for the gateway's own requests: status, headers, body.

    Raises the errors of `Upstream`, and TimeoutError.
    """
    async with asyncio.timeout(_FETCH_SECONDS):
        exchange = await upstream.send(origin, "GET", target, headers, None)
        try:
            body = bytearray()
            while piece := await exchange.read():
                body += piece
                if len(body) > max_bytes:
                    raise UpstreamFailed(f"The answer of {origin}{target} is larger than {max_bytes} bytes.")
            return exchange.status, exchange.headers, bytes(body)
        finally:
            exchange.close()
