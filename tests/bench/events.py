"""The time from an event in one service to its consumer in another, compared with a plain commit, publish and receive."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from shared.contracts.event import STREAM
from shared.contracts.work_order_rated import WorkOrderRated
from shared.database.pool import Database
from shared.events import outbox, streams
from tests.bench import orders
from tests.bench.figures import Comparison, Demand, Figure, Tell, percentile
from tests.bench.stage import Stage

_WRITTEN = "SELECT event_id, data ->> 'number' AS number FROM outbox WHERE event_name = 'work-order-rated'"
_CONSUMER = WorkOrderRated.durable("receivables")
_PLAIN = "ratebook.v1.receivables.plain"
"""A subject that the stream keeps and no consumer of ours reads."""


def run(stage: Stage, tell: Tell, *, per_second: int, seconds: int) -> Comparison:
    """Writes events at a steady rate, plainly and with Ratebook, and reads when each was received."""
    count = per_second * seconds
    stage.in_database("rating", orders.clear)
    tell(f"{per_second} plain messages a second for {seconds} s")
    plain_ms = asyncio.run(_exchange_plainly(stage, per_second, count))
    tell(f"{per_second} events a second for {seconds} s")
    begun_at = asyncio.run(_commit(stage, per_second, count))
    begun = {
        row["event_id"]: begun_at[row["number"]]
        for row in stage.in_database("rating", lambda rating: rating.fetch(_WRITTEN))
    }
    taken_in = stage.in_database("receivables", lambda receivables: _await_inbox(receivables, list(begun)))
    own_ms = [(taken_in[event_id] - at).total_seconds() * 1000 for event_id, at in begun.items()]
    p50, p99 = percentile(own_ms, 0.5), percentile(own_ms, 0.99)
    plain_p50, plain_p99 = percentile(plain_ms, 0.5), percentile(plain_ms, 0.99)
    return Comparison(
        "events",
        "Events",
        f"{len(begun):,} events are written in rating, one per transaction, {per_second} a second. The figures are the "
        "time from the beginning of that transaction until receivables begins the one that handles the event. The plain "
        "way does the same on the same servers in one process, without outbox and inbox: a row is committed, its message "
        "is published to the stream, and read from it.",
        "ms",
        [
            Figure("Ratebook, p50", p50),
            Figure("plain, p50", plain_p50),
            Figure("Ratebook, p99", p99),
            Figure("plain, p99", plain_p99),
            Figure("Ratebook, slowest", max(own_ms)),
            Figure("plain, slowest", max(plain_ms)),
        ],
        [
            Demand("times the plain way, p50", p50 / plain_p50, 3, "at most"),
            Demand("times the plain way, p99", p99 / plain_p99, 3, "at most"),
        ],
    )


async def _at_a_steady_rate(per_second: int, count: int, do: Callable[[int], Awaitable[None]]) -> None:
    began = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
        await do(number)


async def _commit(stage: Stage, per_second: int, count: int) -> dict[str, datetime]:
    """Commits the events and returns when each transaction began, by the number of its order."""
    assert stage.suite.postgres is not None
    database = Database(stage.suite.postgres.url("rating", "rating_runtime"), 2)
    begun_at: dict[str, datetime] = {}

    async def write(number: int) -> None:
        begun_at[f"E{number}"] = datetime.now(UTC)
        async with database.transaction() as session:
            await outbox.append(session, _event(f"E{number}", 1_000_000 + number))

    await _at_a_steady_rate(per_second, count, write)
    await database.close()
    return begun_at


async def _exchange_plainly(stage: Stage, per_second: int, count: int) -> list[float]:
    """The milliseconds from the beginning of each transaction until its message was received."""
    assert stage.suite.postgres is not None
    assert stage.suite.nats is not None
    data = _event("E0", 1_000_000).model_dump_json()
    database = await stage.suite.postgres.superuser("rating")
    await database.execute("CREATE TABLE IF NOT EXISTS plain (number int PRIMARY KEY, data json NOT NULL)")
    publisher = await streams.connect(stage.suite.nats.url("receivables"), reconnect=False)
    reader = await streams.connect(stage.suite.nats.url("listener"), reconnect=False)
    begun: dict[int, float] = {}
    delays_ms: list[float] = []

    async def write(number: int) -> None:
        begun[number] = time.perf_counter()
        await database.execute("INSERT INTO plain (number, data) VALUES ($1, $2)", number, data)
        await publisher.jetstream().publish(_PLAIN, f"{number} {data}".encode(), stream=STREAM)

    async def read() -> None:
        subscription = await reader.jetstream().pull_subscribe_bind("listener", STREAM)
        while len(delays_ms) < count:
            (message,) = await subscription.fetch(1, timeout=60)
            arrived = time.perf_counter()
            # The first messages are older: the listener reads everything that receivables has published.
            if message.subject == _PLAIN:
                delays_ms.append((arrived - begun[int(message.data.partition(b" ")[0])]) * 1000)
            await message.ack()

    reading = asyncio.create_task(read())
    await _at_a_steady_rate(per_second, count, write)
    await reading
    await database.execute("DROP TABLE plain")
    for client in (publisher, reader):
        await client.close()
    await database.close()
    return delays_ms


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
