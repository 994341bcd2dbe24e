"""Running SQL statements: rows become values, values become rows."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import CursorResult, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.values.fields import maker

T = TypeVar("T")

DIGEST = """encode(sha256(convert_to(string_agg(place, E'\\n' ORDER BY place COLLATE "C"), 'UTF8')), 'hex')"""
"""An aggregate over `place`: a text that two databases can compare instead of all their rows."""


async def execute(session: AsyncSession, sql: str, /, **parameters: object) -> int:
    """Runs one statement and returns the number of rows that it affected."""
    result = await session.execute(text(sql), parameters)
    assert isinstance(result, CursorResult)
    return result.rowcount


async def fetch_all(session: AsyncSession, kind: type[T], sql: str, /, **parameters: object) -> list[T]:
    """The rows of one statement as values of `kind`; column names are field names."""
    result = await session.execute(text(sql), parameters)
    names = tuple(result.keys())
    make = maker(kind, names)
    return [make(dict(zip(names, row, strict=True))) for row in result]


async def fetch_one(session: AsyncSession, kind: type[T], sql: str, /, **parameters: object) -> T | None:
    """The single row of one statement as a value of `kind`, or None."""
    result = await session.execute(text(sql), parameters)
    names = tuple(result.keys())
    row = result.one_or_none()
    return None if row is None else maker(kind, names)(dict(zip(names, row, strict=True)))


async def fetch_values(session: AsyncSession, sql: str, /, **parameters: object) -> list[Any]:
    """The first column of every row."""
    result = await session.execute(text(sql), parameters)
    return list(result.scalars())


async def fetch_value(session: AsyncSession, sql: str, /, **parameters: object) -> Any:
    """The first column of the first row, or None."""
    result = await session.execute(text(sql), parameters)
    return result.scalar()


async def copy_records(
    session: AsyncSession, table: str, names: Sequence[str], records: Sequence[tuple[Any, ...]]
) -> None:
    """Writes the records into the columns `names` of the table with COPY; JSON documents are given as text.

    The fastest way to write thousands of rows. Triggers and constraints apply as for an INSERT, and errors are
    DBAPIError as for any statement.
    """
    if not records:
        return
    connection = await (await session.connection()).get_raw_connection()
    driver = connection.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    try:
        await driver.copy_records_to_table(table, records=records, columns=names)
    except asyncpg.PostgresError as error:
        raise DBAPIError(f"COPY {table}", None, error) from error


async def copy_rows(
    session: AsyncSession, table: str, names: Sequence[str], rows: Sequence[Any], **same: object
) -> None:
    """Copies the attributes `names` of the rows into the columns of the same names, and `same` into every row.

    A name with dots reads an attribute of an attribute; its last part is the name of the column.
    """
    read = attrgetter(*names)
    values = tuple(same.values())
    columns_of_names = [*same, *(name.rpartition(".")[2] for name in names)]
    await copy_records(session, table, columns_of_names, [(*values, *read(row)) for row in rows])


def columns(rows: Sequence[Any], *names: str) -> dict[str, list[Any]]:
    """Turns rows into one list per field, the parameters of an `unnest`."""
    return {name: [getattr(row, name) for row in rows] for name in names}
