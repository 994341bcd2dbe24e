"""The credentials of service accounts."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, Index, Text
from sqlmodel import Field

from services.security.models.table import Table
from shared.database import columns


class ServiceCredential(Table, table=True):
    """A credential that a service account exchanges for tokens, as a hash; valid until it is revoked."""

    __tablename__: ClassVar[str] = "service_credential"
    __table_args__ = (Index("service_credential_user_id", "user_id"),)

    id: int = columns.identity()
    user_id: int = columns.big("user_account.id")
    secret_hash: str = Field(sa_column=Column(Text, nullable=False), repr=False)
    created_at: datetime = columns.moment()
    last_used_at: datetime | None = columns.moment(nullable=True)
    revoked_at: datetime | None = columns.moment(nullable=True)
