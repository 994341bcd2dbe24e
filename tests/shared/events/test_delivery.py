"""Events on a real broker: published after the commit, handled once, and set aside if they cannot be handled."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.nats import Nats, start_nats
from shared.contracts.customer_changed import CustomerChanged
from shared.contracts.event import STREAM
from shared.database.pool import Database
from shared.database.statements import execute, fetch_value
from shared.events import dead_letters, outbox, streams
from shared.events.consumer import MAX_DELIVERIES, Consumer, ConsumerLoop, retry_delay_seconds
from shared.events.relay import Relay
from shared.process import background
from shared.process.background import running
from shared.process.metrics import FOREIGN_MESSAGES
from tests.shared.events.stream import eventually, messages

SUBJECT = CustomerChanged.subject()
ID = str(uuid4()).encode()


def customer(number: int) -> CustomerChanged:
    return CustomerChanged(
        ar_company=1, number=f"S{number}", version=1, name="Alazan", status="active", customer_type="LAW"
    )


async def append(database: Database, *numbers: int) -> None:
    for number in numbers:
        async with database.transaction() as session:
            await outbox.append(session, customer(number))


async def published(database: Database) -> int:
    async with database.transaction() as session:
        count: int = await fetch_value(session, "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL")
    return count


@asynccontextmanager
async def relaying(database: Database, broker: Nats) -> AsyncIterator[None]:
    """Keeps the relay of receivables running, as the service does."""
    async with running({"relay": Relay("receivables", database, broker.url("receivables")).run}):
        yield


class Reader:
    """A consumer of rating that records what it gets and fails for the customer numbers in `failing`."""

    def __init__(self, database: Database, broker: Nats):
        self._database = database
        self._broker = broker
        self.handled: list[str] = []
        self.failing: set[str] = set()
        self.consumer = Consumer("rating", CustomerChanged, self.handle, batch=20)

    async def handle(self, session: AsyncSession, events: Sequence[CustomerChanged]) -> None:
        for event in events:
            if event.number in self.failing:
                raise ValueError(f"cannot handle {event.number}")
            await execute(session, "INSERT INTO priority (code, name) VALUES (:code, 'effect')", code=event.number)
        self.handled += [event.number for event in events]

    async def count(self) -> int:
        return len(self.handled)

    async def dead(self) -> list[str]:
        async with self._database.transaction() as session:
            return [letter.reason for letter in await dead_letters.waiting(session)]

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        client = await streams.connect(self._broker.url("rating"), reconnect=True)
        try:
            async with running({"consumer": ConsumerLoop(self.consumer, self._database, client).run}):
                yield
        finally:
            await client.close()


@pytest.fixture
def reader(rating_database: Database, broker: Nats) -> Reader:
    return Reader(rating_database, broker)


async def test_a_committed_event_is_published_and_handled(
    receivables_database: Database, broker: Nats, reader: Reader
) -> None:
    async with relaying(receivables_database, broker), reader.reading():
        await append(receivables_database, 1, 2, 3)
        await eventually(reader.count, 3)
    assert reader.handled == ["S1", "S2", "S3"]


async def test_an_event_of_a_rolled_back_transaction_is_never_published(
    receivables_database: Database, broker: Nats
) -> None:
    async def fail_after_appending() -> None:
        async with receivables_database.transaction() as session:
            await outbox.append(session, customer(1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_appending()
    async with relaying(receivables_database, broker):
        await append(receivables_database, 2)
        await eventually(lambda: published(receivables_database), 1)
    assert await messages(broker) == 1


async def test_a_publish_with_an_unknown_outcome_is_repeated_and_stored_once(
    receivables_database: Database, broker: Nats
) -> None:
    async with relaying(receivables_database, broker):
        await append(receivables_database, 1)
        await eventually(lambda: published(receivables_database), 1)
        async with receivables_database.transaction() as session:
            await execute(session, "UPDATE outbox SET published_at = NULL")
        await eventually(lambda: published(receivables_database), 1)
    assert await messages(broker) == 1


async def test_a_message_delivered_twice_takes_effect_once(
    receivables_database: Database, broker: Nats, reader: Reader
) -> None:
    async with relaying(receivables_database, broker), reader.reading():
        await append(receivables_database, 1)
        await eventually(reader.count, 1)
        await eventually(lambda: published(receivables_database), 1)
        async with receivables_database.transaction() as session:
            await execute(session, "UPDATE outbox SET published_at = NULL, publication = 2")
        await append(receivables_database, 2)
        await eventually(reader.count, 2)
    assert await messages(broker) == 3
    assert reader.handled == ["S1", "S2"]


async def test_identical_messages_in_one_batch_take_effect_once(
    receivables_database: Database, broker: Nats, reader: Reader
) -> None:
    async with relaying(receivables_database, broker):
        await append(receivables_database, 1)
        await eventually(lambda: published(receivables_database), 1)
        async with receivables_database.transaction() as session:
            await execute(session, "UPDATE outbox SET published_at = NULL, publication = 2")
        await eventually(lambda: messages(broker), 2)
    async with reader.reading():
        await eventually(reader.count, 1)
    assert reader.handled == ["S1"]


async def test_events_survive_a_restart_of_the_broker(
    receivables_database: Database, broker: Nats, reader: Reader, tmp_path: Path
) -> None:
    async with relaying(receivables_database, broker), reader.reading():
        await append(receivables_database, 1)
        await eventually(reader.count, 1)
        broker.child.kill()
        await append(receivables_database, 2, 3)
        broker.child = start_nats(tmp_path / "nats", broker.passwords, broker.port).child
        await eventually(reader.count, 3, seconds=20)
    assert sorted(reader.handled) == ["S1", "S2", "S3"]


async def test_a_broker_that_lost_its_store_gets_everything_again_and_nothing_takes_effect_twice(
    receivables_database: Database, broker: Nats, reader: Reader, tmp_path: Path
) -> None:
    async with relaying(receivables_database, broker), reader.reading():
        await append(receivables_database, 1, 2)
        await eventually(reader.count, 2)
        broker.child.kill()
        shutil.rmtree(tmp_path / "nats")
        await append(receivables_database, 3)
        broker.child = start_nats(tmp_path / "nats", broker.passwords, broker.port).child
        await broker.provision()
        await eventually(reader.count, 3, seconds=20)
        await eventually(lambda: messages(broker), 3)
    assert sorted(reader.handled) == ["S1", "S2", "S3"]


async def test_a_lost_tail_is_published_again_even_if_other_messages_took_its_sequences(
    receivables_database: Database, broker: Nats, tmp_path: Path
) -> None:
    """The broker returns to its state after three messages; another user's messages take the lost sequences."""
    async with relaying(receivables_database, broker):
        await append(receivables_database, 1, 2, 3)
        await eventually(lambda: published(receivables_database), 3)
    broker.stop()
    shutil.copytree(tmp_path / "nats", tmp_path / "earlier")
    broker.child = start_nats(tmp_path / "nats", broker.passwords, broker.port).child
    async with relaying(receivables_database, broker):
        await append(receivables_database, 4, 5)
        await eventually(lambda: published(receivables_database), 5)
    broker.stop()
    shutil.rmtree(tmp_path / "nats")
    shutil.copytree(tmp_path / "earlier", tmp_path / "nats")
    broker.child = start_nats(tmp_path / "nats", broker.passwords, broker.port).child
    client = await streams.connect(broker.url("security"), reconnect=False)
    for number in range(4):
        await client.jetstream().publish("ratebook.v1.security.permissions-changed", b"%d" % number)
    await client.close()
    async with relaying(receivables_database, broker):
        await eventually(lambda: held(broker), ["S1", "S2", "S3", "S4", "S5"])


async def held(broker: Nats) -> list[str]:
    """The customers in all messages of the stream, by number."""
    client = await streams.connect(broker.url("provisioner"), reconnect=False)
    jetstream = client.jetstream()
    try:
        last = (await jetstream.stream_info(STREAM)).state.last_seq
        found = [await jetstream.get_msg(STREAM, sequence) for sequence in range(1, last + 1)]
        return sorted(json.loads(one.data or b"")["data"]["number"] for one in found if one.subject == SUBJECT)
    finally:
        await client.close()


async def publish_raw(broker: Nats, payload: bytes) -> None:
    client = await streams.connect(broker.url("receivables"), reconnect=False)
    await client.jetstream().publish(SUBJECT, payload)
    await client.close()


async def test_a_malformed_message_becomes_a_dead_letter_and_the_others_continue(
    receivables_database: Database, broker: Nats, reader: Reader
) -> None:
    async with relaying(receivables_database, broker), reader.reading():
        await publish_raw(broker, b'{"specversion": "1.0", "id": "%s", "source": "s", "type": "t", "data": {}}' % ID)
        await append(receivables_database, 1, 2)
        await eventually(reader.count, 2)
        await eventually(lambda: _length(reader.dead()), 1)
    assert (await reader.dead())[0].startswith("does not match the schema")


async def test_what_is_no_event_is_counted_and_dropped(
    receivables_database: Database, broker: Nats, reader: Reader
) -> None:
    def counted() -> float:
        value: float = FOREIGN_MESSAGES.labels(reader.consumer.durable)._value.get()
        return value

    before = counted()

    async def dropped() -> float:
        return counted() - before

    async with relaying(receivables_database, broker), reader.reading():
        for payload in (b"\x00", b"[]", b'{"specversion": "0.3"}'):
            await publish_raw(broker, payload)
        await append(receivables_database, 1)
        await eventually(reader.count, 1)
        await eventually(dropped, 3)
    assert await reader.dead() == []


async def test_a_dead_letter_names_the_places_and_not_what_was_there(broker: Nats, reader: Reader) -> None:
    event = {"specversion": "1.0", "id": str(uuid4()), "source": "s", "type": "t", "time": "2026-01-31T00:00:00Z"}
    data = {"ar_company": "Alazan Law Office", "number": "S1", "version": 1}
    async with reader.reading():
        await publish_raw(broker, json.dumps({**event, "data": data}).encode())
        await eventually(lambda: _length(reader.dead()), 1)
    (reason,) = await reader.dead()
    assert "data.ar_company: Input should be a valid integer" in reason
    assert "Alazan" not in reason


async def _length(listing: Awaitable[list[str]]) -> int:
    return len(await listing)


async def test_a_failing_event_does_not_hold_up_its_batch_and_is_redelivered(
    receivables_database: Database, broker: Nats, reader: Reader
) -> None:
    reader.failing = {"S2"}
    async with relaying(receivables_database, broker):
        await append(receivables_database, 1, 2, 3)
        await eventually(lambda: published(receivables_database), 3)
    async with reader.reading():
        await eventually(reader.count, 2)
        assert sorted(reader.handled) == ["S1", "S3"]
        reader.failing = set()
        await eventually(reader.count, 3)


async def test_an_event_delivered_too_often_is_set_aside_without_another_try(
    receivables_database: Database, rating_database: Database, broker: Nats, reader: Reader
) -> None:
    """As if handling had killed the process each time, so that only the broker has counted the deliveries."""
    async with relaying(receivables_database, broker):
        await append(receivables_database, 1)
        await eventually(lambda: published(receivables_database), 1)
    client = await streams.connect(broker.url("rating"), reconnect=False)
    pull = await client.jetstream().pull_subscribe_bind(reader.consumer.durable, STREAM)
    for _ in range(MAX_DELIVERIES):
        (message,) = await pull.fetch(1, timeout=5)
        await message.nak()
    await client.close()
    async with reader.reading():
        await eventually(lambda: _length(reader.dead()), 1)
    assert reader.handled == []
    assert "given up after 8 deliveries" in (await reader.dead())[0]
    async with rating_database.transaction() as session:
        (letter,) = await dead_letters.waiting(session)

        async def handle(replaying: AsyncSession, payload: bytes) -> None:
            await reader.consumer.take_in(replaying, [payload])

        await dead_letters.replay(session, letter, handle)
    assert reader.handled == ["S1"]
    assert await reader.dead() == []


async def test_a_database_that_is_down_uses_up_no_deliveries(
    receivables_database: Database, rating_database: Database, broker: Nats, reader: Reader
) -> None:
    async with relaying(receivables_database, broker):
        await append(receivables_database, 1)
        await eventually(lambda: published(receivables_database), 1)
    away = Reader(Database("postgresql://nobody:none@127.0.0.1:1/none", 2), broker)
    async with away.reading():
        await asyncio.sleep(0.6)
    client = await streams.connect(broker.url("provisioner"), reconnect=False)
    consumer = await client.jetstream().consumer_info(STREAM, reader.consumer.durable)
    await client.close()
    assert consumer.delivered.consumer_seq == 0
    async with reader.reading():
        await eventually(reader.count, 1)


async def test_a_stopped_consumer_returns_its_messages_at_once(
    receivables_database: Database, broker: Nats, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How long the stop waits for work that does not end.
    monkeypatch.setattr(background, "_FINISH_SECONDS", 0.2)
    started = asyncio.Event()

    async def hang(session: AsyncSession, events: Sequence[CustomerChanged]) -> None:
        started.set()
        await asyncio.sleep(60)

    async with relaying(receivables_database, broker):
        await append(receivables_database, 1)
        await eventually(lambda: published(receivables_database), 1)
    patient = reader.consumer
    reader.consumer = Consumer("rating", CustomerChanged, hang)
    async with reader.reading():
        await asyncio.wait_for(started.wait(), 5)
    reader.consumer = patient
    async with reader.reading():
        await eventually(reader.count, 1, seconds=5)


@pytest.mark.parametrize(("deliveries", "seconds"), [(1, 1), (2, 4), (3, 16), (5, 256), (6, 600), (8, 600)])
def test_a_failed_event_waits_longer_each_time(deliveries: int, seconds: int) -> None:
    assert retry_delay_seconds(deliveries) == seconds


async def test_two_relays_of_one_service_publish_each_event_once(receivables_database: Database, broker: Nats) -> None:
    async with relaying(receivables_database, broker), relaying(receivables_database, broker):
        await append(receivables_database, *range(50))
        await eventually(lambda: published(receivables_database), 50)
    assert await messages(broker) == 50


async def test_a_slow_event_does_not_hold_up_other_workers(
    receivables_database: Database, rating_database: Database, broker: Nats
) -> None:
    slow_may_end = asyncio.Event()
    handled: list[str] = []

    async def handle(_: AsyncSession, events: Sequence[CustomerChanged]) -> None:
        if events[0].number == "S1":
            await slow_may_end.wait()
        handled.extend(event.number for event in events)

    async def count() -> int:
        return len(handled)

    consumer = Consumer("rating", CustomerChanged, handle, batch=1, workers=2)
    client = await streams.connect(broker.url("rating"), reconnect=True)
    async with (
        relaying(receivables_database, broker),
        running({"consumer": ConsumerLoop(consumer, rating_database, client).run}),
    ):
        await append(receivables_database, 1, 2, 3)
        await eventually(count, 2)
        assert handled == ["S2", "S3"]
        slow_may_end.set()
        await eventually(count, 3)
    await client.close()
