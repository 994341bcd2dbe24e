"""Services that are down, slow or break off, and callers who disconnect before or during an answer."""

import asyncio
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from gateway.connections import Connections
from gateway.upstream import fetch
from tests.gateway.conftest import EVERYTHING, Gateway, gateway_before, running_gateway
from tests.gateway.player import LARGE_BYTES, Player
from tests.gateway.servers import Server, raw_server, serving, wait_for


@contextmanager
def rating_says(reply: bytes, **settings: Any) -> Iterator[Gateway]:
    """A gateway whose rating service answers every request with these bytes and then closes the connection."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        await writer.drain()

    with gateway_before(talk, **settings) as gateway:
        yield gateway


def get(gateway: Gateway, path: str = "/rating/echo") -> httpx.Response:
    with gateway.client() as client:
        return client.get(path)


def leave_before_the_answer(gateway: Gateway, path: str, method: str = "POST") -> None:
    hanging = gateway.player.hanging
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {gateway.token()}\r\n\r\n".encode()
        )
        wait_for(lambda: gateway.player.hanging > hanging, "the service has the request")


# --- Services that do not answer -------------------------------------------------------------------------------------


def test_a_service_that_refuses_connections_is_unreachable(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(rating_url="http://127.0.0.1:9")
    answer = get(gateway)
    assert (answer.status_code, answer.json()["code"]) == (503, "UPSTREAM_UNREACHABLE")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(("method", "status", "asked"), [("GET", 200, 2), ("HEAD", 200, 2), ("POST", 502, 1)])
def test_only_reading_requests_are_repeated_if_the_connection_is_lost_before_the_answer(
    method: str, status: int, asked: int
) -> None:
    heads: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        heads.append(head)
        if b"/v1/echo" not in head or sum(b"/v1/echo" in other for other in heads) > 1:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()

    with (
        gateway_before(talk) as gateway,
        gateway.client() as client,
    ):
        assert client.request(method, "/rating/echo").status_code == status
    assert len([head for head in heads if b"/v1/echo" in head]) == asked


def test_a_read_is_repeated_on_a_new_connection_even_if_the_pool_has_others() -> None:
    """All pooled connections of a service that was restarted are dead, not only the one that was tried first."""
    opened = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        head = await reader.readuntil(b"\r\n\r\n")
        opened += b"/v1/echo" in head
        if opened > 2 or b"/v1/echo" not in head:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nnew")
            await writer.drain()
            return
        # Both connections answer once, at the same time, so that both are pooled; then they are lost with a request.
        while opened < 2:
            await asyncio.sleep(0.01)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold")
        await reader.readuntil(b"\r\n\r\n")

    player = Player()
    player.grant("7", *EVERYTHING)

    async def ask_after_two_at_once(gateway: Gateway) -> str:
        async with httpx.AsyncClient(base_url=gateway.origin, headers=gateway.headers()) as client:
            both = await asyncio.gather(*(client.get("/api/v1/rating/echo") for _ in range(2)))
            assert [answer.text for answer in both] == ["old", "old"]
            return (await client.get("/api/v1/rating/echo")).text

    with (
        raw_server(talk) as rating,
        serving(player) as services,
        running_gateway(player, services.origin, rating_url=rating) as gateway,
    ):
        assert asyncio.run(ask_after_two_at_once(gateway)) == "new"


@pytest.mark.parametrize("status", [b"600", b"700", b"999", b"099", b"000"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_status_that_http_does_not_have_is_a_failure_of_the_service(status: bytes, method: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 " + status + b" Odd\r\nContent-Length: 2\r\n\r\nok")

    with (
        gateway_before(talk) as gateway,
        gateway.client() as client,
    ):
        answer = client.request(method, "/rating/echo")
    assert (answer.status_code, answer.json()["code"]) == (502, "UPSTREAM_FAILED")


def test_a_service_that_does_not_answer_in_time_is_given_up(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(inactivity_timeout_seconds=0.4)
    answer = get(gateway, "/rating/answers/hang")
    assert (answer.status_code, answer.json()["code"]) == (504, "UPSTREAM_TIMEOUT")
    gateway.player.go_on.set()


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"hello\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ],
)
def test_an_invalid_answer_is_a_failure_of_the_service(reply: bytes) -> None:
    with rating_says(reply) as gateway:
        answer = get(gateway)
        assert (answer.status_code, answer.json()["code"]) == (502, "UPSTREAM_FAILED")


def test_informational_answers_are_skipped_and_trailers_dropped() -> None:
    reply = (
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n2\r\nok\r\n0\r\nx-sum: 1\r\n\r\n"
    )
    with rating_says(reply) as gateway:
        answer = get(gateway)
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "x-sum" not in answer.headers


def test_the_length_in_a_304_is_not_waited_for() -> None:
    with (
        rating_says(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\nETag: x\r\n\r\n") as gateway,
        socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection,
    ):
        for _ in range(3):
            connection.sendall(
                b"GET /api/v1/rating/echo HTTP/1.1\r\nHost: x\r\n"
                b"Authorization: Bearer " + gateway.token().encode() + b"\r\n\r\n"
            )
            answer = connection.recv(10_000)
            assert answer.startswith(b"HTTP/1.1 304 ")
            assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 70_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11170\r\n" + b"x" * 70_000 + b"\r\n",
    ],
)
def test_half_an_answer_is_never_taken_for_a_complete_one(reply: bytes) -> None:
    with rating_says(reply) as gateway, pytest.raises(httpx.RemoteProtocolError):
        get(gateway)


def test_a_service_that_stalls_in_the_middle_is_given_up() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await asyncio.sleep(30)

    with (
        gateway_before(talk, inactivity_timeout_seconds=0.4) as gateway,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        get(gateway)


def test_after_a_restart_of_the_service_requests_pass_at_once() -> None:
    player = Player()
    player.grant("7", *EVERYTHING)
    rating = Server(player).start()
    with serving(player) as services, running_gateway(player, services.origin, rating_url=rating.origin) as gateway:
        with gateway.client() as client:
            assert client.get("/rating/echo").status_code == 200
            rating.stop()
            assert client.get("/rating/echo").json()["code"] == "UPSTREAM_UNREACHABLE"
            rating.start()
            # A dead connection in the pool must not fail a request.
            assert [client.get("/rating/echo").status_code for _ in range(10)] == [200] * 10
        rating.stop()


def test_a_connection_is_reused_and_released_before_the_service_closes_it(gateway: Gateway) -> None:
    """The services close idle connections after 5 seconds, which must never fail a request."""
    with gateway.client() as client:
        ports = set()
        for _ in range(20):
            ports.add(client.get("/rating/echo").status_code)
    assert ports == {200}
    assert len(gateway.player.peers) <= 3


# --- Callers who disconnect ------------------------------------------------------------------------------------------


def test_callers_who_disconnect_before_the_answer_never_block_others(gateway: Gateway) -> None:
    for _ in range(25):
        leave_before_the_answer(gateway, "/rating/answers/hang")
    with gateway.client(timeout=2) as client:
        assert [client.get("/rating/echo").status_code for _ in range(20)] == [200] * 20
    gateway.player.go_on.set()
    wait_for(lambda: gateway.player.hanging == 0, "the service has finished what it had begun")
    with gateway.client(timeout=2) as client:
        assert client.get("/rating/echo").status_code == 200


def test_a_read_whose_caller_disconnects_is_ended_at_the_service_and_does_not_count(
    new_gateway: Callable[..., Gateway],
) -> None:
    gateway = new_gateway(max_abandoned_requests=1)
    for _ in range(3):
        leave_before_the_answer(gateway, "/rating/answers/hang", "GET")
    wait_for(lambda: gateway.player.hanging == 0, "the service has ended the reads", 3)
    assert get(gateway).status_code == 200


def test_a_caller_who_abandons_too_many_requests_must_wait_for_them(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(max_abandoned_requests=3)
    for _ in range(3):
        leave_before_the_answer(gateway, "/rating/answers/hang")
    with gateway.client() as client:
        wait_for(lambda: client.get("/rating/echo").status_code == 429, "three abandoned requests were counted")
        answer = client.get("/rating/echo")
        assert (answer.json()["code"], answer.headers["retry-after"]) == ("TOO_MANY_ABANDONED", "2")
        assert httpx.get(f"{gateway.origin}/api/v1/rating/open").status_code == 200
        gateway.player.go_on.set()
        wait_for(lambda: client.get("/rating/echo").status_code == 200, "the abandoned requests have ended")


def test_a_caller_who_disconnects_after_a_slow_body_is_noticed(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(max_abandoned_requests=1)
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(
            b"POST /api/v1/rating/answers/hang HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n"
            b"Authorization: Bearer " + gateway.token().encode() + b"\r\n\r\nhello"
        )
        time.sleep(0.3)
        connection.sendall(b"world")
        wait_for(lambda: gateway.player.hanging == 1, "the service has the request")
    wait_for(lambda: get(gateway).status_code == 429, "the abandoned request was counted", 2)
    gateway.player.go_on.set()
    wait_for(lambda: get(gateway).status_code == 200, "the abandoned request has ended", 2)


def test_a_stream_whose_caller_disconnected_before_its_head_is_ended_when_it_arrives(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(
            b"GET /api/v1/rating/ticks?late=0.5 HTTP/1.1\r\nHost: x\r\n"
            b"Authorization: Bearer " + gateway.token().encode() + b"\r\n\r\n"
        )
        wait_for(lambda: bool(gateway.player.seen), "the service has the request")
    wait_for(lambda: gateway.player.left == ["/v1/ticks"], "the stream ended at the service", 3)


def test_a_service_gets_a_limited_number_of_requests_at_once(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(max_upstream_requests=2)
    for _ in range(2):
        leave_before_the_answer(gateway, "/rating/answers/hang")
    answer = get(gateway)
    assert (answer.status_code, answer.json()["code"]) == (503, "UPSTREAM_BUSY")
    assert get(gateway, "/receivables/echo").status_code == 200
    gateway.player.go_on.set()
    wait_for(lambda: get(gateway).status_code == 200, "there is room again")


def test_a_caller_who_disconnects_during_the_answer_ends_it_at_the_service(gateway: Gateway) -> None:
    with gateway.client() as client, client.stream("GET", "/rating/ticks") as answer:
        next(answer.iter_raw())
    wait_for(lambda: gateway.player.left == ["/v1/ticks"], "the service noticed that the caller disconnected", 2)


@pytest.mark.parametrize("framing", [b"Content-Length: 1000000", b"Transfer-Encoding: chunked"])
def test_a_caller_who_disconnects_during_the_upload_ends_it_at_the_service(gateway: Gateway, framing: bytes) -> None:
    """A part of the upload must never look like the whole."""
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(
            b"POST /api/v1/rating/echo HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n"
            b"Authorization: Bearer " + gateway.token().encode() + b"\r\n\r\n"
            b"30d40\r\n" + b"x" * 200_000 + b"\r\n"
        )
        wait_for(lambda: bool(gateway.player.seen), "the service has the request")
    wait_for(lambda: gateway.player.left == ["/v1/echo"], "the upload ended at the service", 2)
    assert gateway.player.seen[0].body_sha256 == ""


def test_a_caller_who_does_not_read_the_answer_is_cut_off(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(inactivity_timeout_seconds=0.5)
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(
            b"GET /api/v1/rating/answers/large HTTP/1.1\r\nHost: x\r\n"
            b"Authorization: Bearer " + gateway.token().encode() + b"\r\n\r\n"
        )
        # A service that nobody listens to would send everything.
        wait_for(lambda: gateway.player.sent_bytes == LARGE_BYTES, "the connection to the service was cut", 5)
        connection.settimeout(5)
        got = 0
        while piece := connection.recv(1_000_000):
            got += len(piece)
    assert 0 < got < LARGE_BYTES // 2


async def test_the_client_loses_no_cancellation(upstream: Connections) -> None:
    """Not even one that coincides with an answer."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(random.uniform(0, 0.002))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async def ask_for_ever(origin: str) -> None:
        while True:
            await fetch(upstream, origin, "/", (), max_bytes=100)

    with raw_server(talk) as origin:
        for _ in range(100):
            asking = asyncio.create_task(ask_for_ever(origin))
            await asyncio.sleep(random.uniform(0.002, 0.008))
            asking.cancel()
            done, _ = await asyncio.wait({asking}, timeout=2)
            assert done == {asking}
            assert asking.cancelled()
