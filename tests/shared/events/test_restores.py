"""Databases that went back in time: the relay stops before it publishes, and what is undone is never handled."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from deploy.local.nats import Nats
from shared.contracts.customer_changed import CustomerChanged
from shared.contracts.event import envelope_bytes
from shared.database.pool import Database
from shared.database.statements import execute, fetch_value
from shared.events import incarnations, outbox
from shared.events.relay import Relay, StreamAhead
from shared.process.background import running
from tests.shared.events.stream import eventually, messages
from tests.shared.events.test_delivery import (
    Reader,
    append,
    customer,
    publish_raw,
    published,
    reader,
    relaying,
)

__all__ = ["reader"]

NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture
def restore_finish(cluster: Callable[[str, str], str]) -> Callable[..., Awaitable[None]]:
    """Gives databases the same new lives, as the command does."""

    async def finish(**databases: Database) -> None:
        new = {service: uuid4() for service in ("rating", "receivables", "security")}
        for service, database in databases.items():
            owned = Database(cluster(database.name, f"{service}_owner"), 1)
            async with owned.transaction() as session:
                await incarnations.begin(session, new)
            await owned.close()

    return finish


async def undo(database: Database, *numbers: int) -> None:
    """Takes the database back to before these events, as a restore does."""
    async with database.transaction() as session:
        for number in numbers:
            await execute(session, "DELETE FROM outbox WHERE data ->> 'number' = :number", number=f"S{number}")


async def relay_once(database: Database, broker: Nats) -> None:
    """Runs the relay until it has compared the stream; raises what it raises."""
    with pytest.raises(StreamAhead, match="run `ratebook restore-finish`"):
        await asyncio.wait_for(Relay("receivables", database, broker.url("receivables")).run(), 5)


async def test_the_relay_publishes_nothing_while_the_stream_is_ahead_of_its_database(
    receivables_database: Database, broker: Nats
) -> None:
    async with relaying(receivables_database, broker):
        await append(receivables_database, 1, 2)
        await eventually(lambda: published(receivables_database), 2)
    await undo(receivables_database, 2)
    await append(receivables_database, 3)
    await relay_once(receivables_database, broker)
    assert await published(receivables_database) == 1
    assert await messages(broker) == 2


async def test_what_failing_loops_say_includes_what_to_do(receivables_database: Database, broker: Nats) -> None:
    async with relaying(receivables_database, broker):
        await append(receivables_database, 1)
        await eventually(lambda: published(receivables_database), 1)
    await undo(receivables_database, 1)
    failing: dict[str, str] = {}

    async def said() -> bool:
        return "restore-finish" in failing.get("relay", "")

    async with running({"relay": Relay("receivables", receivables_database, broker.url("receivables")).run}, failing):
        await eventually(said, wanted=True)


@pytest.mark.parametrize("lost", ["the acknowledgement", "the row, because it is old"])
async def test_an_event_that_the_database_had_published_stops_nothing(
    receivables_database: Database, broker: Nats, lost: str
) -> None:
    async with relaying(receivables_database, broker):
        await append(receivables_database, 1)
        await eventually(lambda: published(receivables_database), 1)
    async with receivables_database.transaction() as session:
        if lost == "the acknowledgement":
            await execute(session, "UPDATE outbox SET published_at = NULL, stream_sequence = NULL")
        else:
            await execute(session, "UPDATE outbox SET published_at = now() - interval '36 days'")
            assert await outbox.prune(session, 10) == 1
    assert await published(receivables_database) == 0
    async with relaying(receivables_database, broker):
        await append(receivables_database, 2)
        await eventually(lambda: published(receivables_database), 2 if lost == "the acknowledgement" else 1)


@pytest.mark.parametrize("incarnation", [None, uuid4()])
async def test_messages_of_no_life_and_of_another_stop_nothing(
    receivables_database: Database, broker: Nats, incarnation: UUID | None
) -> None:
    await publish_raw(broker, foreign(7, incarnation))
    async with relaying(receivables_database, broker):
        await append(receivables_database, 1)
        await eventually(lambda: published(receivables_database), 1)


def foreign(number: int, incarnation: UUID | None) -> bytes:
    event = customer(number)
    return envelope_bytes(
        uuid4(), "receivables", CustomerChanged.event_name(), NOW, event.model_dump_json(), incarnation
    )


async def test_after_a_restore_only_what_the_database_has_is_handled(
    receivables_database: Database,
    rating_database: Database,
    broker: Nats,
    reader: Reader,
    restore_finish: Callable[..., Awaitable[None]],
) -> None:
    """Event 2 is undone by the restore and unread; 3 was waiting, and was published in the life that ended."""
    async with relaying(receivables_database, broker):
        await append(receivables_database, 1, 2, 3)
        await eventually(lambda: published(receivables_database), 3)
    await undo(receivables_database, 2)
    async with receivables_database.transaction() as session:
        await execute(
            session,
            "UPDATE outbox SET published_at = NULL, stream_sequence = NULL WHERE data ->> 'number' = 'S3'",
        )
    await restore_finish(receivables=receivables_database, rating=rating_database)
    async with relaying(receivables_database, broker), reader.reading():
        await append(receivables_database, 4)
        await eventually(reader.count, 3)
        await eventually(lambda: _dead(reader), 3)
    assert sorted(reader.handled) == ["S1", "S3", "S4"]
    assert all("before the database of receivables was restored" in reason for reason in await reader.dead())


async def _dead(reader: Reader) -> int:
    return len(await reader.dead())


@pytest.mark.parametrize("incarnation", [None, uuid4()])
async def test_before_any_restore_every_message_is_handled(
    broker: Nats, reader: Reader, incarnation: UUID | None
) -> None:
    """Also those that were published before the upgrade, and have no incarnation."""
    await publish_raw(broker, foreign(1, incarnation))
    async with reader.reading():
        await eventually(reader.count, 1)


async def test_after_a_restore_a_message_without_an_incarnation_is_set_aside(
    rating_database: Database, broker: Nats, reader: Reader, restore_finish: Callable[..., Awaitable[None]]
) -> None:
    await restore_finish(rating=rating_database)
    await publish_raw(broker, foreign(1, None))
    async with reader.reading():
        await eventually(lambda: _dead(reader), 1)
    assert reader.handled == []


async def test_no_service_can_begin_a_new_life_by_itself(receivables_database: Database) -> None:
    for statement in (
        "INSERT INTO incarnation VALUES ('x', gen_random_uuid())",
        "UPDATE incarnation SET service = 'x'",
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with receivables_database.transaction() as session:
                await session.execute(text(statement))
    async with receivables_database.transaction() as session:
        assert await fetch_value(session, "SELECT count(*) FROM incarnation") == 1
