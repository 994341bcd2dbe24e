"""The setting of benchmarks: a whole suite with `fsync` on, the sample company, and clerks who use the gateway."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import psutil

from deploy.local.client import Clerk
from deploy.local.home import default_home, make_directory
from deploy.local.sample import SAMPLE
from deploy.local.suite import Suite
from tests.conftest import sample_suite

T = TypeVar("T")
_POLL_SECONDS = 0.1
_PATIENCE_SECONDS = 900


@dataclass(frozen=True)
class Stage:
    """A running suite. `bill` rates and exports, `olga` enters orders, and `rita` does the receivables."""

    suite: Suite
    bill: Clerk
    olga: Clerk
    rita: Clerk

    def in_database(self, service: str, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        """Runs `work` in the database of a service as superuser."""

        async def go() -> T:
            assert self.suite.postgres is not None
            connection = await self.suite.postgres.superuser(service)
            try:
                return await work(connection)
            finally:
                await connection.close()

        return asyncio.run(go())

    def run_job(self, path: str) -> tuple[float, dict[str, Any]]:
        """Starts a run by posting to `path` and waits until it has finished; returns its seconds and final state."""
        began = time.perf_counter()
        run = self.bill.post(path, {})
        while time.perf_counter() - began < _PATIENCE_SECONDS:
            state: dict[str, Any] = self.bill.get(f"{path}/{run['id']}")
            if state["finished_at"] is not None:
                return time.perf_counter() - began, state
            time.sleep(_POLL_SECONDS)
        raise TimeoutError(f"{path}/{run['id']} has not finished in {_PATIENCE_SECONDS} s")

    def enter_orders(self) -> None:
        """Imports the sample's work orders."""
        self.olga.upload("/rating/work-orders/import", (SAMPLE / "work-orders.csv").read_bytes())

    def memory_bytes(self) -> dict[str, int]:
        """The resident memory of each process of the suite."""
        return {
            name: psutil.Process(server.child.process.pid).memory_info().rss
            for name, server in self.suite.servers.items()
        }


@contextmanager
def running_stage() -> Iterator[Stage]:
    """Runs a new suite with the sample company on disk, and stops and removes it afterwards."""
    place = make_directory(default_home())
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=place) as directory,
        sample_suite(Path(directory), durable=True) as suite,
    ):
        clerks = [
            Clerk(suite.gateway_url, user, suite.home.secrets.password_of(user))
            for user in (r"ALAMO\bill", r"ALAMO\olga", r"ALAMO\rita")
        ]
        yield Stage(suite, *clerks)
        for clerk in clerks:
            clerk.close()
