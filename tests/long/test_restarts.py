"""Processes are restarted during 200 requests a second: nothing is lost and nothing is done twice."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest

from deploy.local.home import ROOT
from deploy.local.process import before_exec
from deploy.local.suite import Suite
from tests.long.driver import Driver, Outcomes, orders_with, token_of

RATE = 200
DRAIN_SECONDS = "5"
RETRY = " retry-after 2"
# One caller represents all clerks of a company.
ONE_CALLER_FOR_ALL = {"GATEWAY_MAX_REQUESTS_AT_ONCE": "2000"}


async def driven(driver: Driver, restart: "asyncio.Future[None]") -> Outcomes:
    """Sends requests during `restart`, and for a second before and after it."""
    done = asyncio.Event()
    driving = asyncio.create_task(driver.drive(RATE, done))
    await asyncio.sleep(1)
    await restart
    await asyncio.sleep(1)
    done.set()
    await driving
    return driver.outcomes


def assert_none_was_dropped(outcomes: Outcomes) -> None:
    """Asserts that every request was done, or refused with 503 and Retry-After."""
    assert outcomes.total > 0
    assert [outcome for outcome in outcomes.counts if not (outcome in {"200", "201"} or outcome.endswith(RETRY))] == []


def tell(words: str, outcomes: Outcomes) -> None:
    """Prints a figure, which `-s` shows."""
    sys.stderr.write(f"\n{words}: {dict(outcomes.counts)}, the slowest {outcomes.slowest_seconds:.2f} s\n")


def assert_orders_are_as_told(suite: Suite, prefix: str, outcomes: Outcomes) -> None:
    kept = orders_with(suite, prefix)
    assert len(kept) == len(set(kept))
    assert set(kept) == outcomes.entered


async def test_a_single_service_restarts_without_cutting_off_requests(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests during the gap are refused with 503 and Retry-After and are not carried out; all others succeed."""
    monkeypatch.setenv("DRAIN_SECONDS", DRAIN_SECONDS)
    suite.servers["rating"].child.stop()
    suite.start_server("rating")
    suite.wait_ready("rating")

    async def restart() -> None:
        child = suite.servers["rating"].child
        child.ask_to_stop(signal.SIGTERM)
        assert await asyncio.to_thread(child.process.wait, 40) == -signal.SIGTERM
        suite.start_server("rating")
        await asyncio.to_thread(suite.wait_ready, "rating")

    with instances(suite, "gateway", **ONE_CALLER_FOR_ALL) as gateway:
        await gateway.until_started(1)
        outcomes = await driven(
            Driver(gateway.url, token_of(suite, r"ALAMO\admin"), "ALONE"), asyncio.ensure_future(restart())
        )
    tell("one rating, restarted", outcomes)
    assert_none_was_dropped(outcomes)
    # It serves while it drains, so at least three quarters of five seconds' requests succeed.
    assert outcomes.counts["200"] > RATE * 5 * 0.75
    assert_orders_are_as_told(suite, "ALONE", outcomes)


class Instances:
    """Processes of one deployable behind one listening socket, which systemd or a supervisor would hold."""

    def __init__(self, suite: Suite, name: str, environment: dict[str, str]):
        self._module = "gateway.main" if name == "gateway" else f"services.{name}.main"
        self._log = suite.home.path / f"{name}-instances.log"
        self._environment = {**suite.environment_of(name), **environment, "DRAIN_SECONDS": DRAIN_SECONDS}
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(1024)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        command = [
            *(sys.executable, "-m", "shared.process.server", self._module),
            *("--fd", str(self._socket.fileno())),
        ]
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                pass_fds=[self._socket.fileno()],
                preexec_fn=before_exec(),  # noqa: PLW1509 - no thread of this process holds a lock that it needs
            )
        self.running.append(process)
        return process

    async def replace(self) -> None:
        """Starts a new process, waits until it is up, and stops the old one."""
        old = self.running[-1]
        self.start()
        await self.until_started(len(self.running))
        old.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(old.wait, 40) == -signal.SIGTERM
        self.running.remove(old)

    async def until_started(self, count: int) -> None:
        """Waits until this many instances answer; each is recognized by its start time in the metrics."""
        seen: set[str] = set()
        # A new connection for each request; otherwise one instance would get them all.
        headers = {"connection": "close"}
        if key := self._environment.get("GATEWAY_METRICS_KEY"):
            headers["authorization"] = f"Bearer {key}"
        async with asyncio.timeout(60), httpx.AsyncClient(headers=headers) as client:
            while len(seen) < count:
                await asyncio.sleep(0.05)
                with suppress(httpx.TransportError):
                    ready = await client.get(f"{self.url}/readyz")
                    told = await client.get(f"{self.url}/metrics")
                    if ready.status_code == 200:
                        seen |= {line for line in told.text.splitlines() if line.startswith("process_start_time")}

    def stop(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()
        self._socket.close()


@contextmanager
def instances(suite: Suite, name: str, **environment: str) -> Iterator[Instances]:
    made = Instances(suite, name, {**os.environ, **environment})
    try:
        made.start()
        yield made
    finally:
        made.stop()


async def test_instances_replaced_behind_one_socket_drop_nothing(suite: Suite) -> None:
    """The gateway and the service are replaced one after the other, and every single request succeeds."""
    with ExitStack() as stack:
        rating = stack.enter_context(instances(suite, "rating"))
        gateway = stack.enter_context(instances(suite, "gateway", GATEWAY_RATING_URL=rating.url, **ONE_CALLER_FOR_ALL))
        await rating.until_started(1)
        await gateway.until_started(1)

        async def restart() -> None:
            await gateway.replace()
            await rating.replace()

        outcomes = await driven(
            Driver(gateway.url, token_of(suite, r"ALAMO\admin"), "TURNS"), asyncio.ensure_future(restart())
        )
        tell("gateway and rating, replaced", outcomes)
        assert_none_was_dropped(outcomes)
        assert outcomes.total > RATE * 10
        assert_orders_are_as_told(suite, "TURNS", outcomes)
