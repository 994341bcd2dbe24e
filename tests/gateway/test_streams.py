"""Events arrive one by one, and a stream lasts only as long as its caller may open it."""

import itertools
import socket
import time
from collections.abc import Callable

import httpx

from shared.access.grants import Grant, Level
from tests.gateway.conftest import Gateway
from tests.gateway.servers import wait_for


def test_events_arrive_one_by_one(gateway: Gateway) -> None:
    with gateway.client() as client, client.stream("GET", "/rating/ticks?count=20&every=0.03") as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        arrived = [(time.monotonic(), piece.count(b"data:")) for piece in answer.iter_raw()]
    assert [count for _, count in arrived] == [1] * 20
    gaps = [after - before for (before, _), (after, _) in itertools.pairwise(arrived)]
    assert min(gaps) > 0.005
    assert 0.5 < arrived[-1][0] - arrived[0][0] < 2


def test_the_head_of_a_stream_arrives_before_its_first_event(gateway: Gateway) -> None:
    began = time.monotonic()
    with gateway.client() as client, client.stream("GET", "/rating/ticks?count=1&wait=1.5") as answer:
        assert answer.status_code == 200
        assert time.monotonic() - began < 1


def test_head_of_a_stream_is_answered_at_once_without_events(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=2) as connection:
        connection.sendall(
            b"HEAD /api/v1/rating/ticks HTTP/1.1\r\nHost: x\r\n"
            b"Authorization: Bearer " + gateway.token().encode() + b"\r\n\r\n"
        )
        assert b"content-type: text/event-stream\r\n" in connection.recv(10_000)
        wait_for(lambda: gateway.player.left == ["/v1/ticks"], "the stream ended at the service", 1)


def test_a_quiet_stream_lasts_as_long_as_it_has_heartbeats(new_gateway: Callable[..., Gateway]) -> None:
    """The time-out applies to silence, not to the duration of the stream."""
    gateway = new_gateway(inactivity_timeout_seconds=0.5)
    with gateway.client() as client, client.stream("GET", "/rating/ticks?count=8&every=0.25") as answer:
        assert b"".join(answer.iter_raw()).count(b"data:") == 8


def ends_cleanly(gateway: Gateway, headers: dict[str, str], after: Callable[[], None]) -> float:
    """Opens a stream, calls `after`, and reads to the end; returns the seconds from `after` to the end."""
    with httpx.stream("GET", f"{gateway.origin}/api/v1/rating/ticks", headers=headers) as answer:
        pieces = answer.iter_raw()
        next(pieces)
        after()
        began = time.monotonic()
        for _ in pieces:
            assert time.monotonic() - began < 20
        return time.monotonic() - began


def test_a_stream_ends_when_the_permission_is_revoked(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway()
    player = gateway.player
    took = ends_cleanly(gateway, gateway.headers(), lambda: player.grant("7", Grant("rating.echo", Level.VIEW)))
    assert took < 3
    wait_for(lambda: player.left == ["/v1/ticks"], "the stream ended at the service", 2)
    with gateway.client() as client:
        assert client.get("/rating/ticks").status_code == 403


def test_a_stream_survives_epochs_that_keep_its_permission(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway()
    with gateway.client() as client, client.stream("GET", "/rating/ticks") as answer:
        pieces = answer.iter_raw()
        next(pieces)
        gateway.player.grant("9", Grant("rating.echo", Level.VIEW))
        gateway.asks_again()
        # Longer than the interval at which open streams are checked.
        for _ in range(75):
            next(pieces)


def test_a_stream_ends_when_its_token_expires(gateway: Gateway) -> None:
    headers = gateway.headers(exp=int(time.time()) + 2)
    assert ends_cleanly(gateway, headers, lambda: None) < 4
    with httpx.Client(headers=headers) as client:
        assert client.get(f"{gateway.origin}/api/v1/rating/echo").status_code == 401


def test_last_event_id_reaches_the_service(gateway: Gateway) -> None:
    with (
        gateway.client() as client,
        client.stream("GET", "/rating/ticks?count=1", headers={"last-event-id": "41"}) as answer,
    ):
        answer.read()
    assert gateway.player.seen[0].header("last-event-id") == ["41"]
