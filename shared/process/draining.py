"""Owns stopping without dropping a request: at SIGTERM a process says that it leaves, and serves on for a while.

While it drains, /readyz is 503, so that load balancers send nothing new, and every answer closes its connection, so that
callers who keep one open connect anew, elsewhere. The listening socket stays. After that the server stops as it always
does: it closes the socket and finishes what it has begun.
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
    """Whether this process is about to leave."""

    def __init__(self, seconds: float = 0, on_begin: Callable[[], None] = lambda: None):
        self._seconds = seconds
        self._on_begin = on_begin
        self._ending: asyncio.Task[None] | None = None
        self.begun = False

    @contextmanager
    def before_stopping(self) -> Iterator[None]:
        """Puts the drain between SIGTERM and the server's own handler, which must be installed already.

        A second SIGTERM, and Ctrl-C, stop at once. Servers that run in a thread have no signals and do not drain.
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
        log.info("asked to stop: serving on for %.1f s", self._seconds)
        self._on_begin()
        self._ending = asyncio.create_task(self._end(stop, number))

    async def _end(self, stop: Callable[[int, FrameType | None], object], number: int) -> None:
        await asyncio.sleep(self._seconds)
        server = getattr(stop, "__self__", None)
        if isinstance(server, uvicorn.Server):
            await _close_the_door(server)
        stop(number, None)


async def _close_the_door(server: uvicorn.Server) -> None:
    """Stops listening, and takes in those who wait before the door; afterwards nobody is on his way any more.

    The server itself would close its socket and every connection without a request at the same moment: the kernel
    cuts those that it has not taken yet, and a request that is on its way on one just taken would be cut as well.
    """
    loop = asyncio.get_running_loop()
    arrived: list[socket.socket] = []
    listening = [one for listener in server.servers for one in listener.sockets]
    doors = [socket.socket(fileno=os.dup(one.fileno())) for one in listening]
    for listener in server.servers:
        listener.close()
    for door in doors:
        door.setblocking(False)
        with door, suppress(BlockingIOError):
            while True:
                arrived.append(door.accept()[0])
    for connection in arrived:
        await loop.connect_accepted_socket(lambda: _protocol(server), connection)
    await asyncio.sleep(_LAST_ARRIVALS_SECONDS)


def _protocol(server: uvicorn.Server) -> asyncio.Protocol:
    make: Callable[..., asyncio.Protocol] = server.config.http_protocol_class
    return make(config=server.config, server_state=server.server_state, app_state=server.lifespan.state)
