"""A gateway that is asked to stop first announces it, serves for a while longer, and finishes what it has begun."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest

from deploy.local.process import free_port
from tests.gateway.conftest import EVERYTHING, Reached
from tests.gateway.player import Player
from tests.gateway.servers import ready_checks, serving, wait_for
from tests.gateway.test_main import GIVEN, PRODUCTION, ROOT

Running = tuple[Reached, "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Callable[[float], Running]]:
    """Starts a gateway process that drains for the given seconds."""
    player = Player()
    player.grant("7", *EVERYTHING)
    processes: list[subprocess.Popen[bytes]] = []

    with serving(player) as services:

        def make(drain_seconds: float) -> Running:
            port = free_port()
            urls = {name: services.origin for name in GIVEN if name.endswith("_URL") and name.startswith("GATEWAY")}
            process = subprocess.Popen(
                [sys.executable, "-c", PRODUCTION, str(port)],
                cwd=ROOT,
                env={**os.environ, **GIVEN, **urls, "DRAIN_SECONDS": str(drain_seconds)},
                stderr=subprocess.DEVNULL,
            )
            processes.append(process)
            gateway = Reached(f"http://127.0.0.1:{port}", player)
            wait_for(lambda: is_ready(gateway), "the gateway is ready", seconds=30)
            return gateway, process

        yield make
        player.go_on.set()
        for process in processes:
            process.kill()
            process.wait()


def is_ready(gateway: Reached) -> bool:
    with suppress(httpx.TransportError):
        return ready_checks(gateway.origin)["permissions"] == "ok"
    return False


def status_of(gateway: Reached) -> str:
    status: str = httpx.get(f"{gateway.origin}/readyz").json()["status"]
    return status


def test_readiness_ends_first_and_new_callers_are_still_served(start: Callable[[float], Running]) -> None:
    gateway, process = start(2)
    with gateway.client() as client:
        assert client.get("/rating/echo").headers.get("connection") != "close"
        process.send_signal(signal.SIGTERM)
        wait_for(lambda: status_of(gateway) == "draining", "readiness has ended")
        assert httpx.get(f"{gateway.origin}/readyz").status_code == 503
        assert httpx.get(f"{gateway.origin}/livez").status_code == 200
        # Both an existing connection and a new one are answered, and both are closed.
        for caller in (client, gateway.client()):
            answer = caller.get("/rating/echo")
            assert (answer.status_code, answer.headers["connection"]) == (200, "close")
    assert process.wait(15) == -signal.SIGTERM
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(gateway.origin.rsplit(":", 1)[1])))


def test_a_request_in_progress_is_finished_after_draining(start: Callable[[float], Running]) -> None:
    gateway, process = start(0.5)
    answers: list[httpx.Response] = []

    def ask() -> None:
        with gateway.client(timeout=20) as client:
            answers.append(client.get("/rating/answers/hang"))

    caller = threading.Thread(target=ask)
    caller.start()
    wait_for(lambda: gateway.player.hanging == 1, "the service has the request")
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: not connects(gateway), "the gateway accepts no new connections")
    gateway.player.go_on.set()
    caller.join(20)
    assert [answer.text for answer in answers] == ["late"]
    process.wait(15)


def connects(gateway: Reached) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(gateway.origin.rsplit(":", 1)[1]))).close()
    except OSError:
        return False
    return True


def test_an_event_stream_is_ended_properly_and_at_once(start: Callable[[float], Running]) -> None:
    gateway, process = start(10)
    with gateway.client() as client, client.stream("GET", "/rating/ticks") as answer:
        chunks = answer.iter_raw()
        next(chunks)
        process.send_signal(signal.SIGTERM)
        # A cut-off answer would raise here.
        for _ in chunks:
            pass
        assert status_of(gateway) == "draining"


def test_a_second_sigterm_stops_at_once(start: Callable[[float], Running]) -> None:
    gateway, process = start(60)
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: status_of(gateway) == "draining", "readiness has ended")
    asked_at = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(20)
    assert time.monotonic() - asked_at < 30
