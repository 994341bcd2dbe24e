"""The SQL of records: one declaration of a table gives all statements, and each handles any number of rows."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from operator import attrgetter
from typing import Any, Generic, TypeVar, cast

from pydantic import create_model
from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.access.grants import Scope
from shared.database.columns import arrays_of, column_types, to_codes, values_of
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_list_count, fetch_page
from shared.database.statements import columns, execute, fetch_all
from shared.values.columns import Changed, Record
from shared.values.fields import maker
from shared.values.names import fold
from shared.values.text import in_words, shown_key

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
    written. `entry` is what people enter, if the record shows more than that. `key` and `order` are the columns that
    identify a row and that a list is sorted by, if that is not the primary key. `folded` is a key that people type as
    they like: the column `<folded>_key` has its form for comparison, unique but for older rows. `named` are columns with
    the name of another record, which people type as they like too: column → the SQL condition of a filter by it.
    """

    table: Table
    kind: type[RowT]
    searched: Sequence[str] = ()
    ar_company: str | None = "t.ar_company"
    customer: str | None = None
    kept: frozenset[str] = frozenset()
    shown: Mapping[str, str] = field(default_factory=dict)
    entry: type[RowT] | None = None
    key: Sequence[str] = ()
    order: Sequence[str] = ()
    folded: str | None = None
    named: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def words(self) -> str:
        return in_words(self.name)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.key) or tuple(column.name for column in self.table.primary_key.columns)

    @cached_property
    def shown_kind(self) -> type[RowT]:
        """The record as it is answered: with who changed it last, and when."""
        bases: Any = (Changed, self.kind)
        made: Any = create_model(f"{self.kind.__name__}Read", __base__=bases, __doc__=self.kind.__doc__)
        return cast("type[RowT]", made)

    @property
    def entered(self) -> type[RowT]:
        """What people enter: the body that creates a row, and the row of a file."""
        return self.entry or self.kind

    @cached_property
    def types(self) -> dict[str, str]:
        """The SQL type of every column that is written from a row."""
        return column_types(self.table, self.entered)

    @property
    def changeable(self) -> list[str]:
        """The columns that can change once a row exists."""
        return [name for name in self.types if name not in self.keys and name not in self.kept]

    @property
    def numbered(self) -> bool:
        """Whether the database assigns the key, so that what people enter has none."""
        return not self.types.keys() >= set(self.keys)

    @cached_property
    def select(self) -> str:
        own = [f"t.{name}" for name in dict.fromkeys([*self.keys, *self.types])]
        return ", ".join([*own, *(f"{expression} AS {name}" for name, expression in self.shown.items())])

    @property
    def select_shown(self) -> str:
        return f"{self.select}, t.changed_by, t.changed_at"

    @cached_property
    def one_of(self) -> str:
        """The SQL condition that selects the row with the key in the parameters."""
        return " AND ".join(f"t.{name} = :{name}" for name in self.keys)

    @property
    def retires(self) -> bool:
        return "retired_on" in self.types

    @property
    def lasts(self) -> bool:
        """Whether a row is in force from one day to another, both included."""
        return self.types.keys() >= {"effective_from", "effective_to"}

    def key_of(self, row: object) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self.keys)

    @property
    def key_in_file(self) -> Callable[[object], Hashable]:
        """What must be unique in a file: the key, or the order if the database assigns the key."""
        if self.folded is not None:
            return partial(_folded, name=self.folded)
        if self.spelled_freely:
            return partial(_folded_key, names=self.keys, named=frozenset(self.named))
        return attrgetter(*(self.order if self.numbered else self.keys))

    @property
    def spelled_freely(self) -> bool:
        """Whether the key has a part that people type as they like."""
        return any(name == self.folded or name in self.named for name in self.keys)

    def shown_key_of(self, row: object) -> str:
        """The key of a row as people read it."""
        return shown_key(attrgetter(*(self.order if self.numbered else self.keys))(row))

    @property
    def key_column(self) -> str:
        """The column with the form of the key for comparison."""
        assert self.folded is not None
        return f"{self.folded}_key"

    def written(self, rows: Sequence[RowT]) -> dict[str, list[Any]]:
        """The values of the columns that are written for new rows."""
        values = columns(rows, *self.types)
        values |= {
            name: [to_codes(codes) for codes in values[name]] for name, kind in self.types.items() if kind == "TEXT[]"
        }
        if self.folded is not None:
            values[self.key_column] = [_folded(row, name=self.folded) for row in rows]
        return values


def _folded(row: object, *, name: str) -> str:
    return fold(getattr(row, name))


def _folded_key(row: object, *, names: Sequence[str], named: Collection[str]) -> tuple[Any, ...]:
    return tuple(_folded(row, name=name) if name in named else getattr(row, name) for name in names)


def _within(table: RecordTable[RowT], scope: Scope) -> Where:
    return Where().within(scope, branch=None, customer=table.customer, ar_company=table.ar_company)


async def find_row(
    session: AsyncSession, table: RecordTable[RowT], scope: Scope, key: Sequence[Any], *, lock: bool = False
) -> Kept[RowT] | None:
    """The row with this key within the scope, or None; `lock` blocks other changes to it."""
    where = _within(table, scope).add(table.one_of, **dict(zip(table.keys, key, strict=True)))
    held = "FOR NO KEY UPDATE OF t" if lock else ""
    statement = f"SELECT {table.select_shown}, t.revision AS kept_revision FROM {table.name} t WHERE {where.sql} {held}"
    found = (await session.execute(text(statement), where.parameters)).mappings().one_or_none()
    if found is None:
        return None
    row = {name: value for name, value in found.items() if name != "kept_revision"}
    return Kept(maker(table.shown_kind, tuple(row))(row), found["kept_revision"])


async def load_rows(session: AsyncSession, table: RecordTable[RowT], **equal: object) -> list[RowT]:
    """All rows whose columns have the given values, ordered by key."""
    conditions = " AND ".join(["true", *(f"t.{name} = :{name}" for name in equal)])
    order = ", ".join(f"t.{name}" for name in table.keys)
    statement = f"SELECT {table.select} FROM {table.name} t WHERE {conditions} ORDER BY {order}"
    return await fetch_all(session, table.kind, statement, **equal)


async def known_rows(
    session: AsyncSession, table: RecordTable[RowT], rows: Sequence[RowT], *, lock: bool = True
) -> list[RowT]:
    """The stored rows with the keys of the given rows, also in another spelling; `lock` blocks other changes to them."""
    names = ", ".join(table.keys)
    arrays = ", ".join(f"CAST(:{name} AS {table.types[name]}[])" for name in table.keys)
    same = " AND ".join(f"t.{name} = wanted.{name}" for name in table.keys)
    order = ", ".join(f"t.{name}" for name in table.keys)
    source = f"unnest({arrays}) AS wanted ({names}) JOIN {table.name} t ON {same}"
    values = columns(rows, *table.keys)
    if table.folded is not None:
        values["folded"] = [fold(str(getattr(row, table.folded) or "")) for row in rows]
        # Two joins by equality: one with both conditions would compare each row with each.
        source = f"""
            {table.name} t WHERE t.{table.folded} IN (
                SELECT unnest({arrays})
                UNION SELECT k.{table.folded} FROM unnest(CAST(:folded AS text[])) AS wanted (folded)
                JOIN {table.name} k ON k.{table.key_column} = wanted.folded)
        """
    held = "FOR NO KEY UPDATE OF t" if lock else ""
    statement = f"SELECT {table.select} FROM {source} ORDER BY {order} {held}"
    return await fetch_all(session, table.kind, statement, **values)


async def list_rows(
    session: AsyncSession, table: RecordTable[RowT], scope: Scope, wanted: Mapping[str, Any], query: PageQuery
) -> tuple[list[RowT], str | None, int | None]:
    """One page of the rows that match, the next cursor, and how many match.

    `wanted` has values for columns, for `search`, which covers several columns, for `retired`, and for `on`, a day on
    which rows must be in force. None is no filter.
    """
    where = _within(table, scope)
    for name, value in wanted.items():
        if name == "search":
            columns = [table.shown.get(column, f"t.{column}") for column in table.searched]
            found = " OR ".join(f"CAST({column} AS text) ILIKE :search_pattern" for column in columns)
            where.add(f"({found})", search_pattern=containing(value))
        elif name == "retired":
            where.add("(t.retired_on IS NOT NULL) = :retired", retired=value)
        elif name == "on":
            where.add("daterange(t.effective_from, t.effective_to, '[]') @> CAST(:on AS date)", on=value)
        else:
            where.add(table.named.get(name, f"t.{name} = :{name}"), **{name: value})
    source = f"{table.name} t"
    rows, cursor = await fetch_page(
        session,
        table.shown_kind,
        columns=table.select_shown,
        source=source,
        where=where,
        sorting=sorting_of(table),
        query=query,
    )
    return rows, cursor, await fetch_list_count(session, source, where, query)


def sorting_of(table: RecordTable[RowT]) -> Sorting:
    """What a list is sorted by: the `order` or else the key, or any of the searched columns."""
    key = _as_text(table, table.keys)
    orders = {name: (f"CAST(t.{name} AS text)", "text") for name in table.searched if name in table.types}
    usual = _as_text(table, table.order) if table.order else key
    return Sorting({**orders, "key": (usual, "text")}, default="key", key=key, key_type="text")


def _as_text(table: RecordTable[RowT], names: Sequence[str]) -> str:
    """Columns as one text that sorts as they do, with numbers padded."""
    parts = [
        f't.{name} COLLATE "C"' if table.types.get(name) == "text" else f"lpad(CAST(t.{name} AS text), 12, '0')"
        for name in names
    ]
    return "concat_ws(' ', " + ", ".join(parts) + ')::text COLLATE "C"'


async def insert_row(session: AsyncSession, table: RecordTable[RowT], row: RowT) -> tuple[Any, ...] | None:
    """Adds a row and returns its key, or None if the key is in use."""
    taken = "" if table.numbered else "ON CONFLICT DO NOTHING"
    statement = f"{_insert(table)} {taken} RETURNING {', '.join(f't.{name}' for name in table.keys)}"
    added = (await session.execute(text(statement), table.written([row]))).one_or_none()
    return None if added is None else tuple(added)


def _insert(table: RecordTable[RowT]) -> str:
    types = {**table.types, **({} if table.folded is None else {table.key_column: "text"})}
    names = ", ".join(types)
    source = f"unnest({arrays_of(types)}) AS row ({names})"
    return f"INSERT INTO {table.name} AS t ({names}) SELECT {values_of(types)} FROM {source}"


def _changing(table: RecordTable[RowT], value_of: str, names: Collection[str]) -> tuple[str, str]:
    """What a change of the columns `names` sets, and the condition under which that makes a difference.

    `value_of` stands before the name of a new value.
    """
    values = [name for name in table.changeable if name in names]
    if not values:
        return "revision = t.revision", "false"
    changes = ", ".join(f"{name} = {value_of}{name}" for name in values)
    before, after = (", ".join(f"{side}{name}" for name in values) for side in ("t.", value_of))
    return f"{changes}, revision = t.revision + 1", f"({before}) IS DISTINCT FROM ({after})"


async def upsert_rows(
    session: AsyncSession, table: RecordTable[RowT], rows: Sequence[RowT], names: Collection[str]
) -> None:
    """Adds new rows, and updates the columns `names` of existing ones that differ, in one statement."""
    if not rows:
        return
    known = ""
    if not table.numbered:
        changes, differs = _changing(table, "excluded.", names)
        known = f"ON CONFLICT ({', '.join(table.keys)}) DO UPDATE SET {changes} WHERE {differs}"
    await execute(session, f"{_insert(table)} {known}", **table.written(rows))


async def update_row(session: AsyncSession, table: RecordTable[RowT], key: Sequence[Any], row: RowT) -> None:
    """Gives the row of this key other values, if they differ."""
    changes, differs = _changing(table, "new.", table.types)
    values = ", ".join(f"CAST(:new_{name} AS {kind}) AS {name}" for name, kind in table.types.items())
    await execute(
        session,
        f"UPDATE {table.name} t SET {changes} FROM (SELECT {values}) AS new WHERE {table.one_of} AND {differs}",
        **dict(zip(table.keys, key, strict=True)),
        **{f"new_{name}": getattr(row, name) for name in table.types},
    )
