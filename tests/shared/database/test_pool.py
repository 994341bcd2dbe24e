"""The pool hands out connections in order, and its figures are right."""

import asyncio
from collections.abc import AsyncIterator

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
