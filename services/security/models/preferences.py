"""What each user has set for themselves."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.security.models.table import Table
from shared.database import columns


class Preference(Table, table=True):
    """A JSON object that programs keep for a user; the suite does not read it."""

    __tablename__: ClassVar[str] = "preference"

    user_id: int = columns.big("user_account.id", primary_key=True)
    key: str = columns.code(primary_key=True)
    value: Any = Field(sa_column=Column(JSONB, nullable=False))
    revision: int = columns.big()
    changed_at: datetime = columns.moment()
