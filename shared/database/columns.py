"""Owns the kinds of columns that tables are made of, so that every service's models read alike."""

from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, Numeric, Text
from sqlmodel import Field


def identity(*, always: bool = True) -> Any:
    """The primary key: a number that the database gives out."""
    return Field(default=None, sa_column=Column(BigInteger, Identity(always=always), primary_key=True))


def big(target: str | None = None, **options: Any) -> Any:
    """A large whole number, or with `target` a reference to the id of another table."""
    keys = [ForeignKey(target)] if target else []
    return Field(sa_column=Column(BigInteger, *keys, **{"nullable": False, **options}))


def owned_by(target: str, *, primary_key: bool = False) -> Any:
    """A reference to a row that takes this one with it when it is deleted."""
    key = ForeignKey(target, ondelete="CASCADE")
    return Field(sa_column=Column(BigInteger, key, nullable=False, primary_key=primary_key))


def code(target: str | None = None, **options: Any) -> Any:
    """A key of text, compared byte by byte; with `target` a reference to another table."""
    keys = [ForeignKey(target)] if target else []
    return Field(sa_column=Column(Text(collation="C"), *keys, **{"nullable": False, **options}))


def words(**options: Any) -> Any:
    """Text that is read, not compared."""
    return Field(sa_column=Column(Text, **{"nullable": False, **options}))


def money(**options: Any) -> Any:
    """An amount in the company's currency."""
    return Field(sa_column=Column(Numeric(18, 2), **{"nullable": False, **options}))


def rate(**options: Any) -> Any:
    """A price of one unit."""
    return Field(sa_column=Column(Numeric(18, 5), **{"nullable": False, **options}))


def quantity(**options: Any) -> Any:
    """A number of units."""
    return Field(sa_column=Column(Numeric(15, 3), **{"nullable": False, **options}))


def moment(**options: Any) -> Any:
    """A point in time, with zone."""
    return Field(default=None, sa_column=Column(DateTime(timezone=True), **{"nullable": False, **options}))
