"""Attempts to log in."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index

from services.security.models.table import Table
from shared.database import columns


class LogInAttempt(Table, table=True):
    """An attempt to log in that has failed, or is still being checked."""

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
    failed: bool


class LimitedLogIn(Table, table=True):
    """The number of log-ins that the limit refused within a minute, by account or by address."""

    __tablename__: ClassVar[str] = "limited_log_in"

    minute: datetime = columns.moment(primary_key=True)
    operation: str = columns.code(primary_key=True)
    folded_name: str = columns.code(primary_key=True)
    address: str = columns.code(primary_key=True)
    count: int = columns.big()
