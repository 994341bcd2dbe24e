"""Sessions and their refresh tokens."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, Index, LargeBinary, text
from sqlmodel import Field

from services.security.models.table import Table
from services.security.rules.sessions import EndReason
from shared.database import columns


class Session(Table, table=True):
    """A log-in and all tokens refreshed from it."""

    __tablename__: ClassVar[str] = "session"
    __table_args__ = (
        Index("session_user_id", "user_id"),
        Index("session_expires_at", "expires_at"),
    )

    id: int = columns.identity()
    user_id: int = columns.big("user_account.id")
    created_at: datetime = columns.moment()
    expires_at: datetime = columns.moment()
    ended_at: datetime | None = columns.moment(nullable=True)
    end_reason: EndReason | None = columns.code(nullable=True)
    user_agent: str | None = columns.words(nullable=True)
    address: str | None = columns.words(nullable=True)


class RefreshToken(Table, table=True):
    """An issued refresh token, by its digest; the one without `used_at` is the session's current one."""

    __tablename__: ClassVar[str] = "refresh_token"
    __table_args__ = (
        Index("refresh_token_current", "session_id", unique=True, postgresql_where=text("used_at IS NULL")),
        Index("refresh_token_session_id", "session_id"),
    )

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    session_id: int = columns.owned_by("session.id")
    issued_at: datetime = columns.moment()
    used_at: datetime | None = columns.moment(nullable=True)
