"""The tables of security, as Alembic compares them with the migrations."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared import columns


class Table(SQLModel, registry=registry()):
    """What the tables of security have in common: a registry of their own, apart from other services' tables."""


metadata = Table.metadata


def _owned_by(target: str, *, primary_key: bool = False) -> Column[int]:
    """A reference to a row that takes this one with it when it is deleted."""
    return Column(BigInteger, ForeignKey(target, ondelete="CASCADE"), nullable=False, primary_key=primary_key)


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


class SecurityGroup(Table, table=True):
    """A role of the company, such as Billing; its name is compared folded too."""

    __tablename__: ClassVar[str] = "security_group"

    id: int = columns.identity()
    name: str = columns.code()
    folded_name: str = columns.code(unique=True)
    description: str = columns.code()
    folded_description: str = columns.code()
    revision: int = columns.big()
    created_at: datetime = columns.moment()


class GroupGrant(Table, table=True):
    """One feature at one level, within limits; an empty array leaves that side open."""

    __tablename__: ClassVar[str] = "group_grant"
    __table_args__ = (
        Index("group_grant_group_id", "group_id"),
        Index("group_grant_feature", "feature"),
    )

    id: int = columns.identity()
    group_id: int = Field(sa_column=_owned_by("security_group.id"))
    feature: str = columns.code()
    level: str = columns.code()
    branches: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    customers: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    ar_companies: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))


class GroupMember(Table, table=True):
    """Who is in which group."""

    __tablename__: ClassVar[str] = "group_member"
    __table_args__ = (Index("group_member_user_id", "user_id"),)

    group_id: int = Field(sa_column=_owned_by("security_group.id", primary_key=True))
    user_id: int = columns.big("user_account.id", primary_key=True)


class Session(Table, table=True):
    """One log-in and all that was refreshed from it."""

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
    end_reason: str | None = columns.code(nullable=True)


class RefreshToken(Table, table=True):
    """A refresh token that was given out, by its digest; the one without `used_at` is the session's current one."""

    __tablename__: ClassVar[str] = "refresh_token"
    __table_args__ = (
        Index("refresh_token_current", "session_id", unique=True, postgresql_where=text("used_at IS NULL")),
        Index("refresh_token_session_id", "session_id"),
    )

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    session_id: int = Field(sa_column=_owned_by("session.id"))
    issued_at: datetime = columns.moment()
    used_at: datetime | None = columns.moment(nullable=True)


class PermissionEpoch(Table, table=True):
    """The one row that counts the versions of the permission table, and whose lock puts changes in order."""

    __tablename__: ClassVar[str] = "permission_epoch"

    only_row: bool = Field(sa_column=Column(Boolean, primary_key=True))
    epoch: int = columns.big()


class LogInAttempt(Table, table=True):
    """A log-in that was tried and has not succeeded."""

    __tablename__: ClassVar[str] = "log_in_attempt"
    __table_args__ = (
        Index("log_in_attempt_folded_name", "folded_name", "at"),
        Index("log_in_attempt_address", "address", "at"),
        Index("log_in_attempt_at", "at"),
    )

    id: int = columns.identity()
    folded_name: str = columns.code()
    address: str = columns.code()
    at: datetime = columns.moment()


class LimitedLogIn(Table, table=True):
    """How many log-ins the limit refused within a minute, by account or by address."""

    __tablename__: ClassVar[str] = "limited_log_in"

    minute: datetime = columns.moment(primary_key=True)
    operation: str = columns.code(primary_key=True)
    folded_name: str = columns.code(primary_key=True)
    address: str = columns.code(primary_key=True)
    count: int = columns.big()


class ServiceCredential(Table, table=True):
    """What a service account shows to get tokens, hashed; valid until it is revoked."""

    __tablename__: ClassVar[str] = "service_credential"
    __table_args__ = (Index("service_credential_user_id", "user_id"),)

    id: int = columns.identity()
    user_id: int = columns.big("user_account.id")
    secret_hash: str = Field(sa_column=Column(Text, nullable=False), repr=False)
    created_at: datetime = columns.moment()
    last_used_at: datetime | None = columns.moment(nullable=True)
    revoked_at: datetime | None = columns.moment(nullable=True)


class AccountBinding(Table, table=True):
    """The stable id that a user's name has at a directory or an identity provider; another one is another person."""

    __tablename__: ClassVar[str] = "account_binding"
    __table_args__ = (UniqueConstraint("source", "subject", name="account_binding_source_subject"),)

    user_id: int = columns.big("user_account.id", primary_key=True)
    source: str = columns.code(primary_key=True)
    subject: str = columns.code()
    bound_at: datetime = columns.moment()
