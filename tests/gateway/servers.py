"""Real servers in threads of this process: uvicorn as in production, and raw ones that send exactly what tests want."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

import httpx
import uvicorn
from starlette.types import ASGIApp

from shared.process.server import configuration

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LEAVING: list[threading.Thread] = []


def wait_for_servers() -> None:
    """Waits until all servers that were asked to stop have stopped."""
    while LEAVING:
        thread = LEAVING.pop()
        thread.join(15)
        assert not thread.is_alive(), "a server does not stop"


class Server:
    """One application behind uvicorn on a port of 127.0.0.1, which can be stopped and started again on that port."""

    def __init__(self, app: ASGIApp):
        self._app = app
        self.port = 0

    def start(self) -> "Server":
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._server = uvicorn.Server(configuration(self._app, log_config=None, timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        wait_for(lambda: self._server.started, "the server has started")
        return self

    def ask_to_stop(self) -> None:
        self._server.should_exit = True
        LEAVING.append(self._thread)

    def stop(self) -> None:
        self.ask_to_stop()
        wait_for_servers()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(app: ASGIApp) -> Iterator[Server]:
    server = Server(app).start()
    try:
        yield server
    finally:
        # uvicorn takes a while to stop; the end of the run waits for all servers.
        server.ask_to_stop()


@contextmanager
def raw_server(talk: Talk, secure: ssl.SSLContext | None = None) -> Iterator[str]:
    """Runs a server that calls `talk` for each connection, over TLS if `secure`; yields its origin."""
    ready = threading.Event()
    stop: list[Callable[[], object]] = []
    port: list[int] = []
    writers: list[asyncio.StreamWriter] = []

    async def talk_safely(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                await talk(reader, writer)
        finally:
            writer.close()

    async def serve() -> None:
        done = asyncio.Event()
        loop = asyncio.get_running_loop()
        stop.append(lambda: loop.call_soon_threadsafe(done.set))
        # Tests open hundreds of connections at once; those beyond the backlog would retry after a second.
        server = await asyncio.start_server(talk_safely, "127.0.0.1", 0, ssl=secure, backlog=1024)
        port.append(server.sockets[0].getsockname()[1])
        ready.set()
        await done.wait()
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield f"{'https' if secure else 'http'}://127.0.0.1:{port[0]}"
    finally:
        stop[0]()
        thread.join(10)


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"timed out waiting until {what}"
        time.sleep(0.01)


def ready_checks(origin: str) -> dict[str, str]:
    checks: dict[str, str] = httpx.get(f"{origin}/readyz").json()["checks"]
    return checks
