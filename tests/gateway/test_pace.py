"""A caller that sends a body, or reads an answer, a byte now and then is not served for as long as it likes."""

import asyncio
import re
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from gateway.limits import Pace
from tests.gateway.conftest import Gateway, gateway_before
from tests.gateway.player import LARGE_BYTES
from tests.gateway.servers import wait_for

SHORT: dict[str, Any] = {"slow_seconds": 0.5, "slowest_bytes_per_second": 1_024, "inactivity_timeout_seconds": 20}


def head(gateway: Gateway, framing: str, method: str = "POST", path: str = "/rating/echo") -> bytes:
    lines = f"{method} /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {gateway.token()}\r\n{framing}\r\n"
    return f"{lines}\r\n".encode()


def send_slowly(gateway: Gateway, begin: bytes, piece: bytes, pause: float, seconds: float) -> tuple[bytes, float]:
    """Sends pieces until the gateway closes, or for `seconds`; returns its answer, and how long that took."""
    began = time.monotonic()
    answer = b""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=pause) as connection:
        connection.sendall(begin)
        while time.monotonic() - began < seconds:
            try:
                connection.sendall(piece)
                received = connection.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            answer += received
            if not received:
                break
    return answer, time.monotonic() - began


@pytest.mark.parametrize(
    ("framing", "piece"),
    [
        ("Content-Length: 1000", b"x"),
        ("Content-Length: 1000000", b"x"),
        ("Transfer-Encoding: chunked", b"1\r\nx\r\n"),
    ],
)
def test_a_body_that_arrives_too_slowly_is_ended(
    new_gateway: Callable[..., Gateway], framing: str, piece: bytes
) -> None:
    gateway = new_gateway(**SHORT)
    answer, seconds = send_slowly(gateway, head(gateway, framing), piece, 0.02, 10)
    assert answer.startswith(b"HTTP/1.1 408 "), answer
    assert b'"BODY_STALLED"' in answer
    assert b"connection: close" in answer
    assert 0.4 < seconds < 5
    # A part is never taken for the whole.
    assert all(not seen.body_sha256 for seen in gateway.player.seen)


def test_a_body_that_is_fast_enough_on_average_may_take_longer(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(**SHORT)
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        connection.sendall(head(gateway, "Content-Length: 20000"))
        for _ in range(20):
            connection.sendall(b"x" * 1_000)
            time.sleep(0.06)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")


def test_the_rest_of_a_body_that_was_refused_is_not_waited_for(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.process.server.HEAD_SECONDS", 0.5)
    refused = b"POST /api/v1/rating/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    answer, seconds = send_slowly(gateway, refused, b"x", 0.02, 10)
    assert [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)] == [401]
    assert seconds < 5


def test_an_answer_that_is_read_too_slowly_is_ended(new_gateway: Callable[..., Gateway]) -> None:
    # On a busy machine even pieces that go into a buffer take a moment, and count as if they had been read: few, at this rate.
    gateway = new_gateway(**{**SHORT, "slowest_bytes_per_second": 1_000_000})
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect(("127.0.0.1", gateway.port))
        connection.sendall(head(gateway, "", "GET", "/rating/answers/large"))

        def read_a_little() -> bool:
            connection.recv(10)
            # A service whose connection was cut sends the rest into nothing.
            return gateway.player.sent_bytes == LARGE_BYTES

        wait_for(read_a_little, "the connection to the service was cut", 8)


@pytest.mark.parametrize(("media_type", "whole"), [("text/event-stream", True), ("text/plain", False)])
def test_event_streams_may_be_read_as_slowly_as_their_caller_likes(media_type: str, whole: bool) -> None:
    size = 30_000_000

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        body = b"x" * size if b"/v1/ticks" in asked else b""
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()

    with (
        gateway_before(talk, **SHORT) as gateway,
        socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection,
    ):
        connection.sendall(head(gateway, "Connection: close", "GET", "/rating/ticks"))
        time.sleep(1.5)
        got = 0
        while piece := connection.recv(1_000_000):
            got += len(piece)
    assert (got > size) == whole


def test_the_average_counts_after_a_time_of_waiting() -> None:
    pace = Pace(bytes_per_second=1_000, seconds=30)
    assert pace.seconds_left == 30
    pace.note(10_000, 20)
    assert pace.seconds_left == 10
    pace.note(50_000, 20)
    assert pace.seconds_left == 20
    pace.note(0, 30)
    assert pace.seconds_left == -10
