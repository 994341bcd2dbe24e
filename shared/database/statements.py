"""Running SQL statements: rows become values, values become rows."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from types import NoneType
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.values.fields import maker

T = TypeVar("T")

_SEPARATOR, _END, _NULL, _NEXT = "\x1f", "\x1e", "\x1d", "\n"
_PLAIN = {str, int, bool, Decimal, date, datetime, UUID, NoneType}
"""The types whose `str` is what PostgreSQL reads."""

DIGEST = """encode(sha256(convert_to(string_agg(place, E'\\n' ORDER BY place COLLATE "C"), 'UTF8')), 'hex')"""
"""An aggregate over `place`: a text that two databases can compare instead of all their rows."""


@lru_cache(maxsize=2_000)
def _clause(sql: str) -> TextClause:
    # To find the parameters in a long statement takes as long as to send it.
    return text(sql)


async def execute(session: AsyncSession, sql: str, /, **parameters: object) -> int:
    """Runs one statement and returns the number of rows that it affected."""
    result = await session.execute(_clause(sql), parameters)
    assert isinstance(result, CursorResult)
    return result.rowcount


async def fetch_all(session: AsyncSession, kind: type[T], sql: str, /, **parameters: object) -> list[T]:
    """The rows of one statement as values of `kind`; column names are field names."""
    result = await session.execute(_clause(sql), parameters)
    names = tuple(result.keys())
    make = maker(kind, names)
    return [make(dict(zip(names, row, strict=True))) for row in result]


async def fetch_one(session: AsyncSession, kind: type[T], sql: str, /, **parameters: object) -> T | None:
    """The single row of one statement as a value of `kind`, or None."""
    result = await session.execute(_clause(sql), parameters)
    names = tuple(result.keys())
    row = result.one_or_none()
    return None if row is None else maker(kind, names)(dict(zip(names, row, strict=True)))


async def fetch_values(session: AsyncSession, sql: str, /, **parameters: object) -> list[Any]:
    """The first column of every row."""
    result = await session.execute(_clause(sql), parameters)
    return list(result.scalars())


async def fetch_value(session: AsyncSession, sql: str, /, **parameters: object) -> Any:
    """The first column of the first row, or None."""
    result = await session.execute(_clause(sql), parameters)
    return result.scalar()


async def read_much(session: AsyncSession) -> None:
    """Lets this transaction sort and join in memory, on one processor.

    Several workers would each read everything, and leave no processor to the requests.
    """
    await execute(
        session,
        "SELECT set_config('work_mem', '64MB', true), set_config('max_parallel_workers_per_gather', '0', true)",
    )


async def try_turn(session: AsyncSession, name: str) -> bool:
    """Whether no other transaction holds the turn of this name; this one then holds it until it ends."""
    held: bool = await fetch_value(
        session, "SELECT pg_try_advisory_xact_lock(hashtextextended(CAST(:name AS text), 0))", name=name
    )
    return held


@dataclass(frozen=True)
class Copy:
    """Records that are ready to be written into the columns `names` of a table, as text where that is possible."""

    table: str
    names: Sequence[str]
    records: Sequence[tuple[Any, ...]]
    text: bytes | None

    async def write(self, session: AsyncSession) -> None:
        """Writes the records with COPY, the fastest way to write thousands of rows.

        Triggers and constraints apply as for an INSERT, and errors are DBAPIError as for any statement.
        """
        if not self.records:
            return
        connection = await (await session.connection()).get_raw_connection()
        driver = connection.driver_connection
        assert isinstance(driver, asyncpg.Connection)
        try:
            if self.text is None:
                await driver.copy_records_to_table(self.table, records=self.records, columns=self.names)
            else:
                await driver.copy_to_table(
                    self.table,
                    source=_once(self.text),
                    columns=self.names,
                    format="text",
                    delimiter=_SEPARATOR,
                    null=_NULL,
                    encoding="utf8",
                )
        except asyncpg.PostgresError as error:
            raise DBAPIError(f"COPY {self.table}", None, error) from error


async def _once(text: bytes) -> AsyncIterator[bytes]:
    # The driver would take plain bytes for the path of a file.
    yield text


async def copy_records(
    session: AsyncSession, table: str, names: Sequence[str], records: Sequence[tuple[Any, ...]]
) -> None:
    """Writes the records into the columns `names` of the table with COPY; JSON documents are given as text."""
    await Copy(table, names, records, plain_text(records)).write(session)


def plain_text(records: Sequence[tuple[Any, ...]]) -> bytes | None:
    """The records as text for COPY; None if they have a value that the driver must write.

    The driver takes decimals apart digit by digit, which was a quarter of the time for booking an invoice. Here every
    step is a loop of C over a whole column.
    """
    columns_of_text: list[Iterable[str]] = []
    nulls = 0
    for column in zip(*records, strict=True):
        kinds = set(map(type, column))
        if not kinds <= _PLAIN:
            return None
        if kinds == {NoneType}:
            nulls += len(column)
            columns_of_text.append([_NULL] * len(column))
        elif NoneType in kinds:
            nulls += column.count(None)
            columns_of_text.append([_NULL if value is None else str(value) for value in column])
        else:
            columns_of_text.append(column if kinds == {str} else map(str, column))
    text_of_rows = _END.join(map(_SEPARATOR.join, zip(*columns_of_text, strict=True)))
    rows, separators = len(records), len(records) * (len(columns_of_text) - 1)
    marks = (text_of_rows.count(_END) + 1, text_of_rows.count(_SEPARATOR), text_of_rows.count(_NULL))
    if marks != (rows, separators, nulls):
        # A value has one of the marks in it.
        return None
    escaped = text_of_rows.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{escaped.replace(_END, _NEXT)}\n".encode()


async def copy_rows(
    session: AsyncSession, table: str, names: Sequence[str], rows: Sequence[Any], **same: object
) -> None:
    """Copies the attributes `names` of the rows into the columns of the same names, and `same` into every row."""
    await prepare_copy(table, names, rows, **same).write(session)


def prepare_copy(table: str, names: Sequence[str], rows: Sequence[Any], **same: object) -> Copy:
    """What `copy_rows` writes, ready: the part of the work that needs no database.

    A name with dots reads an attribute of an attribute; its last part is the name of the column.
    """
    read = attrgetter(*names)
    values = tuple(same.values())
    columns_of_names = [*same, *(name.rpartition(".")[2] for name in names)]
    records = [(*values, *read(row)) for row in rows]
    return Copy(table, columns_of_names, records, plain_text(records))


def columns(rows: Sequence[Any], *names: str) -> dict[str, list[Any]]:
    """Turns rows into one list per field, the parameters of an `unnest`."""
    return {name: [getattr(row, name) for row in rows] for name in names}


def packed(values: Iterable[int]) -> str:
    """Whole numbers as the text of an array, for `CAST(CAST(:name AS text) AS bigint[])`.

    The driver asks of every element of an array whether it is an array itself, which takes longer than all the rest.
    Use it where hundreds are looked up by key: the planner does not see how many there are, and expects a few.
    """
    return f"{{{','.join(map(str, values))}}}"
