"""Stopping without dropping a request.

At SIGTERM a process announces that it is stopping, and serves for a while longer. While it drains, /readyz answers 503,
so that load balancers send nothing new, and every answer closes its connection, so that callers reconnect to another
process. The listening socket stays open. Then the server stops as usual: it closes the socket and finishes the requests
that it has begun.
"""

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import uvicorn

log = logging.getLogger(__name__)
_LAST_ARRIVALS_SECONDS = 0.3


class Draining:
    """Whether this process is about to stop."""

    def __init__(self, seconds: float = 0, on_begin: Callable[[], None] = lambda: None):
        self._seconds = seconds
        self._on_begin = on_begin
        self._ending: asyncio.Task[None] | None = None
        self.begun = False

    @contextmanager
    def before_stopping(self) -> Iterator[None]:
        """Puts the draining between SIGTERM and the server's own handler, which must be installed already.

        A second SIGTERM or Ctrl-C stops the process at once. A server in a thread gets no signals and does not drain.
        """
        stop = signal.getsignal(signal.SIGTERM)
        if self._seconds <= 0 or not callable(stop) or threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()

        def begin(number: int, frame: FrameType | None) -> None:
            if self.begun:
                stop(number, frame)
                return
            self.begun = True
            loop.call_soon_threadsafe(self._begin, stop, number)

        signal.signal(signal.SIGTERM, begin)
        try:
            yield
        finally:
            if signal.getsignal(signal.SIGTERM) is begin:
                signal.signal(signal.SIGTERM, stop)

    def _begin(self, stop: Callable[[int, FrameType | None], object], number: int) -> None:
        log.info("asked to stop: serving for another %.1f s", self._seconds)
        self._on_begin()
        self._ending = asyncio.create_task(self._end(stop, number))

    async def _end(self, stop: Callable[[int, FrameType | None], object], number: int) -> None:
        await asyncio.sleep(self._seconds)
        server = getattr(stop, "__self__", None)
        if isinstance(server, uvicorn.Server):
            await _stop_listening(server)
        stop(number, None)


async def _stop_listening(server: uvicorn.Server) -> None:
    """Stops listening, but accepts the connections that are already waiting, so that no request is lost on its way.

    The server itself would close its socket and all connections without a request at the same moment. The kernel would
    cut off connections not accepted yet, and a request on its way over a connection just accepted would be lost too.
    """
    loop = asyncio.get_running_loop()
    arrived: list[socket.socket] = []
    listening = [one for listener in server.servers for one in listener.sockets]
    copies = [socket.socket(fileno=os.dup(one.fileno())) for one in listening]
    for listener in server.servers:
        listener.close()
    for copy in copies:
        copy.setblocking(False)
        with copy, suppress(BlockingIOError):
            while True:
                arrived.append(copy.accept()[0])
    for connection in arrived:
        await loop.connect_accepted_socket(lambda: _protocol(server), connection)
    await asyncio.sleep(_LAST_ARRIVALS_SECONDS)


def _protocol(server: uvicorn.Server) -> asyncio.Protocol:
    make: Callable[..., asyncio.Protocol] = server.config.http_protocol_class
    return make(config=server.config, server_state=server.server_state, app_state=server.lifespan.state)
