"""The broker loses everything, or messages are malformed: nothing is lost, and malformed messages delay nobody."""

import asyncio
import random
import time
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from uuid import uuid4

import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.event import envelope_bytes
from shared.contracts.invoice_export_requested import InvoiceExportRequested
from shared.contracts.work_order_rated import WorkOrderRated
from shared.database.pool import Database
from shared.events import dead_letters
from tests.faults.fire import require_whole
from tests.faults.rogue import Rogue
from tests.faults.scene import MARK, Scene
from tests.fixtures.exchange import consumers_of

pytestmark = pytest.mark.faults

ORDERS = 2_000
POISONED = ORDERS // 100
GARBAGE = 10


@pytest.mark.parametrize("aim", [0.25, 0.5, 0.75])
def test_the_broker_loses_its_store_in_the_middle_of_an_export(scene: Scene, aim: float) -> None:
    scene.seed(ORDERS)
    run_id, _ = scene.export()
    scene.wait_settled(run_id, aim - 0.03)
    since = time.monotonic()
    scene.kill("NATS")
    stood = scene.settled(run_id)
    scene.lose_store()
    time.sleep(2)
    scene.start_again("NATS")
    outcome = scene.finish(run_id, since)
    require_whole(scene, run_id, ORDERS, outcome)
    assert 0.2 <= stood <= 0.8, stood
    (again,) = scene.look("rating", "SELECT count(*) FROM outbox WHERE publication > 1")
    assert again[0] > 0
    print(
        f"NATS killed and its store deleted at {stood:.0%}: {outcome}; {again[0]:,} events published again", flush=True
    )


def test_malformed_messages_are_set_aside_delay_nobody_and_are_replayed(scene: Scene, chance: random.Random) -> None:
    scene.suite.modules["receivables"] = "tests.faults.old_reader"
    scene.kill("receivables")
    scene.start_again("receivables")
    scene.suite.wait_ready("receivables")
    scene.seed(ORDERS, marked=POISONED)
    assert scene.suite.nats is not None
    run_id, _ = scene.export()
    since = time.monotonic()
    with Rogue(scene.suite.nats.port, chance, quiet=True) as rogue:
        for number in range(GARBAGE):
            scene.wait_settled(run_id, number / GARBAGE)
            kind = chance.choice((WorkOrderRated, InvoiceExportRequested))
            rogue.publish(kind.subject(), chance.choice((b"", b"{", b'{"data": {}}', chance.randbytes(40))))
            rogue.publish(kind.subject(), envelope_bytes(uuid4(), "rating", kind.event_name(), datetime.now(UTC), "{}"))
    held_up = held_up_by_poison(scene, run_id)
    scene.wait_settled(run_id, 1 - held_up / ORDERS)
    seconds = time.monotonic() - since
    before, after, over = pace(scene, run_id)
    assert after < 5 * before + 0.5
    assert over < 2
    assert scene.settled(run_id) == 1 - held_up / ORDERS
    dead = require_dead_letters(scene)
    print(
        f"{ORDERS - held_up:,} other orders completed in {seconds:.1f} s despite {dead} dead letters; a chunk was "
        f"booked every {before:.3f} s before the first malformed one, every {after:.3f} s after it, with {over:.3f} s "
        "across it",
        flush=True,
    )
    replayed, refused = asyncio.run(replay_all(scene))
    assert refused == GARBAGE
    # The reader is still the old one, so it is the replay that has booked them.
    outcome = scene.finish(run_id, time.monotonic())
    scene.suite.modules.clear()
    scene.kill("receivables")
    scene.start_again("receivables")
    put_garbage_aside(scene)
    outcome.faults[:] = scene.faults()
    require_whole(scene, run_id, ORDERS, outcome)
    print(f"{replayed} dead letters replayed, {refused} match no schema and stay: {outcome}", flush=True)


def held_up_by_poison(scene: Scene, run_id: int) -> int:
    """The number of orders in chunks with a marked one."""
    scene.wait_settled(run_id, 0.5)
    held: int = scene.look(
        "rating",
        """
        SELECT sum(e.orders) FROM export_chunk chunk JOIN export_invoice e
            ON e.run_id = chunk.run_id AND e.ar_company = chunk.ar_company
               AND e.invoice_id BETWEEN chunk.first_invoice_id AND chunk.last_invoice_id
        WHERE chunk.run_id = $1 AND EXISTS (
            SELECT FROM work_order w JOIN export_invoice x ON x.invoice_id = w.invoice_id
            WHERE x.run_id = $1 AND x.ar_company = chunk.ar_company AND w.number LIKE '%' || $2
              AND x.invoice_id BETWEEN chunk.first_invoice_id AND chunk.last_invoice_id)
        """,
        run_id,
        MARK,
    )[0][0]
    return held


def pace(scene: Scene, run_id: int) -> tuple[float, float, float]:
    """Seconds between booked chunks: the median before the first malformed one, the median after it, and across it."""
    asked = scene.look(
        "rating",
        """
        SELECT event_id, data::text LIKE '%' || $2 || '%' AS poisoned FROM outbox
        WHERE event_name = 'invoice-export-requested' AND (data ->> 'run_id')::bigint = $1 ORDER BY id
        """,
        run_id,
        MARK,
    )
    consumer = InvoiceExportRequested.durable("receivables")
    rows = scene.look("receivables", "SELECT event_id, received_at FROM inbox WHERE consumer = $1", consumer)
    taken = {row["event_id"]: row["received_at"] for row in rows}
    first = next(place for place, row in enumerate(asked) if row["poisoned"])
    before, after = (
        [taken[row["event_id"]] for row in part if row["event_id"] in taken and not row["poisoned"]]
        for part in (asked[:first], asked[first:])
    )
    assert min(len(before), len(after)) > 5

    def usual(moments: list[datetime]) -> float:
        return median((later - earlier).total_seconds() for earlier, later in pairwise(moments))

    return usual(before), usual(after), (after[0] - before[-1]).total_seconds()


def require_dead_letters(scene: Scene) -> int:
    """Asserts that every malformed event is kept with its payload, and no garbage; returns their number."""
    deadline = time.monotonic() + 20
    while True:
        letters = scene.look("receivables", "SELECT payload, reason FROM dead_letter")
        # Rating asks again for chunks that have no answer, so there may be more events each time.
        sent = scene.look("rating", "SELECT event_id FROM outbox WHERE data::text LIKE '%' || $1 || '%'", MARK)
        missing = [row[0] for row in sent if not any(str(row[0]).encode() in letter["payload"] for letter in letters)]
        if not missing and len(letters) == len(sent) + GARBAGE:
            break
        assert time.monotonic() < deadline, (missing, len(letters), len(sent))
        time.sleep(0.1)
    assert all(letter["reason"].startswith("does not match the schema") for letter in letters)
    return len(letters)


async def replay_all(scene: Scene) -> tuple[int, int]:
    """Replays dead letters with the current reader and the service's role; returns how many succeeded and failed."""
    assert scene.suite.postgres is not None
    database = Database(scene.suite.postgres.url("receivables", "receivables_runtime"), 2)
    by_durable = {consumer.durable: consumer for consumer in consumers_of("receivables").values()}
    done, refused = 0, 0
    async with database.transaction() as session:
        letters = await dead_letters.waiting(session)
    for letter in letters:

        async def take_in(session: AsyncSession, payload: bytes, consumer: str = letter.consumer) -> None:
            await by_durable[consumer].take_in(session, [payload])

        try:
            async with database.transaction() as session:
                await dead_letters.replay(session, letter, take_in)
            done += 1
        except ValidationError:
            refused += 1
    await database.close()
    return done, refused


def put_garbage_aside(scene: Scene) -> None:
    """Marks events that match no schema, and requests repeated during the first replay, as done."""
    asyncio.run(replay_all(scene))
    scene.look("receivables", "UPDATE dead_letter SET replayed_at = now() WHERE replayed_at IS NULL RETURNING id")
