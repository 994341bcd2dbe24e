"""Users."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import (
    Boolean,
    Column,
    Text,
)
from sqlmodel import Field

from services.security.models.table import Table
from shared.database import columns


class UserAccount(Table, table=True):
    """A person or a service account. `folded_name` is the name as it is compared."""

    __tablename__: ClassVar[str] = "user_account"

    id: int = columns.identity()
    kind: str = columns.code()
    name: str = columns.code()
    folded_name: str = columns.code(unique=True)
    display_name: str = columns.code()
    folded_display_name: str = columns.code()
    active: bool = Field(sa_column=Column(Boolean, nullable=False))
    password_hash: str | None = Field(sa_column=Column(Text), repr=False)
    password_changed_at: datetime | None = columns.moment(nullable=True)
    revision: int = columns.big()
    created_at: datetime = columns.moment()
