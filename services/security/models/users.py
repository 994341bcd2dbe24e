"""User accounts."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, Text
from sqlmodel import Field

from services.security.models.table import Table
from services.security.records.users import UserDraft
from shared.database import columns
from shared.values.columns import Changed


class UserAccountTable(Changed, UserDraft, Table, table=True):
    """A person or a service account. `folded_name` is the name for comparison."""

    __tablename__: ClassVar[str] = "user_account"

    id: int = columns.identity()
    folded_name: str = columns.code(unique=True)
    folded_display_name: str = columns.code()
    password_hash: str | None = Field(sa_column=Column(Text), repr=False)
    password_changed_at: datetime | None = columns.moment(nullable=True)
    must_change_password: bool
    revision: int = columns.big()
    created_at: datetime = columns.moment()
