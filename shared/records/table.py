"""The SQL of records: one declaration of a table gives all statements, and each handles any number of rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.access.grants import Scope
from shared.database.columns import column_types
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_count, fetch_page
from shared.database.statements import columns, execute, fetch_all
from shared.values.columns import Record
from shared.values.fields import maker
from shared.values.text import in_words

RowT = TypeVar("RowT", bound=Record)


@dataclass(frozen=True)
class Kept(Generic[RowT]):
    """A stored record with its revision, which grows with each change."""

    row: RowT
    revision: int


@dataclass(frozen=True)
class RecordTable(Generic[RowT]):
    """A table of records, each with a revision that grows with each change.

    `kind` is the record, whose fields are the columns. `searched` are the columns that a search covers. `ar_company`
    and `customer` are the SQL expressions that the caller's limits apply to, with the alias `t`. `kept` are the columns
    that never change once a row exists, besides the key. `shown` are additional columns, read by an expression and not
    written.
    """

    table: Table
    kind: type[RowT]
    searched: Sequence[str]
    ar_company: str | None = "t.ar_company"
    customer: str | None = None
    kept: frozenset[str] = frozenset()
    shown: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def words(self) -> str:
        return in_words(self.name)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.primary_key.columns)

    @cached_property
    def types(self) -> dict[str, str]:
        """The SQL type of every column that is written."""
        types = column_types(self.table)
        del types["revision"]
        return types

    @cached_property
    def select(self) -> str:
        own = [f"t.{name}" for name in self.types]
        return ", ".join([*own, *(f"{expression} AS {name}" for name, expression in self.shown.items())])

    @cached_property
    def one_of(self) -> str:
        """The SQL condition that selects the row with the key in the parameters."""
        return " AND ".join(f"t.{name} = :{name}" for name in self.keys)

    @property
    def retires(self) -> bool:
        return "retired_on" in self.types

    def key_of(self, row: object) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self.keys)

    def shown_key(self, key: Sequence[Any]) -> str:
        return " / ".join(map(str, key))


def _within(table: RecordTable[RowT], scope: Scope) -> Where:
    return Where().within(scope, branch=None, customer=table.customer, ar_company=table.ar_company)


async def find_row(
    session: AsyncSession, table: RecordTable[RowT], scope: Scope, key: Sequence[Any], *, lock: bool = False
) -> Kept[RowT] | None:
    """The row with this key within the scope, or None; `lock` blocks other changes to it."""
    where = _within(table, scope).add(table.one_of, **dict(zip(table.keys, key, strict=True)))
    held = "FOR NO KEY UPDATE OF t" if lock else ""
    statement = f"SELECT {table.select}, t.revision FROM {table.name} t WHERE {where.sql} {held}"
    found = (await session.execute(text(statement), where.parameters)).mappings().one_or_none()
    if found is None:
        return None
    row = {name: value for name, value in found.items() if name != "revision"}
    return Kept(maker(table.kind, tuple(row))(row), found["revision"])


async def load_rows(session: AsyncSession, table: RecordTable[RowT], **equal: object) -> list[RowT]:
    """All rows whose columns have the given values, ordered by key."""
    conditions = " AND ".join(["true", *(f"t.{name} = :{name}" for name in equal)])
    order = ", ".join(f"t.{name}" for name in table.keys)
    statement = f"SELECT {table.select} FROM {table.name} t WHERE {conditions} ORDER BY {order}"
    return await fetch_all(session, table.kind, statement, **equal)


async def known_rows(session: AsyncSession, table: RecordTable[RowT], rows: Sequence[RowT]) -> list[RowT]:
    """The stored rows with the keys of the given rows."""
    names = ", ".join(table.keys)
    arrays = ", ".join(f"CAST(:{name} AS {table.types[name]}[])" for name in table.keys)
    same = " AND ".join(f"t.{name} = wanted.{name}" for name in table.keys)
    return await fetch_all(
        session,
        table.kind,
        f"SELECT {table.select} FROM unnest({arrays}) AS wanted ({names}) JOIN {table.name} t ON {same}",
        **columns(rows, *table.keys),
    )


async def list_rows(
    session: AsyncSession, table: RecordTable[RowT], scope: Scope, wanted: Mapping[str, Any], query: PageQuery
) -> tuple[list[RowT], str | None, int]:
    """One page of the rows that match, the next cursor, and how many match.

    `wanted` has values for columns, for `search`, which covers several columns, and for `retired`. None is no filter.
    """
    where = _within(table, scope)
    for name, value in wanted.items():
        if name == "search":
            found = " OR ".join(f"CAST(t.{column} AS text) ILIKE :search_pattern" for column in table.searched)
            where.add(f"({found})", search_pattern=containing(value))
        elif name == "retired":
            where.add("(t.retired_on IS NOT NULL) = :retired", retired=value)
        else:
            where.add(f"t.{name} = :{name}", **{name: value})
    source = f"{table.name} t"
    rows, cursor = await fetch_page(
        session, table.kind, columns=table.select, source=source, where=where, sorting=_sorting(table), query=query
    )
    return rows, cursor, await fetch_count(session, source, where)


def _sorting(table: RecordTable[RowT]) -> Sorting:
    """Sorts by the key as one text, with numbers padded, or by any of the searched columns."""
    parts = [
        f't.{name} COLLATE "C"' if table.types[name] == "text" else f"lpad(CAST(t.{name} AS text), 12, '0')"
        for name in table.keys
    ]
    key = "concat_ws(' ', " + ", ".join(parts) + ')::text COLLATE "C"'
    orders = {name: (f"CAST(t.{name} AS text)", "text") for name in table.searched}
    return Sorting({**orders, "key": (key, "text")}, default="key", key=key, key_type="text")


async def insert_row(session: AsyncSession, table: RecordTable[RowT], row: RowT) -> bool:
    """Adds a row; returns False if its key is in use."""
    added = await execute(session, f"{_insert(table)} ON CONFLICT DO NOTHING", **columns([row], *table.types))
    return added == 1


def _insert(table: RecordTable[RowT]) -> str:
    names = ", ".join(table.types)
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in table.types.items())
    return f"INSERT INTO {table.name} AS t ({names}) SELECT {names} FROM unnest({arrays}) AS row ({names})"


async def upsert_rows(session: AsyncSession, table: RecordTable[RowT], rows: Sequence[RowT]) -> None:
    """Adds new rows and updates existing ones that differ, in one statement."""
    if not rows:
        return
    values = [name for name in table.types if name not in table.keys and name not in table.kept]
    changes = ", ".join(f"{name} = excluded.{name}" for name in values)
    before = ", ".join(f"t.{name}" for name in values)
    after = ", ".join(f"excluded.{name}" for name in values)
    await execute(
        session,
        f"""
        {_insert(table)}
        ON CONFLICT ({", ".join(table.keys)}) DO UPDATE SET {changes}, revision = t.revision + 1
        WHERE ({before}) IS DISTINCT FROM ({after})
        """,
        **columns(rows, *table.types),
    )
