"""The tables of security, as Alembic compares them with the migrations."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


# A registry of its own: in a process that has loaded another service's tables too, they are not compared with ours.
class _Table(SQLModel, registry=registry()):
    """A table of the security database."""


metadata = _Table.metadata


def _key() -> Column[int]:
    return Column(BigInteger, Identity(always=True), primary_key=True)


def _words(*, unique: bool = False) -> Column[str]:
    return Column(Text(collation="C"), nullable=False, unique=unique)


def _moment(*, nullable: bool = False) -> Column[datetime]:
    return Column(DateTime(timezone=True), nullable=nullable)


def _reference(target: str, *, cascade: bool = False, primary_key: bool = False) -> Column[int]:
    return Column(
        BigInteger,
        ForeignKey(target, ondelete="CASCADE" if cascade else None),
        nullable=False,
        primary_key=primary_key,
    )


class UserAccount(_Table, table=True):
    """A person or a service account. `folded_name` is the name as it is compared."""

    __tablename__: ClassVar[str] = "user_account"

    id: int = Field(sa_column=_key())
    name: str = Field(sa_column=_words())
    folded_name: str = Field(sa_column=_words(unique=True))
    display_name: str = Field(sa_column=_words())
    folded_display_name: str = Field(sa_column=_words())
    active: bool = Field(sa_column=Column(Boolean, nullable=False))
    password_hash: str | None = Field(sa_column=Column(Text), repr=False)
    password_changed_at: datetime | None = Field(sa_column=_moment(nullable=True))
    revision: int = Field(sa_column=Column(BigInteger, nullable=False))
    created_at: datetime = Field(sa_column=_moment())


class SecurityGroup(_Table, table=True):
    """A role of the company, such as Billing; its name is compared folded too."""

    __tablename__: ClassVar[str] = "security_group"

    id: int = Field(sa_column=_key())
    name: str = Field(sa_column=_words())
    folded_name: str = Field(sa_column=_words(unique=True))
    description: str = Field(sa_column=_words())
    folded_description: str = Field(sa_column=_words())
    revision: int = Field(sa_column=Column(BigInteger, nullable=False))
    created_at: datetime = Field(sa_column=_moment())


class GroupGrant(_Table, table=True):
    """One feature at one level, within limits; an empty array leaves that side open."""

    __tablename__: ClassVar[str] = "group_grant"
    __table_args__ = (
        Index("group_grant_group_id", "group_id"),
        Index("group_grant_feature", "feature"),
    )

    id: int = Field(sa_column=_key())
    group_id: int = Field(sa_column=_reference("security_group.id", cascade=True))
    feature: str = Field(sa_column=_words())
    level: str = Field(sa_column=_words())
    branches: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    customers: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    ar_companies: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))


class GroupMember(_Table, table=True):
    """Who is in which group."""

    __tablename__: ClassVar[str] = "group_member"
    __table_args__ = (Index("group_member_user_id", "user_id"),)

    group_id: int = Field(sa_column=_reference("security_group.id", cascade=True, primary_key=True))
    user_id: int = Field(sa_column=_reference("user_account.id", primary_key=True))


class Session(_Table, table=True):
    """One log-in and all that was refreshed from it."""

    __tablename__: ClassVar[str] = "session"
    __table_args__ = (
        Index("session_user_id", "user_id"),
        Index("session_expires_at", "expires_at"),
    )

    id: int = Field(sa_column=_key())
    user_id: int = Field(sa_column=_reference("user_account.id"))
    created_at: datetime = Field(sa_column=_moment())
    expires_at: datetime = Field(sa_column=_moment())
    ended_at: datetime | None = Field(sa_column=_moment(nullable=True))
    end_reason: str | None = Field(sa_column=Column(Text(collation="C")))


class RefreshToken(_Table, table=True):
    """A refresh token that was given out, by its digest; the one without `used_at` is the session's current one."""

    __tablename__: ClassVar[str] = "refresh_token"
    __table_args__ = (
        Index("refresh_token_current", "session_id", unique=True, postgresql_where=text("used_at IS NULL")),
        Index("refresh_token_session_id", "session_id"),
    )

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    session_id: int = Field(sa_column=_reference("session.id", cascade=True))
    issued_at: datetime = Field(sa_column=_moment())
    used_at: datetime | None = Field(sa_column=_moment(nullable=True))


class PermissionEpoch(_Table, table=True):
    """The one row that counts the versions of the permission table, and whose lock puts changes in order."""

    __tablename__: ClassVar[str] = "permission_epoch"

    only_row: bool = Field(sa_column=Column(Boolean, primary_key=True))
    epoch: int = Field(sa_column=Column(BigInteger, nullable=False))
