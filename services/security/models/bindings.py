"""What names are bound to."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint

from services.security.models.table import Table
from shared.database import columns


class AccountBinding(Table, table=True):
    """The stable id that a user's name has at a directory or an identity provider; another one is another person."""

    __tablename__: ClassVar[str] = "account_binding"
    __table_args__ = (UniqueConstraint("source", "subject", name="account_binding_source_subject"),)

    user_id: int = columns.big("user_account.id", primary_key=True)
    source: str = columns.code(primary_key=True)
    subject: str = columns.code()
    bound_at: datetime = columns.moment()
