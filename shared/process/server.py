"""Serving a process with uvicorn and the settings that all processes need (docs/decisions/0021).

python -m shared.process.server gateway.main --host 0.0.0.0 --port 8400
"""

import argparse
import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
# How long a client may read nothing of what is buffered for it, about 64 KiB. The gateway has a stricter limit for
# answers of services, so this must be longer than its GATEWAY_INACTIVITY_TIMEOUT_SECONDS.
STUCK_SECONDS = 180.0
_KEEP_ALIVE_SECONDS = 75
_GRACEFUL_SECONDS = 10
_GATHERED_BYTES = 64 * 1024
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class GatheringTransport(asyncio.Transport):
    """Sends everything written in one turn of the loop as one piece: uvicorn writes head and body separately."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop):
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._gathered: list[bytes] = []
        self._bytes = 0
        self._last_moment: asyncio.TimerHandle | None = None

    def write(self, data: Any) -> None:
        if not self._gathered:
            self._loop.call_soon(self._flush)
        self._gathered.append(data)
        self._bytes += len(data)
        if self._bytes > _GATHERED_BYTES:
            # The transport must see how much there is, so that it can slow the writer down.
            self._flush()

    def close(self) -> None:
        """Closes when everything is sent; a client that does not read it is cut off after STUCK_SECONDS."""
        self._flush()
        self._transport.close()
        if self._last_moment is None:
            self._last_moment = self._loop.call_later(STUCK_SECONDS, self._transport.abort)

    def abort(self) -> None:
        self._transport.abort()

    def lost(self) -> None:
        """The connection has ended."""
        if self._last_moment is not None:
            self._last_moment.cancel()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def _flush(self) -> None:
        if self._gathered and not self._transport.is_closing():
            self._transport.write(b"".join(self._gathered))
        self._gathered.clear()
        self._bytes = 0


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol with time limits for clients that send or read nothing, or a byte now and then.

    The head of each request must arrive within HEAD_SECONDS, and so must the rest of a body that was answered before
    its end. What is buffered for a client must leave within STUCK_SECONDS. Otherwise such connections would stay
    forever.
    """

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self._waits_for_head = True
        self._reads_body = self._is_answered = False
        self._time_limit: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._gathering = GatheringTransport(cast("asyncio.Transport", transport), self.loop)
        super().connection_made(self._gathering)
        self._set_time_limit()

    def connection_lost(self, exc: Exception | None) -> None:
        self._waits_for_head = self._reads_body = False
        self._set_time_limit()
        self._moves_again()
        self._gathering.lost()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._set_time_limit()

    def on_message_begin(self) -> None:
        self._waits_for_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._waits_for_head = self._is_answered = False
        self._reads_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._reads_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._is_answered = True
        self._set_time_limit()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self.loop.call_later(STUCK_SECONDS, self._gathering.abort)

    def resume_writing(self) -> None:
        self._moves_again()
        super().resume_writing()

    def _moves_again(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _set_time_limit(self) -> None:
        """Starts or cancels the time limit. A head that arrives in one piece never starts one."""
        waits = self._waits_for_head or (self._reads_body and self._is_answered)
        if waits and self._time_limit is None:
            self._time_limit = self.loop.call_later(HEAD_SECONDS, self._give_up)
        elif not waits and self._time_limit is not None:
            self._time_limit.cancel()
            self._time_limit = None

    def _give_up(self) -> None:
        if self._waits_for_head:
            self.transport.write(_TOO_SLOW)
        self.transport.close()


def configuration(app: ASGIApp | Callable[[], ASGIApp] | str, **options: Any) -> uvicorn.Config:
    """The uvicorn configuration for `app`.

    Identities are signed, so addresses reported by a proxy are not needed and not trusted.
    """
    return uvicorn.Config(
        app,
        **{
            "http": Protocol,
            "ws": "none",
            "loop": "uvloop",
            "access_log": False,
            "proxy_headers": False,
            "server_header": False,
            "log_level": "warning",
            "timeout_keep_alive": _KEEP_ALIVE_SECONDS,
            "timeout_graceful_shutdown": _GRACEFUL_SECONDS,
            **options,
        },
    )


def main() -> None:
    """Serves the process named on the command line until it is stopped."""
    parser = argparse.ArgumentParser(
        prog="python -m shared.process.server", description="Serves one process of the suite."
    )
    parser.add_argument("module", help="the module with create_app: gateway.main, services.rating.main, ...")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fd", type=int, help="a listening socket passed by a supervisor, instead of host and port")
    given = parser.parse_args()
    server = uvicorn.Server(configuration(f"{given.module}:create_app", factory=True, host=given.host, port=given.port))
    # uvicorn's own option for a descriptor leaves it listening until the process ends: a caller who connects while the
    # process stops would wait in the queue and be cut off, where a closed socket refuses at once.
    server.run(sockets=[socket.socket(fileno=given.fd)] if given.fd is not None else None)
    # The exit status of uvicorn's own command when the application could not start.
    raise SystemExit(0 if server.started else 3)


if __name__ == "__main__":
    main()
