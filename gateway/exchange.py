"""One connection to a service and the answer that it carries: HTTP/1.1 without threads (docs/decisions/0020)."""

import asyncio
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from gateway.errors import UpstreamFailed, UpstreamTimeout
from gateway.rules.headers import Header
from gateway.upstream import Upload

# Services close an idle connection after 5 s (uvicorn's default), so it must not be used after this time.
_IDLE_SECONDS = 4
_MAX_HEAD_BYTES = 64 * 1024
# How much of an answer is read ahead of its reader.
_AHEAD_BYTES = 64 * 1024
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})


class Answer:
    """The answer to one request. Each answer has its own parser, so nothing of one answer can get into another.

    Its end is marked by a length, by chunks, or by the end of the connection. If it breaks off before that, it is a
    failure, so that nobody takes a part for the whole.
    """

    __slots__ = (
        "_complete",
        "_connection",
        "_failure",
        "_head_bytes",
        "_is_head",
        "_is_last",
        "_parser",
        "_pieces",
        "_unread",
        "_uploading",
        "_waiter",
        "headers",
        "status",
    )

    def __init__(self, connection: "Connection", *, is_head: bool):
        self.status = 0
        self.headers: list[Header] = []
        self._connection = connection
        self._is_head = is_head
        self._parser: HttpResponseParser | None = HttpResponseParser(self)
        self._head_bytes = 0
        self._pieces: list[bytes] = []
        self._unread = 0
        self._complete = False
        # Whether the connection cannot be reused after this.
        self._is_last = is_head
        self._failure: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._uploading: asyncio.Task[None] | None = None

    async def read(self) -> bytes:
        """The next piece of the body as received, empty at the end; raises the failure that broke it off."""
        while not self._pieces and not self._complete:
            if self._failure is not None:
                raise self._failure
            await self._progress()
        piece = b"".join(self._pieces)
        self._pieces.clear()
        if self._unread > _AHEAD_BYTES:
            self._connection.resume_reading()
        self._unread = 0
        return piece

    def close(self) -> None:
        """Returns the connection to the pool, or cuts it off if the exchange is not over on both sides."""
        if self._parser is None:
            return
        # With more unread than this, the connection has paused reading.
        is_over = self._complete and not self._is_last and self._unread <= _AHEAD_BYTES
        if self._uploading is not None:
            is_over = is_over and self._uploading.done()
            self._uploading.cancel()
        # The parser and a failure's traceback refer back to this: cycles that only the garbage collector would free.
        self._parser = self._failure = None
        self._connection.done(is_over=is_over)

    # --- For the connection ------------------------------------------------------------------------------------------

    @property
    def waits(self) -> bool:
        """Whether somebody is waiting for the service, so that the time limit applies."""
        if self._uploading is not None and not self._uploading.done():
            return self._connection.is_full
        return self._waiter is not None

    async def arrived(self) -> None:
        """Waits for the head of the answer; raises the failure that came instead."""
        while not self.status:
            if self._failure is not None:
                raise self._failure
            await self._progress()

    def upload(self, upload: Upload) -> None:
        """Sends the body while waiting for the answer, which may arrive before the body ends."""
        self._uploading = asyncio.create_task(self._upload(upload))

    def feed(self, data: bytes) -> None:
        if self._parser is None:
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self.fail(self._broken())
        if not self.status:
            self._head_bytes += len(data)
            if self._head_bytes > _MAX_HEAD_BYTES:
                self.fail(UpstreamFailed("The head of the service's answer is too long."))

    def fail(self, failure: Exception) -> None:
        """Ends the connection.

        Of an unfinished answer, what has arrived can still be read; then `failure` is raised.
        """
        if not self._complete and self._failure is None:
            self._failure = failure
            self._wake()
        self._connection.abort()

    def end_of_connection(self, error: Exception | None) -> None:
        is_framed = any(name in _FRAMING for name, _ in self.headers)
        if self.status and not is_framed and error is None and self._failure is None:
            self._complete = self._is_last = True
            self._wake()
        else:
            self.fail(self._broken())

    def late(self) -> UpstreamTimeout:
        where = "stopped in the middle of its answer" if self.status else "did not answer in time"
        return UpstreamTimeout(f"The service {where}.")

    # --- Called by the parser ----------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        if self._complete:
            self._is_last = True

    def on_header(self, name: bytes, value: bytes) -> None:
        # Headers after the head are trailers, which are not forwarded.
        if not self.status:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if self.status or self._parser is None:
            return
        status = self._parser.get_status_code()
        if status < 100:
            self.fail(self._broken())
            return
        if status < 200:
            # An informational answer; the final answer follows.
            self.headers.clear()
            return
        self.status = status
        self._is_last = self._is_head or not self._parser.should_keep_alive()
        self._complete = self._is_head
        self._wake()

    def on_body(self, piece: bytes) -> None:
        if self._complete:
            self._is_last = True
            return
        self._pieces.append(piece)
        self._unread += len(piece)
        if self._unread > _AHEAD_BYTES:
            self._connection.pause_reading()
        self._wake()

    def on_message_complete(self) -> None:
        if self.status:
            self._complete = True
            self._wake()

    # -----------------------------------------------------------------------------------------------------------------

    def _broken(self) -> UpstreamFailed:
        when = "in the middle of its answer" if self.status else "before it answered"
        return UpstreamFailed(f"The connection to the service was lost {when}, or the answer was not valid HTTP.")

    async def _progress(self) -> None:
        """Waits until something has changed."""
        self._waiter = self._connection.waiter()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _upload(self, upload: Upload) -> None:
        sent = 0
        try:
            async for piece in upload.pieces:
                sent += len(piece)
                if piece:
                    chunk = piece if upload.length is not None else b"%x\r\n%b\r\n" % (len(piece), piece)
                    await self._connection.write(chunk)
            if upload.length is None:
                await self._connection.write(b"0\r\n\r\n")
            elif sent != upload.length:
                self.fail(ValueError(f"a body announced with {upload.length} bytes has {sent}"))
        except Exception as error:
            self.fail(error)


class Connection(asyncio.Protocol):
    """One connection to a service, either in the pool `idle` or carrying one request."""

    def __init__(self, idle: "dict[Connection, None]", every: "set[Connection]", inactivity_seconds: float):
        self._idle = idle
        self._every = every
        self._inactivity_seconds = inactivity_seconds
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answer: Answer | None = None
        self._room: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        # The time of the last sign of life of the service, or of the beginning of a wait for one.
        self._since = 0.0

    @property
    def is_full(self) -> bool:
        """Whether the service must first accept what was written before more can be written."""
        return self._room is not None

    def is_usable(self) -> bool:
        """Whether it can carry another request."""
        return self._loop.time() - self._since < _IDLE_SECONDS and not self._open().is_closing()

    def ask(self, head: bytes, *, is_head: bool) -> Answer:
        """Writes a request: its head, and its body if it is small."""
        self._answer = Answer(self, is_head=is_head)
        self._open().write(head)
        return self._answer

    async def write(self, data: bytes) -> None:
        """Writes and waits until there is room for more; does nothing once the connection is lost."""
        transport = self._open()
        if not transport.is_closing():
            transport.write(data)
        if self._room is not None:
            self._since = self._loop.time()
            await self._room

    def waiter(self) -> asyncio.Future[None]:
        """A future to wait for the service with; the time limit starts now."""
        self._since = self._loop.time()
        return self._loop.create_future()

    def pause_reading(self) -> None:
        self._open().pause_reading()

    def resume_reading(self) -> None:
        transport = self._open()
        if not transport.is_closing():
            transport.resume_reading()

    def done(self, *, is_over: bool) -> None:
        """Ends the request: the connection is kept for the next one if the exchange is over, else cut off."""
        self._answer = None
        transport = self._open()
        if is_over and not transport.is_closing() and transport.get_write_buffer_size() == 0:
            self._since = self._loop.time()
            self._idle[self] = None
        else:
            self.abort()

    def abort(self) -> None:
        self._open().abort()

    def _open(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    # --- Called by the loop ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:

        # uvloop's transports do not derive from asyncio.Transport.
        self._transport = cast("asyncio.Transport", transport)
        self._every.add(self)
        self._since = self._loop.time()
        self._timer = self._loop.call_later(self._inactivity_seconds, self._look)

    def data_received(self, data: bytes) -> None:
        if self._answer is None:
            # An answer without a request would be taken for the answer to the next one.
            self.abort()
            return
        self._since = self._loop.time()
        self._answer.feed(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._idle.pop(self, None)
        self._every.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._answer is not None:
            self._answer.end_of_connection(exc)

    def pause_writing(self) -> None:
        self._room = self._loop.create_future()

    def resume_writing(self) -> None:
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    def _look(self) -> None:
        """Ends a wait that takes too long.

        A connection has one timer, which checks again when a wait may be over due.
        """
        now = self._loop.time()
        due = self._since + self._inactivity_seconds
        answer = self._answer
        if now < due:
            self._timer = self._loop.call_at(due, self._look)
        elif answer is None:
            self.abort()
        elif answer.waits:
            answer.fail(answer.late())
        else:
            self._timer = self._loop.call_later(self._inactivity_seconds, self._look)
