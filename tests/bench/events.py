"""The time from the commit of an event in one service to the transaction of its consumer in another."""

import asyncio
import time
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from shared.contracts.work_order_rated import WorkOrderRated
from shared.database.pool import Database
from shared.events import outbox
from tests.bench import orders
from tests.bench.figures import Comparison, Demand, Figure, Tell, percentile
from tests.bench.stage import Stage

_WRITTEN = "SELECT event_id, data ->> 'number' AS number FROM outbox WHERE event_name = 'work-order-rated'"
_CONSUMER = WorkOrderRated.durable("receivables")


def run(stage: Stage, tell: Tell, *, per_second: int, seconds: int) -> Comparison:
    """Commits events at a steady rate and reads when receivables handled each of them."""
    tell(f"{per_second} events a second for {seconds} s")
    stage.in_database("rating", orders.clear)
    committed_at = asyncio.run(_commit(stage, per_second, per_second * seconds))
    committed = {
        row["event_id"]: committed_at[row["number"]]
        for row in stage.in_database("rating", lambda rating: rating.fetch(_WRITTEN))
    }
    taken_in = stage.in_database("receivables", lambda receivables: _await_inbox(receivables, list(committed)))
    delays_ms = [(taken_in[event_id] - at).total_seconds() * 1000 for event_id, at in committed.items()]
    p50, p99 = percentile(delays_ms, 0.5), percentile(delays_ms, 0.99)
    return Comparison(
        "events",
        "Events",
        f"{len(committed):,} events are committed in rating, one per transaction, {per_second} a second. The figures "
        "are the time from the end of the commit until receivables begins the transaction that handles the event.",
        "ms",
        [Figure("p50", p50), Figure("p99", p99), Figure("slowest", max(delays_ms))],
        [Demand("p50 in ms", p50, 5, "at most"), Demand("p99 in ms", p99, 20, "at most")],
    )


async def _commit(stage: Stage, per_second: int, count: int) -> dict[str, datetime]:
    """Commits the events and returns the time of each commit, by the number of its order."""
    assert stage.suite.postgres is not None
    database = Database(stage.suite.postgres.url("rating", "rating_runtime"), 2)
    committed_at: dict[str, datetime] = {}
    clock = time.perf_counter
    began = clock()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / per_second - clock()))
        async with database.transaction() as session:
            await outbox.append(session, _event(f"E{number}", 1_000_000 + number))
        committed_at[f"E{number}"] = datetime.now(UTC)
    await database.close()
    return committed_at


def _event(number: str, work_order_id: int) -> WorkOrderRated:
    return WorkOrderRated(
        work_order_id=work_order_id,
        number=number,
        revision=1,
        rating_version=1,
        state="rated",
        ar_company=1,
        branch="SAT",
        customer="S1001",
        bill_to="S1001",
        rated_at=datetime.now(UTC),
        lines=(),
        charges_total=Decimal("90.00"),
        advances_total=Decimal("0.00"),
        total=Decimal("90.00"),
    )


async def _await_inbox(receivables: asyncpg.Connection, event_ids: list[UUID]) -> dict[UUID, datetime]:
    """The time when the transaction that handled each event began."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        rows = await receivables.fetch(
            "SELECT event_id, received_at FROM inbox WHERE consumer = $1 AND event_id = ANY($2)", _CONSUMER, event_ids
        )
        if len(rows) == len(event_ids):
            return {row["event_id"]: row["received_at"] for row in rows}
        await asyncio.sleep(0.2)
    raise TimeoutError(f"only {len(rows)} of {len(event_ids)} events have arrived after a minute")
