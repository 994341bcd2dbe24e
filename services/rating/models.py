"""The tables of rating, as Alembic compares them with the migrations."""

from sqlmodel import SQLModel

metadata = SQLModel.metadata
