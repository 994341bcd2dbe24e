"""The SQL of lists: conditions, sorting and cursors in one place."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.access.grants import Scope
from shared.database.failures import is_data_error
from shared.database.scope import scope_condition
from shared.database.statements import fetch_value
from shared.errors import Fault, InvalidInput, TooManyRows
from shared.values.fields import maker
from shared.values.names import without_invisible

T = TypeVar("T")
MOST_ROWS = 100_000
"""How many rows a list in one piece may have, such as a file: all of them are in memory at once."""


@dataclass(frozen=True)
class PageQuery:
    """The requested page and its sorting: `sort` is a field, with `-` in front for descending.

    A list in another format than JSON (`media_type`) is not split into pages: its `limit` is None. `totals` says whether
    the totals of the list are wanted as well.
    """

    limit: int | None = 100
    cursor: str | None = None
    sort: str | None = None
    media_type: str | None = None
    totals: bool = True


@dataclass(frozen=True)
class Sorting:
    """The fields that a list can be sorted by: field → SQL expression and its type. The expressions are never null.

    `key` is a unique expression of type `key_type` (bigint or text), which orders rows with equal values.
    """

    fields: Mapping[str, tuple[str, str]]
    default: str
    key: str
    key_type: str = "bigint"


@dataclass
class Where:
    """The conditions of a list, collected from the caller's filters."""

    terms: list[str] = field(default_factory=list)
    parameters: dict[str, object] = field(default_factory=dict)

    def add(self, term: str, /, **parameters: object) -> "Where":
        """Adds a condition, unless all its parameters are None: then the caller did not set that filter."""
        if not parameters or any(value is not None for value in parameters.values()):
            self.terms.append(term)
            self.parameters.update(parameters)
        return self

    def one_of(self, column: str, name: str, values: Sequence[str] | None) -> "Where":
        """Adds that a column has one of the values; None is no filter.

        A single value is compared by itself, because only then an index gives the rows in their sequence.
        """
        if values is not None and len(values) == 1:
            return self.add(f"{column} = :{name}", **{name: values[0]})
        return self.add(f"{column} = ANY(CAST(:{name} AS text[]))", **{name: None if values is None else list(values)})

    def within(self, scope: Scope, *, branch: str | None, customer: str | None, ar_company: str | None) -> "Where":
        """Adds the limits of the caller; for the arguments see shared.database.scope.scope_condition."""
        term, parameters = scope_condition(scope, branch=branch, customer=customer, ar_company=ar_company)
        self.terms.append(term)
        self.parameters.update(parameters)
        return self

    @property
    def sql(self) -> str:
        return " AND ".join(self.terms) if self.terms else "true"


def containing(words: str | None) -> str | None:
    """The ILIKE pattern for texts that contain `words`, or None without a search.

    Invisible characters do not count, and a space stands for any number and kind of spaces, or more.
    """
    if words is None:
        return None
    literal = (re.sub(r"([\\%_])", r"\\\1", word) for word in without_invisible(words).split())
    return f"%{'%'.join(literal)}%"


def _encode(sort: str, value: str, key: int | str) -> str:
    return base64.urlsafe_b64encode(json.dumps([sort, value, key]).encode()).decode().rstrip("=")


def _decode(cursor: str, sort: str, key_type: str) -> tuple[str, int | str]:
    try:
        made_for, value, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        key_fits = isinstance(key, str) if key_type == "text" else isinstance(key, int) and abs(key) < 2**63
        fits = made_for == sort and isinstance(value, str) and key_fits
    except (ValueError, TypeError, RecursionError):
        fits = False
    if not fits:
        raise _foreign_cursor()
    return value, key


def _foreign_cursor() -> InvalidInput:
    return InvalidInput(
        "The cursor belongs to another list or sort order.",
        faults=[Fault("query cursor", "must be next_cursor of a page with the same sort")],
    )


async def fetch_page(
    session: AsyncSession,
    kind: type[T],
    *,
    columns: str,
    source: str,
    where: Where,
    sorting: Sorting,
    query: PageQuery,
) -> tuple[list[T], str | None]:
    """The rows of one page as values of `kind`, and the cursor of the next page; without a limit, all rows.

    `columns` and `source` are the SELECT list and the FROM clause. Column names are the field names of `kind`. Raises
    TooManyRows if there is no limit and more than 100,000 rows match.
    """
    sort = query.sort or sorting.default
    descending, name = sort.startswith("-"), sort.removeprefix("-")
    if name not in sorting.fields:
        raise InvalidInput(
            f"This list cannot be sorted by {name}.",
            faults=[Fault("query sort", f"must be one of {', '.join(sorted(sorting.fields))}")],
        )
    expression, sql_type = sorting.fields[name]
    direction, beyond = ("DESC", "<") if descending else ("ASC", ">")
    terms, parameters = [where.sql], dict(where.parameters)
    if query.cursor is not None:
        value, key = _decode(query.cursor, sort, sorting.key_type)
        terms.append(
            f"({expression}, {sorting.key}) {beyond} (CAST(CAST(:cursor_value AS text) AS {sql_type}), :cursor_key)"
        )
        parameters |= {"cursor_value": value, "cursor_key": key}
    parameters["row_limit"] = (MOST_ROWS if query.limit is None else query.limit) + 1
    statement = f"""
        SELECT {columns}, CAST({expression} AS text) AS cursor_value, {sorting.key} AS cursor_key
        FROM {source} WHERE {" AND ".join(terms)}
        ORDER BY {expression} {direction}, {sorting.key} {direction} LIMIT :row_limit
    """
    try:
        result = await session.execute(text(statement), parameters)
    except DBAPIError as error:
        # Callers can forge a cursor, so its value may not fit the column.
        if query.cursor is not None and is_data_error(error):
            raise _foreign_cursor() from error
        raise
    rows = [dict(row) for row in result.mappings()]
    next_cursor = None
    if query.limit is None and len(rows) > MOST_ROWS:
        raise TooManyRows(
            f"More than {MOST_ROWS:,} rows match, too many for one file. Add filters, such as a month or a "
            "customer, or ask for the list as a report (POST reports)."
        )
    if query.limit is not None and len(rows) > query.limit:
        rows = rows[: query.limit]
        next_cursor = _encode(sort, rows[-1]["cursor_value"], rows[-1]["cursor_key"])
    for row in rows:
        del row["cursor_value"], row["cursor_key"]
    make = maker(kind, tuple(rows[0]) if rows else ())
    return [make(row) for row in rows], next_cursor


def cut_page(rows: Sequence[T], query: PageQuery) -> tuple[list[T], str | None]:
    """One page of a list that is worked out as a whole, in its own order, and the cursor of the next page."""
    begin = 0 if query.cursor is None else int(_decode(query.cursor, "", "bigint")[1])
    if not 0 <= begin <= len(rows):
        raise _foreign_cursor()
    if query.limit is None:
        return list(rows), None
    end = begin + query.limit
    return list(rows[begin:end]), _encode("", "", end) if end < len(rows) else None


async def fetch_list_count(session: AsyncSession, source: str, where: Where, query: PageQuery) -> int | None:
    """The number of rows of a list, or None if its totals are not wanted."""
    return await fetch_count(session, source, where) if query.totals else None


async def fetch_count(session: AsyncSession, source: str, where: Where, *, at_most: int | None = None) -> int:
    """The number of rows that match; counting ends at `at_most`."""
    if at_most is None:
        sql, limit = f"SELECT count(*) FROM {source} WHERE {where.sql}", {}
    else:
        sql, limit = (
            f"SELECT count(*) FROM (SELECT FROM {source} WHERE {where.sql} LIMIT :at_most) AS few",
            {"at_most": at_most},
        )
    counted: int = await fetch_value(session, sql, **where.parameters, **limit)
    return counted
