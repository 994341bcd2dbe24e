"""What the tables of security have in common."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class Table(SQLModel, registry=registry()):
    """What the tables of security have in common: a registry of their own, apart from other services' tables."""
