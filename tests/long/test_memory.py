"""An hour's worth of events, and many requests, do not make any process grow."""

import asyncio
import statistics
import sys
import time
from contextlib import closing

import psutil

from deploy.local.client import Clerk
from deploy.local.suite import Suite
from tests.long.driver import Driver, token_of

# An hour at five events a second.
EVENTS = 18_000
BATCH = 1_000
REQUESTS = 20_000
MIB = 1024 * 1024
# The second half may be larger than the first by this much, because the memory kept by the allocator varies.
GROWTH_MIB = 12
WATCHED = ("rating", "receivables", "gateway")


class Sizes:
    """The resident memory of the watched processes, sampled during the work."""

    def __init__(self, suite: Suite):
        self._processes = {name: psutil.Process(suite.servers[name].child.process.pid) for name in WATCHED}
        self.samples: dict[str, list[float]] = {name: [] for name in WATCHED}

    def sample(self) -> None:
        for name, process in self._processes.items():
            self.samples[name].append(process.memory_info().rss / MIB)

    def assert_flat(self, what: str) -> None:
        """Compares the median of the last quarter with that of the second one; the first one is a warm-up."""
        for name, sizes in self.samples.items():
            quarter = len(sizes) // 4
            before = statistics.median(sizes[quarter : 2 * quarter])
            after = statistics.median(sizes[-quarter:])
            sys.stderr.write(f"\n{what}, {name}: {sizes[0]:.0f} MiB at first, then {before:.0f}, finally {after:.0f}\n")
            assert after - before < GROWTH_MIB, (name, sizes)


def orders(first: int, count: int) -> bytes:
    heading = "number,branch,customer,priority,job_type,served_zip,service_on,field_status,pod_received"
    rows = (f"M{n},SAT,S1001,STANDARD,CITATION,78205,2026-11-02,served,yes" for n in range(first, first + count))
    return "\n".join([heading, *rows]).encode()


def until_all_is_taken_in(clerk: Clerk) -> None:
    """Waits until rating and receivables agree on the unbilled amount, because then every event has arrived."""
    deadline = time.monotonic() + 120
    while True:
        ours = clerk.get("/rating/reconciliation")["current"]
        theirs = clerk.get("/receivables/reconciliation")["totals"]
        if float(ours["waiting"]) + float(ours["in_flight"]) == float(theirs["unbilled"]):
            return
        assert time.monotonic() < deadline, (ours, theirs)
        time.sleep(0.2)


def test_an_hour_of_events_does_not_grow_any_process(suite: Suite) -> None:
    """Each rating of an order is an event that receivables handles."""
    sizes = Sizes(suite)
    with closing(Clerk(suite.gateway_url, r"ALAMO\admin", suite.home.secrets.password_of(r"ALAMO\admin"))) as clerk:
        for first in range(0, EVENTS, BATCH):
            clerk.upload("/rating/work-orders/import", orders(first, BATCH))
            run = clerk.post("/rating/rating-runs", {})
            for _ in clerk.follow(f"/rating/rating-runs/{run['id']}/events"):
                sizes.sample()
            until_all_is_taken_in(clerk)
            sizes.sample()
        rated = clerk.get("/rating/work-orders", status="rated", limit=1)["totals"]["count"]
    assert rated == EVENTS
    sizes.assert_flat(f"{EVENTS} events")


async def test_twenty_thousand_requests_do_not_grow_any_process(suite: Suite) -> None:
    sizes = Sizes(suite)
    driver = Driver(suite.gateway_url, token_of(suite, r"ALAMO\admin"), "MEM")
    done = asyncio.Event()
    driving = asyncio.create_task(driver.drive(150, done))
    while driver.outcomes.total < REQUESTS:
        await asyncio.sleep(1)
        sizes.sample()
    done.set()
    await driving
    sizes.assert_flat(f"{REQUESTS} requests")
