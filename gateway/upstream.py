"""Owns what the gateway asks of whatever carries its requests to the services (docs/decisions/0020)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.errors import UpstreamFailed
from gateway.rules.headers import Header

_FETCH_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Upload:
    """A body that goes on as it comes in; `length` in bytes, None where its end is not known before."""

    pieces: AsyncIterator[bytes]
    length: int | None = None


Body = bytes | Upload | None


class Exchange(Protocol):
    """An answer whose head has arrived, names in lower case. Whoever gets one closes it, read to its end or not."""

    status: int
    headers: list[Header]

    async def read(self) -> bytes:
        """The next piece of the body as it came over the wire, empty at the end.

        Raises UpstreamFailed or UpstreamTimeout.
        """

    def close(self) -> None:
        """Lets go of the exchange; what is unread or unsent is cut off, which the service sees at once."""


class Upstream(Protocol):
    """Carries requests to services, untouched: no redirects, no cookies, no decompression, no retries."""

    async def send(self, origin: str, method: str, target: str, headers: Sequence[Header], body: Body) -> Exchange:
        """Sends to `origin` (`http://host:port`) and waits for the head of the answer.

        Raises UpstreamUnreachable, UpstreamFailed or UpstreamTimeout. Host and the framing of the body are not among
        `headers`. What an upload raises ends the request at the service and is raised here as it is.
        """

    async def close(self) -> None: ...


async def fetch(
    upstream: Upstream, origin: str, target: str, headers: Sequence[Header], *, max_bytes: int
) -> tuple[int, Sequence[Header], bytes]:
    """A whole small answer within a few seconds: status, headers, body. For what the gateway itself asks.

    Raises what `Upstream` raises, and TimeoutError.
    """
    async with asyncio.timeout(_FETCH_SECONDS):
        exchange = await upstream.send(origin, "GET", target, headers, None)
        try:
            body = bytearray()
            while piece := await exchange.read():
                body += piece
                if len(body) > max_bytes:
                    raise UpstreamFailed(f"{origin}{target} answers more than {max_bytes} bytes.")
            return exchange.status, exchange.headers, bytes(body)
        finally:
            exchange.close()
