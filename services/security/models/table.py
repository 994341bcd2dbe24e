"""The base class of the tables of the service."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class Table(SQLModel, registry=registry()):
    """The base class of tables, with its own registry, separate from the tables of other services."""
