"""Links with which a user chooses a password once."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field

from services.security.models.table import Table
from shared.database import columns


class PasswordLink(Table, table=True):
    """The link of a user, by the digest of its token. A link that was used is deleted."""

    __tablename__: ClassVar[str] = "password_link"
    __table_args__ = (Index("password_link_user_id", "user_id", unique=True),)

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    user_id: int = columns.big("user_account.id")
    expires_at: datetime = columns.moment()
