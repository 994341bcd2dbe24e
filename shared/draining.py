"""Owns stopping without dropping a request: at SIGTERM a process says that it leaves, and serves on for a while.

While it drains, /readyz is 503, so that load balancers send nothing new, and every answer closes its connection, so that
callers who keep one open connect anew, elsewhere. The listening socket stays. After that the server stops as it always
does: it closes the socket and finishes what it has begun.
"""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
            # The server closes its socket and every connection without a request at the same moment: one that was
            # taken just before, and whose request is on its way, would be cut.
            for listener in server.servers:
                listener.close()
            await asyncio.sleep(_LAST_ARRIVALS_SECONDS)
        stop(number, None)
