"""The whole suite as the scene of faults: parts are killed in the middle of an export, then the ledgers are checked."""

import asyncio
import os
import random
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from unittest.mock import patch

import asyncpg
import httpx

from deploy.local import nats
from deploy.local.client import Clerk, Refused
from deploy.local.home import Home
from deploy.local.sample import load_sample
from deploy.local.suite import Suite
from shared.events import streams
from tests.faults.checker import Ledgers, find_faults
from tests.faults.rogue import configuration_with_rogue
from tests.faults.stream import count_events

T = TypeVar("T")

PARTS = ("gateway", "rating", "receivables", "security", "NATS", "PostgreSQL")
CHUNK_ORDERS = 20
MARK = "-MARKED"
PATIENCE_SECONDS = 90
_DOWN_SECONDS = 2.0
_ANSWER_PATIENCE_SECONDS = 3
_ACK_WAIT_SECONDS = 5

_HEADING = "number,branch,customer,priority,job_type,served_zip,miles,servees,service_on,field_status,pod_received"
_ORDERS = (
    "SAT,S1001,STANDARD,CITATION,78205,,1",
    "SAT,S1002,STANDARD,CITATION,78130,40,1",
    "LAX,L2002,STANDARD,SUMMONS,91201,,1",
    "MIA,M3002,STANDARD,SUMMONS,33176,,1",
)


def chosen_seed() -> int:
    """`RATEBOOK_SEED`, or else a random one; the caller prints it."""
    return int(os.environ.get("RATEBOOK_SEED") or random.SystemRandom().randrange(1_000_000))


class FaultySuite(Suite):
    """A suite with small chunks and short time limits, whose services can reach their database through a proxy."""

    def __init__(self, home: Home):
        super().__init__(home)
        self.detours: dict[str, int] = {}
        self.answer_patience_seconds = _ANSWER_PATIENCE_SECONDS
        self.modules: dict[str, str] = {}
        self.further_settings: dict[str, dict[str, str]] = {}

    def module_of(self, name: str) -> str:
        return self.modules.get(name) or super().module_of(name)

    def environment_of(self, name: str) -> dict[str, str]:
        environment = super().environment_of(name)
        environment["RATING_EXPORT_CHUNK_ORDERS"] = str(CHUNK_ORDERS)
        environment["RATING_ANSWER_PATIENCE_SECONDS"] = str(self.answer_patience_seconds)
        if name in self.detours:
            assert self.postgres is not None
            url = f"{name.upper()}_DATABASE_URL"
            environment[url] = environment[url].replace(f":{self.postgres.port}/", f":{self.detours[name]}/")
        return {**environment, **self.further_settings.get(name, {})}


@dataclass(frozen=True)
class Outcome:
    """The end of a run: seconds since the fault, invoices, and the findings of the checker."""

    seconds: float
    invoices: int
    faults: list[str]

    def __str__(self) -> str:
        return f"complete in {self.seconds:.1f} s, {self.invoices:,} invoices, differences {len(self.faults)}"


class Scene:
    """A running suite with the sample company, its clerks, and access to its databases."""

    def __init__(self, suite: FaultySuite):
        self.suite = suite
        self._runner = asyncio.Runner()
        self.run = self._runner.run
        self._connections: dict[str, asyncpg.Connection] = {}
        self._batches = iter(range(1, 10_000))

        def log_in(name: str) -> Clerk:
            user = rf"ALAMO\{name}"
            return Clerk(suite.gateway_url, user, suite.home.secrets.password_of(user))

        self.olga, self.bill, self.rita = log_in("olga"), log_in("bill"), log_in("rita")

    def close(self) -> None:
        for clerk in (self.olga, self.bill, self.rita):
            clerk.close()
        self._forget_connections()
        self._runner.close()

    def _forget_connections(self) -> None:
        for connection in self._connections.values():
            connection.terminate()
        self._connections.clear()
        # The loop closes their sockets in its next turn.
        self.run(asyncio.sleep(0))

    async def _connected(self, service: str) -> asyncpg.Connection:
        known = self._connections.get(service)
        if known is None or known.is_closed():
            assert self.suite.postgres is not None
            self._connections[service] = await self.suite.postgres.superuser(service)
        return self._connections[service]

    def look(self, service: str, sql: str, *given: object) -> list[asyncpg.Record]:
        """The rows of a statement in the database of a service."""

        async def ask() -> list[asyncpg.Record]:
            rows: list[asyncpg.Record] = await (await self._connected(service)).fetch(sql, *given)
            return rows

        return self.run(ask())

    def seed(self, orders: int, *, marked: int = 0) -> str:
        """Enters and rates new orders, and waits until receivables has received them; returns the prefix of their
        numbers.

        `marked` of them, in the middle, have numbers that end with `MARK`; receivables need not receive those.
        """
        prefix = f"F{next(self._batches)}-"
        middle = range((orders - marked) // 2, (orders + marked) // 2)
        rows = [
            f"{prefix}{number:05}{MARK if number in middle else ''},{_ORDERS[number % len(_ORDERS)]},2026-11-02,served,yes"
            for number in range(orders)
        ]
        self.olga.upload("/rating/work-orders/import", "\n".join([_HEADING, *rows]).encode())
        run = self.bill.post("/rating/rating-runs", {})
        *_, rated = self.bill.follow(f"/rating/rating-runs/{run['id']}/events")
        assert rated["rated"] == orders, rated
        self._until(
            lambda: (
                self.look(
                    "receivables",
                    "SELECT count(*) FROM rated_order WHERE number LIKE $1 AND state = 'rated'",
                    f"{prefix}%",
                )[0][0]
                >= orders - marked
            ),
            f"receivables did not receive {orders - marked} rated orders",
        )
        return prefix

    def export(self) -> tuple[int, str]:
        """Exports everything that is rated; returns the id of the run and the key of the command."""
        key = str(uuid.uuid4())
        run = self.bill.post("/rating/exports", {}, idempotency_key=key)
        return run["id"], key

    def settled(self, run_id: int) -> float:
        """The share of the run's invoices that is answered, 0 to 1."""
        sql = "SELECT (exported + refused)::float / invoices FROM export_run WHERE id = $1"
        found: float = self.look("rating", sql, run_id)[0][0]
        return found

    def wait_settled(self, run_id: int, part: float) -> float:
        """Waits until `part` of the run is answered; returns the share at that moment."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (settled := self.settled(run_id)) < part:
            assert time.monotonic() < deadline, f"run {run_id} stays at {settled:.0%}"
            time.sleep(0.002)
        return settled

    def kill(self, part: str) -> None:
        """Kills a part with SIGKILL, without warning."""
        if part == "PostgreSQL":
            self._forget_connections()
        self._child(part).kill()

    def lose_store(self) -> None:
        """Deletes the broker's store; a new one is created at the next start."""
        shutil.rmtree(self.suite.home.path / "nats" / "jetstream")

    def _child(self, part: str) -> Any:
        if part == "NATS":
            assert self.suite.nats is not None
            return self.suite.nats.child
        if part == "PostgreSQL":
            assert self.suite.postgres is not None
            return self.suite.postgres.child
        return self.suite.servers[part].child

    def start_again(self, part: str) -> None:
        if part == "NATS":
            self.suite.start_nats()
        elif part == "PostgreSQL":
            self.suite.start_postgres()
        else:
            self.suite.start_server(part)

    def kill_and_start_again(self, run_id: int, *parts: str) -> float:
        """Kills the parts, starts them again after two seconds, and returns the share that was answered when they died.

        If PostgreSQL was killed too, it is the share after the restart.
        """
        for part in parts:
            self.kill(part)
        answered = None if "PostgreSQL" in parts else self.settled(run_id)
        time.sleep(_DOWN_SECONDS)
        for part in sorted(parts, key=lambda one: (one != "PostgreSQL", one != "NATS")):
            self.start_again(part)
            if part == "PostgreSQL":
                answered = self.settled(run_id)
        assert answered is not None
        return answered

    def finish(self, run_id: int, since: float, *, strangers: bool = False) -> Outcome:
        """Waits until the run has ended and the checker finds nothing, or until the time is up."""
        self._until(lambda: self.settled(run_id) == 1.0, f"run {run_id} did not end")
        seconds = time.monotonic() - since
        run = self.insist(lambda: self.bill.get(f"/rating/exports/{run_id}"))
        return Outcome(seconds, run["exported"], self.faults(strangers=strangers))

    def faults(self, *, strangers: bool = False, patience_seconds: float = PATIENCE_SECONDS) -> list[str]:
        """The findings of the checker, once events that are on their way have arrived."""
        assert self.suite.nats is not None
        deadline = time.monotonic() + patience_seconds
        while True:
            ours = self.insist(lambda: self.bill.get("/rating/reconciliation"))
            theirs = self.insist(lambda: self.rita.get("/receivables/reconciliation"))
            stream = None if strangers else self.run(count_events(self.suite.nats))

            async def check(said: Any = (ours, theirs), held: Any = stream) -> list[str]:
                ledgers = Ledgers(await self._connected("rating"), await self._connected("receivables"))
                return await find_faults(ledgers, said, stream=held, strangers=strangers)

            faults = self.run(check())
            if not faults or time.monotonic() > deadline:
                return faults
            time.sleep(0.3)

    def insist(self, ask: Callable[[], T]) -> T:
        """Repeats a request while the suite is coming back; raises the last refusal when the time is up."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return ask()
            except (httpx.HTTPError, Refused) as error:
                if isinstance(error, Refused) and error.status < 500:
                    raise
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def _until(self, look: Callable[[], bool], words: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._true(look):
            assert time.monotonic() < deadline, words
            time.sleep(0.02)

    @staticmethod
    def _true(look: Callable[[], bool]) -> bool:
        try:
            return look()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False


@contextmanager
def scene_in(home: Home) -> Iterator[Scene]:
    """Runs the suite with the sample company for the duration of the block."""
    suite = FaultySuite(home)
    configuration = configuration_with_rogue(home.path)
    # The broker redelivers the messages of a killed process after this time: a minute in production, too long for
    # tests.
    with (
        patch.object(streams, "ACK_WAIT_SECONDS", _ACK_WAIT_SECONDS),
        patch.object(nats, "CONFIGURATION", configuration),
    ):
        try:
            suite.start()
            load_sample(suite)
            scene = Scene(suite)
            try:
                yield scene
            finally:
                scene.close()
        finally:
            suite.stop()
