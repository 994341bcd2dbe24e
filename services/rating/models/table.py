"""What the tables of rating have in common."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class Table(SQLModel, registry=registry()):
    """What the tables of rating have in common: a registry of their own, apart from other services' tables."""


class Revised(Table):
    """A table of records: its revision grows with each change of a row."""

    revision: int
