"""The pool hands out connections in order, and its figures are right."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.database.pool import Database


@pytest.fixture
async def database(rating_database: Database) -> AsyncIterator[Database]:
    """A database with a pool of two connections."""
    small = Database(rating_database.url, 2)
    yield small
    await small.close()


async def test_callers_are_served_in_order(database: Database) -> None:
    """Callers who come again and again do not overtake those who are waiting."""
    asked = served = 0
    overtaken: list[int] = []

    async def clerk() -> None:
        nonlocal asked, served
        for _ in range(20):
            asked += 1
            turn = asked
            async with database.transaction() as session:
                await session.connection()
                served += 1
                overtaken.append(served - turn)
                await session.execute(text("SELECT 1"))

    # Both connections are opened first: on a busy machine that takes so long that many are served by the other one.
    async with database.transaction() as first, database.transaction() as second:
        await first.connection()
        await second.connection()
    await asyncio.gather(*(clerk() for _ in range(20)))
    assert served == 400
    # A few may overtake, because two are served at once. Without turns it is over 50.
    assert max(overtaken) <= 20


async def test_connections_come_back_whatever_happens_to_them(database: Database) -> None:
    async def break_a_statement() -> None:
        async with database.transaction() as session:
            await session.execute(text("SELECT 1 / 0"))

    async def lose_the_connection() -> None:
        async with database.transaction() as session:
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async def give_up() -> None:
        async with asyncio.timeout(0.05), database.transaction() as session:
            await session.execute(text("SELECT pg_sleep(5)"))

    for fate, error in ((break_a_statement, DBAPIError), (lose_the_connection, DBAPIError), (give_up, TimeoutError)):
        for _ in range(3):
            with pytest.raises(error):
                await fate()
    async with asyncio.timeout(10):
        await asyncio.gather(*(database.ping() for _ in range(10)))
    assert (database.pool.checkedout(), database.pool.waiting) == (0, 0)


async def test_cancelled_waiters_leave_their_turn_to_others(database: Database) -> None:
    async with database.transaction() as one, database.transaction() as two:
        await one.connection()
        await two.connection()
        waiting = [asyncio.create_task(database.ping()) for _ in range(5)]
        await asyncio.sleep(0.05)
        assert database.pool.waiting == 5
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    assert database.pool.waiting == 0
    async with asyncio.timeout(10):
        await asyncio.gather(*(database.ping() for _ in range(10)))


async def test_an_exhausted_pool_raises_a_time_out(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database.pool, "_timeout", 0.1)
    async with database.transaction() as one, database.transaction() as two:
        await one.connection()
        await two.connection()
        with pytest.raises(PoolTimeout, match="all 2 connections"):
            await database.ping()
    await database.ping()


async def test_connections_that_the_server_closed_are_replaced_at_once(database: Database) -> None:
    await asyncio.gather(*(database.ping() for _ in range(2)))
    other = await database.connect("test")
    await other.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database() AND usename = current_user"
    )
    await other.close()
    await asyncio.sleep(0.1)
    await database.ping()


async def test_an_idle_connection_is_asked_whether_it_still_answers_and_one_in_use_is_not(database: Database) -> None:
    asked: list[str] = []
    async with database.transaction() as session:
        raw = await (await session.connection()).get_raw_connection()
        assert isinstance(raw.driver_connection, asyncpg.Connection)
        raw.driver_connection.add_query_logger(lambda record: asked.append(record.query))
    await database.ping()
    assert asked == ["BEGIN;", "COMMIT;"]
    await asyncio.sleep(1.1)
    await database.ping()
    assert asked[2:] == [";", "BEGIN;", "COMMIT;"]


async def test_an_idle_connection_that_was_cut_silently_is_replaced(database: Database) -> None:
    """A firewall forgets idle connections: both ends believe that they are open, until one of them sends something."""
    cut = False
    address = urlsplit(database.url)

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, may_be_cut: bool) -> None:
        with closing(writer):
            while (data := await reader.read(65_536)) and not (cut and may_be_cut):
                writer.write(data)

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(address.hostname, address.port)
        old = not cut
        await asyncio.gather(
            forward(reader, server_writer, may_be_cut=old), forward(server_reader, writer, may_be_cut=old)
        )

    proxy = await asyncio.start_server(connect, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    behind = Database(database.url.replace(f":{address.port}/", f":{port}/"), 1)
    await behind.ping()
    cut = True
    await asyncio.sleep(1.1)
    await behind.ping()
    await behind.close()
    proxy.close()
