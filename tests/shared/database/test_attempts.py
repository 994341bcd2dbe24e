"""A row that fails, fails alone, and is given up after a few tries."""

import logging
from collections.abc import Sequence

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.attempts import Attempts, isolate
from shared.database.pool import Database

_ADD = text("INSERT INTO rating_run (status, requested_by, requested_at, orders) VALUES ('running', 'b', now(), :row)")


async def add(session: AsyncSession, rows: Sequence[int]) -> None:
    """Adds rows; 7 is a division by zero, 8 a fault of the program."""
    for row in rows:
        await session.execute(_ADD, {"row": row})
        if row == 7:
            await session.execute(text("SELECT 1 / 0"))
        if row == 8:
            raise ValueError(row)


async def added(database: Database) -> list[int]:
    async with database.transaction() as session:
        return list((await session.execute(text("SELECT orders FROM rating_run ORDER BY orders"))).scalars())


async def test_only_the_rows_at_fault_are_left_out_and_returned(rating_database: Database) -> None:
    async with rating_database.transaction() as session:
        failed = await isolate(session, range(1, 21), lambda rows: add(session, rows))
    assert [(row, type(error)) for row, error in failed] == [(7, DBAPIError), (8, ValueError)]
    assert await added(rating_database) == [row for row in range(1, 21) if row not in {7, 8}]


async def test_a_deadlock_is_not_the_fault_of_a_row(rating_database: Database) -> None:
    async def collide(_rows: Sequence[int]) -> None:
        await session.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$"))

    attempts = Attempts("test")
    with pytest.raises(DBAPIError):
        async with rating_database.transaction() as session:
            await isolate(session, [1, 2], collide)
    with pytest.raises(DBAPIError):
        async with rating_database.transaction() as session, attempts.attempt(session, 1, "row 1"):
            await collide([1])
    assert attempts.left_out == []


async def fail(database: Database, attempts: Attempts) -> None:
    async with database.transaction() as session, attempts.attempt(session, 7, "row 7"):
        await add(session, [7])


async def test_a_row_that_fails_again_and_again_is_given_up_named_and_counted(
    rating_database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A logger of its own, because servers of other tests in this process change those of the product.
    logger = logging.getLogger("tests.attempts")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(caplog.handler)
    monkeypatch.setattr("shared.database.attempts.log", logger)
    attempts = Attempts("given up", pauses_seconds=(0, 0))
    for _ in range(2):
        await fail(rating_database, attempts)
        assert (attempts.left_out, attempts.given_up) == ([], {})
    caplog.clear()
    await fail(rating_database, attempts)
    assert (attempts.left_out, [*attempts.given_up]) == ([7], [7])
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "row 7 was given up after 3 tries" in caplog.text
    assert REGISTRY.get_sample_value("ratebook_job_given_up_total", {"job": "given up"}) == 1
    assert await added(rating_database) == []


async def test_a_row_that_succeeds_in_the_end_starts_from_the_beginning(rating_database: Database) -> None:
    attempts = Attempts("test", pauses_seconds=(0, 0))
    await fail(rating_database, attempts)
    await fail(rating_database, attempts)
    async with rating_database.transaction() as session, attempts.attempt(session, 7, "row 7"):
        await add(session, [1])
    await fail(rating_database, attempts)
    assert attempts.given_up == {}
    assert await added(rating_database) == [1]


async def test_after_a_failure_the_row_waits_while_others_have_their_turn(rating_database: Database) -> None:
    attempts = Attempts("test")
    await fail(rating_database, attempts)
    assert attempts.left_out == [7]
