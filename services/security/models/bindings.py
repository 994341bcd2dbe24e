"""The bindings of users' names to accounts."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint

from services.security.models.table import Table
from shared.database import columns


class AccountBinding(Table, table=True):
    """The stable id of a user's account at a directory or an identity provider; another id means another person."""

    __tablename__: ClassVar[str] = "account_binding"
    __table_args__ = (UniqueConstraint("source", "subject", name="account_binding_source_subject"),)

    user_id: int = columns.big("user_account.id", primary_key=True)
    source: str = columns.code(primary_key=True)
    subject: str = columns.code()
    bound_at: datetime = columns.moment()
