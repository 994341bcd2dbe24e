"""What is too old is deleted part by part, by one instance at a time, and nothing else is."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.pool import Database
from shared.database.statements import execute, fetch_value
from shared.service.jobs import Bell
from shared.service.pruning import OF_EVERY_SERVICE, prune_jobs

_FILL = {
    "outbox": """
        INSERT INTO outbox (event_name, data, published_at)
        SELECT 'e', '{}', now() - make_interval(days => days) FROM unnest(ARRAY[36, 36, 36, 34, NULL]) AS days
    """,
    "inbox": """
        INSERT INTO inbox (consumer, event_id, received_at)
        SELECT 'c', gen_random_uuid(), now() - make_interval(days => days) FROM unnest(ARRAY[61, 61, 61, 59, 0]) AS days
    """,
    "dead letters": """
        INSERT INTO dead_letter (consumer, subject, stream_sequence, payload, reason, deliveries, created_at, replayed_at)
        SELECT 'c', 's', position, '', '', 1, now() - interval '1 year', now() - make_interval(days => days)
        FROM unnest(ARRAY[91, 92, 93, 89, NULL]) WITH ORDINALITY AS one (days, position)
    """,
    "answers kept for repeated commands": """
        INSERT INTO idempotency_key (principal, route, key, fingerprint, status, headers, body, created_at)
        SELECT 'p', 'r', position, '', 200, '{}', '', now() - make_interval(days => days)
        FROM unnest(ARRAY[8, 8, 8, 6, 0]) WITH ORDINALITY AS one (days, position)
    """,
}
_TABLES = {
    "outbox": "outbox",
    "inbox": "inbox",
    "dead letters": "dead_letter",
    "answers kept for repeated commands": "idempotency_key",
}


async def fill(database: Database, name: str) -> None:
    async with database.transaction() as session:
        await execute(session, f"DELETE FROM {_TABLES[name]}")
        await execute(session, _FILL[name])


async def count(database: Database, name: str) -> int:
    async with database.transaction() as session:
        left: int = await fetch_value(session, f"SELECT count(*) FROM {_TABLES[name]}")
    return left


async def do_part(database: Database, name: str) -> bool:
    async with database.transaction() as session:
        return await prune_jobs(OF_EVERY_SERVICE, part_rows=2)[f"prune {name}"].part(session)


@pytest.mark.parametrize("name", _FILL)
async def test_only_what_is_too_old_is_deleted_and_only_a_part_at_a_time(rating_database: Database, name: str) -> None:
    await fill(rating_database, name)
    parts = []
    for _ in range(2):
        more = await do_part(rating_database, name)
        parts.append((more, await count(rating_database, name)))
    assert parts == [(True, 3), (False, 2)]


async def test_one_instance_prunes_at_a_time(rating_database: Database) -> None:
    await fill(rating_database, "inbox")
    async with rating_database.transaction() as other:
        assert await prune_jobs(OF_EVERY_SERVICE, part_rows=2)["prune inbox"].part(other)
        assert not await do_part(rating_database, "inbox")
    assert await count(rating_database, "inbox") == 3


async def test_pruning_continues_until_nothing_is_left_and_does_not_hear_the_bell(rating_database: Database) -> None:
    parts = 0

    async def three_parts(_: AsyncSession, limit: int) -> int:
        nonlocal parts
        parts += 1
        return limit if parts < 3 else 0

    bell, made = Bell(), prune_jobs({"things": three_parts})
    pruning = asyncio.create_task(made["prune things"].run(rating_database, bell))
    async with asyncio.timeout(8):
        while parts < 3:
            await asyncio.sleep(0.01)
    for _ in range(20):
        bell.ring()
        await asyncio.sleep(0.01)
    pruning.cancel()
    assert parts == 3


async def test_an_event_that_became_pending_again_meanwhile_is_not_deleted(rating_database: Database) -> None:
    await fill(rating_database, "outbox")
    async with rating_database.transaction() as relay:
        await execute(relay, "UPDATE outbox SET published_at = NULL")
        deleting = asyncio.create_task(do_part(rating_database, "outbox"))
        await asyncio.sleep(0.2)
        assert not deleting.done()
    await deleting
    assert await count(rating_database, "outbox") == 5
