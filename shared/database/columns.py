"""The kinds of columns that tables are made of, so that the models of all services read alike."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import to_json
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    make_url,
)
from sqlalchemy.schema import SchemaItem
from sqlmodel import Field

from shared.values.fields import field_names

_DIALECT = make_url("postgresql+asyncpg://").get_dialect()()


def column_types(table: Table, kind: type[Any] | None = None) -> dict[str, str]:
    """The SQL type of each column, or of those that are fields of `kind`, for casts.

    A cast takes no collation, so it is left out.
    """
    names = None if kind is None else field_names(kind)
    return {
        column.name: "text" if isinstance(column.type, Text) else column.type.compile(dialect=_DIALECT)
        for column in table.columns
        if names is None or column.name in names
    }


_AS_TEXT = frozenset({"JSONB", "TEXT[]"})
"""What travels as text in the arrays of an `unnest`: the driver would take an array of them for one of them."""


def arrays_of(types: Mapping[str, str]) -> str:
    """The parameters of an `unnest`, one array a column of these types."""
    return ", ".join(f"CAST(:{name} AS {'text' if kind in _AS_TEXT else kind}[])" for name, kind in types.items())


def values_of(types: Mapping[str, str]) -> str:
    """The columns of such an `unnest`, each of its own type again."""
    return ", ".join(f"CAST({name} AS {kind})" if kind in _AS_TEXT else name for name, kind in types.items())


def to_document(parts: Any) -> str:
    """Parts as the text of a document."""
    return to_json(parts).decode()


def to_codes(codes: Iterable[str]) -> str:
    """Codes as the text of an array."""
    return f"{{{','.join(codes)}}}"


def key(*names: str, **targets: str) -> tuple[SchemaItem, ...]:
    """The primary key of a record, and the foreign keys of single columns: `ar_company="ar_company.number"`."""
    return (
        PrimaryKeyConstraint(*names),
        *(ForeignKeyConstraint([name], [target]) for name, target in targets.items()),
    )


def reference(table: str, **columns: str) -> ForeignKeyConstraint:
    """A foreign key of one or more columns to another table: `reference("pay_terms", pay_terms="code")`."""
    return ForeignKeyConstraint([*columns], [f"{table}.{column}" for column in columns.values()])


def identity(*, always: bool = True) -> Any:
    """The primary key: a number assigned by the database."""
    return Field(default=None, sa_column=Column(BigInteger, Identity(always=always), primary_key=True))


def big(target: str | None = None, **options: Any) -> Any:
    """A bigint, or with `target` a reference to the id of another table."""
    keys = [ForeignKey(target)] if target else []
    return Field(sa_column=Column(BigInteger, *keys, **{"nullable": False, **options}))


def owned_by(target: str, *, primary_key: bool = False) -> Any:
    """A reference to the owner of this row; deleting the owner deletes the row."""
    key = ForeignKey(target, ondelete="CASCADE")
    return Field(sa_column=Column(BigInteger, key, nullable=False, primary_key=primary_key))


def code(target: str | None = None, **options: Any) -> Any:
    """A text key, compared byte by byte; with `target` a reference to another table."""
    keys = [ForeignKey(target)] if target else []
    return Field(sa_column=Column(Text(collation="C"), *keys, **{"nullable": False, **options}))


def codes(**options: Any) -> Any:
    """Several codes in one column."""
    return Field(sa_column=Column(ARRAY(Text), **{"nullable": False, **options}))


def words(**options: Any) -> Any:
    """Text for people to read; it is not compared."""
    return Field(sa_column=Column(Text, **{"nullable": False, **options}))


def money(**options: Any) -> Any:
    """An amount in the company's currency."""
    return Field(sa_column=Column(Numeric(18, 2), **{"nullable": False, **options}))


def total(**options: Any) -> Any:
    """A sum of many amounts in the company's currency."""
    return Field(sa_column=Column(Numeric(24, 2), **{"nullable": False, **options}))


def rate(**options: Any) -> Any:
    """A price per unit."""
    return Field(sa_column=Column(Numeric(18, 5), **{"nullable": False, **options}))


def quantity(**options: Any) -> Any:
    """A number of units."""
    return Field(sa_column=Column(Numeric(15, 3), **{"nullable": False, **options}))


def moment(**options: Any) -> Any:
    """A point in time, with its zone."""
    return Field(default=None, sa_column=Column(DateTime(timezone=True), **{"nullable": False, **options}))
