"""What is copied into a table arrives unchanged, whatever characters it has and whichever way it takes."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from shared.database.pool import Database
from shared.database.statements import copy_records, execute, plain_text

AWKWARD = ["", " ", "\\", "\\N", "\\.", "a\tb", "a\nb\r\nc", "é€\"'", "\x1d", "a\x1eb", "\x1f", "NULL", "true"]


@pytest.mark.parametrize("words", AWKWARD)
async def test_every_text_is_copied_as_it_is(rating_database: Database, words: str) -> None:
    rows: list[tuple[Any, ...]] = [(1, words, None), (2, None, words), (3, words, words)]
    assert await copied(rating_database, "id int, one text, other text", rows) == rows


async def test_numbers_dates_and_truth_values_are_copied_exactly(rating_database: Database) -> None:
    moment = datetime(2026, 11, 30, 12, 0, 0, 123456, tzinfo=UTC)
    rows = [
        (Decimal("0.00"), Decimal("1E+3"), True, date(2026, 2, 28), moment, uuid4(), 2**62),
        (Decimal("-999999999.99"), Decimal("0.12345"), False, date(9999, 12, 31), moment, uuid4(), -1),
        (None, None, None, None, None, None, None),
    ]
    kinds = "a numeric(18, 2), b numeric, c boolean, d date, e timestamptz, f uuid, g bigint"
    assert await copied(rating_database, kinds, rows) == rows


async def test_what_has_no_plain_text_takes_the_drivers_own_way(rating_database: Database) -> None:
    rows = [(1, ["a", "b"], b"\x00\\"), (2, [], b"")]
    assert plain_text(rows) is None
    assert await copied(rating_database, "id int, one text[], other bytea", rows) == rows


async def test_nothing_is_copied_without_rows(rating_database: Database) -> None:
    assert await copied(rating_database, "id int", []) == []


def test_a_mark_of_the_format_inside_a_value_is_noticed() -> None:
    assert plain_text([(1, "a")]) == b"1\x1fa\n"
    assert all(plain_text([(1, f"a{mark}b"), (2, "c")]) is None for mark in "\x1d\x1e\x1f")


async def copied(database: Database, columns: str, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows after they were copied into a new table with these columns, in the same order."""
    names = [column.split()[0] for column in columns.replace("numeric(18, 2)", "numeric").split(", ")]
    async with database.transaction() as session:
        await execute(session, f"CREATE TEMP TABLE copied (position int GENERATED ALWAYS AS IDENTITY, {columns})")
        await copy_records(session, "copied", names, rows)
        connection = await session.connection()
        found = await connection.exec_driver_sql(f"SELECT {', '.join(names)} FROM copied ORDER BY position")
        return [tuple(row) for row in found]
