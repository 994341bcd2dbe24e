"""What the tables of receivables have in common."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from shared.values.columns import Changed


class Table(SQLModel, registry=registry()):
    """The base of all tables of receivables. They have their own registry, apart from the tables of other services."""


class Revised(Changed, Table):
    """A table of records. The revision of a row grows with each change."""

    revision: int
