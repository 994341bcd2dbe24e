"""Serving processes: answers are sent in one piece, and heads must arrive in time."""

import asyncio
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from shared.process.server import GatheringTransport
from tests.gateway.servers import Server, serving, wait_for

PIECE = b"x" * 100_000


class Application:
    """Answers `/small` with 1,000 bytes, and `/large` with 200 MB as fast as they are read."""

    def __init__(self) -> None:
        self.sent_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        length, piece = (1_000, PIECE[:1_000]) if scope["path"] == "/small" else (2_000 * len(PIECE), PIECE)
        headers = [(b"content-length", str(length).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        self.sent_bytes = 0
        while self.sent_bytes < length:
            await send(
                {"type": "http.response.body", "body": piece, "more_body": self.sent_bytes + len(piece) < length}
            )
            self.sent_bytes += len(piece)


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def server(application: Application) -> Iterator[Server]:
    with serving(application) as running:
        yield running


@pytest.fixture
def connection(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connected:
        yield connected


def asking(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


class Noting(asyncio.Transport):
    """A transport that records what is sent together, which a socket does not show."""

    def __init__(self) -> None:
        super().__init__()
        self.left: list[bytes | None] = []

    def write(self, data: Any) -> None:
        self.left.append(data)

    def is_closing(self) -> bool:
        return None in self.left

    def close(self) -> None:
        self.left.append(None)

    def abort(self) -> None:
        self.left.append(b"(cut off)")


async def test_everything_written_in_one_turn_is_sent_in_one_piece() -> None:
    noting = Noting()
    transport = GatheringTransport(noting, asyncio.get_running_loop())
    transport.write(b"head ")
    transport.write(b"body")
    assert noting.left == []
    await asyncio.sleep(0)
    transport.write(b"last")
    transport.close()
    transport.write(b"too late")
    await asyncio.sleep(0)
    assert noting.left == [b"head body", b"last", None]


@pytest.mark.parametrize("lost", [False, True])
async def test_a_client_that_does_not_read_the_end_of_an_answer_is_cut_off(
    lost: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.process.server.STUCK_SECONDS", 0.05)
    noting = Noting()
    transport = GatheringTransport(noting, asyncio.get_running_loop())
    transport.close()
    if lost:
        transport.lost()
    await asyncio.sleep(0.15)
    assert noting.left == ([None] if lost else [None, b"(cut off)"])


def test_a_client_that_reads_nothing_does_not_keep_its_answer_waiting_forever(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.process.server.STUCK_SECONDS", 0.3)
    with serving(application) as server, socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(asking("/large"))
        # After the connection is cut, the rest is sent into nothing.
        wait_for(lambda: application.sent_bytes == 2_000 * len(PIECE), "the answer was given up", 5)


def test_a_slow_client_that_reads_again_in_time_gets_everything(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.process.server.STUCK_SECONDS", 1.0)
    with serving(application) as server, socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(asking("/large"))
        taken = 0
        for _ in range(4):
            time.sleep(0.4)
            for _ in range(20):
                taken += len(connection.recv(1_000_000))
        while taken < 2_000 * len(PIECE):
            piece = connection.recv(1_000_000)
            assert piece
            taken += len(piece)


def test_pipelined_requests_are_answered_together(connection: socket.socket) -> None:
    connection.sendall(asking("/small") * 10)
    answers = b""
    while answers.count(PIECE[:1_000]) < 10:
        answers += connection.recv(100_000)
    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 10


def test_a_slow_reader_slows_the_writer_down(connection: socket.socket, application: Application) -> None:
    connection.sendall(asking("/large"))
    sent = -1
    while sent != application.sent_bytes:
        sent = application.sent_bytes
        time.sleep(0.3)
    assert 0 < sent < 50_000_000
    taken = 0
    while piece := connection.recv(1_000_000):
        taken += len(piece)
        if taken > 2_000 * len(PIECE):
            break
    assert taken > 2_000 * len(PIECE)


@pytest.mark.parametrize("begun", [b"", b"GET /small HTTP/1.1\r\nHost: x\r\n", asking("/small") + b"G"])
def test_a_missing_head_ends_the_connection(
    application: Application, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.process.server.HEAD_SECONDS", 0.3)
    with serving(application) as server, socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(begun)
        said = b""
        while piece := connection.recv(100_000):
            said += piece
        assert said.endswith(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")


async def test_an_idle_connection_between_requests_stays_open(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.process.server.HEAD_SECONDS", 0.2)
    with serving(application) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for _ in range(2):
            for part in (asking("/small")[:20], asking("/small")[20:]):
                writer.write(part)
                await asyncio.sleep(0.05)
            assert (await reader.readuntil(PIECE[:1_000])).startswith(b"HTTP/1.1 200 OK\r\n")
            await asyncio.sleep(0.4)
        writer.close()
