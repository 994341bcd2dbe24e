"""Owns the way to the services: one small protocol, and the client behind it (docs/decisions/0006)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import timedelta
from typing import Protocol, TypeVar

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import ConnectError, PyreqwestError, RequestTimeoutError
from pyreqwest.request import StreamRequest
from pyreqwest.response import Response

from gateway.errors import UpstreamFailed, UpstreamTimeout, UpstreamUnreachable

log = logging.getLogger(__name__)

T = TypeVar("T")
Headers = Sequence[tuple[str, str]]
Body = bytes | AsyncIterator[bytes] | None

# Services close an idle connection after 5 s (uvicorn's default): the pool must have let go of it before.
_POOL_IDLE_SECONDS = 4
_FETCH_SECONDS = 5
# How much of an answer the client gathers before it shows the head. For an event stream nothing, or the head would
# wait for the first event; elsewhere one byte, which spares a round trip to the client's thread.
_GATHER_NOTHING, _GATHER_ONE_BYTE = 0, 1


class Exchange(Protocol):
    """An answer whose head has arrived. Whoever gets one closes it, read to its end or not."""

    status: int
    headers: Headers

    async def read(self) -> bytes:
        """The next piece of the body as it came over the wire, empty at the end.

        Raises UpstreamFailed or UpstreamTimeout.
        """

    async def close(self) -> None:
        """Lets go of the exchange; what is unread is cut off, which the service sees at once."""


class Upstream(Protocol):
    """Carries requests to services, untouched: no redirects, no cookies, no decompression, no retries."""

    async def send(self, method: str, url: str, headers: Headers, body: Body, *, streams: bool) -> Exchange:
        """Sends and waits for the head; raises UpstreamUnreachable, UpstreamFailed or UpstreamTimeout.

        What a streamed `body` raises ends the request at the service and is raised here as it is. `streams` is for
        event streams, whose head comes alone. Cancelling this wait may leave the request running at the service.
        """

    async def close(self) -> None: ...


class PyreqwestExchange:
    """An answer read with pyreqwest."""

    def __init__(self, request: StreamRequest, response: Response):
        self._request = request
        self._reader = response.body_reader
        self.status = response.status
        self.headers = _headers_of(response)

    async def read(self) -> bytes:
        try:
            chunk = await _obeying(self._reader.read_chunk())
        except RequestTimeoutError as error:
            raise UpstreamTimeout("The service stopped in the middle of its answer.") from error
        except PyreqwestError as error:
            raise UpstreamFailed("The service broke off in the middle of its answer.") from error
        return bytes(chunk) if chunk is not None else b""

    async def close(self) -> None:
        await _obeying(self._request.__aexit__(None, None, None))


class PyreqwestUpstream:
    """pyreqwest with everything off that a gateway must not do.

    Its read time-out counts from the request on, a body being sent included, so requests with a streamed body have a
    client of their own with a longer one.
    """

    def __init__(self, *, connect_seconds: float, inactivity_seconds: float, upload_seconds: float):
        self._client = _client(connect_seconds, inactivity_seconds)
        self._uploads = _client(connect_seconds, upload_seconds)

    async def send(self, method: str, url: str, headers: Headers, body: Body, *, streams: bool) -> PyreqwestExchange:
        if body is None or isinstance(body, bytes):
            builder = self._client.request(method, url).headers(headers)
            if body is not None:
                builder = builder.body_bytes(body)
        else:
            builder = self._uploads.request(method, url).headers(headers).body_stream(body)
        request = builder.streamed_read_buffer_limit(_GATHER_NOTHING if streams else _GATHER_ONE_BYTE).build_streamed()
        try:
            response = await _obeying(request.__aenter__(), request)
        except ConnectError as error:
            raise _unreachable(error) from error
        except RequestTimeoutError as error:
            raise UpstreamTimeout("The service did not answer in time.") from error
        except PyreqwestError as error:
            raise UpstreamFailed("The service broke off before it answered.") from error
        return PyreqwestExchange(request, response)

    async def close(self) -> None:
        await self._client.close()
        await self._uploads.close()


async def _obeying(work: Awaitable[T], request: StreamRequest | None = None) -> T:
    """Awaits the client's `work`; raises the cancellations that it loses.

    The client swallows a cancellation that comes while a result is on its way to Python. A loop that nobody can end
    any more, and a process that never stops, would be the outcome. `request` is closed then.
    """
    task = asyncio.current_task()
    assert task is not None
    before = task.cancelling()
    result = await work
    if task.cancelling() > before:
        if request is not None:
            await request.__aexit__(None, None, None)
        raise asyncio.CancelledError
    return result


def _client(connect_seconds: float, read_seconds: float) -> Client:
    builder = ClientBuilder().http1_only().http1_lower_case_headers().user_agent("ratebook-gateway")
    builder = builder.follow_redirects(enable=False).referer(enable=False).no_proxy()
    builder = builder.gzip(enable=False).brotli(enable=False).zstd(enable=False).deflate(enable=False)
    builder = builder.connect_timeout(timedelta(seconds=connect_seconds))
    builder = builder.read_timeout(timedelta(seconds=read_seconds))
    return builder.pool_idle_timeout(timedelta(seconds=_POOL_IDLE_SECONDS)).build()


def _unreachable(error: ConnectError) -> UpstreamUnreachable | UpstreamFailed:
    """The client calls a connection that broke after the request was written a failed connect too."""
    causes = [cause["message"] for cause in error.details["causes"] or ()]
    if "client error (Connect)" in causes:
        return UpstreamUnreachable("The service behind the gateway does not take connections.")
    return UpstreamFailed("The service broke off before it answered.")


def _headers_of(response: Response) -> Headers:
    """All header lines; one beyond ASCII, which the client cannot give, is left out."""
    try:
        return list(response.headers.items())
    except ValueError:
        readable: list[tuple[str, str]] = []
        for name in dict.fromkeys(response.headers.keys()):
            try:
                readable += [(name, value) for value in response.headers.getall(name)]
            except ValueError:
                log.warning("a service answered a header %s beyond ASCII; it was left out", name)
        return readable


async def fetch(upstream: Upstream, url: str, headers: Headers, *, max_bytes: int) -> tuple[int, Headers, bytes]:
    """A whole small answer within a few seconds: status, headers, body. For what the gateway itself asks.

    Raises what `Upstream` raises, and TimeoutError.
    """
    async with asyncio.timeout(_FETCH_SECONDS):
        exchange = await upstream.send("GET", url, headers, None, streams=False)
        try:
            body = bytearray()
            while chunk := await exchange.read():
                body += chunk
                if len(body) > max_bytes:
                    raise UpstreamFailed(f"{url} answers more than {max_bytes} bytes.")
            return exchange.status, exchange.headers, bytes(body)
        finally:
            await exchange.close()
