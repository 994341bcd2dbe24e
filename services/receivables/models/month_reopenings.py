"""Reopened months, and requests to reopen them."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from services.receivables.models.table import Table
from shared.database import columns


class MonthReopening(Table, table=True):
    """A reopening and the decision about it. `four_eyes` says whether a second person had to decide."""

    __tablename__ = "month_reopening"
    __table_args__ = (
        Index(
            "month_reopening_waiting", "ar_company", unique=True, postgresql_where=text("status = 'awaiting_approval'")
        ),
    )

    id: int = columns.identity()
    ar_company: int = Field(foreign_key="ar_company.number")
    month: str = columns.code()
    status: str = columns.words()
    four_eyes: bool
    reason: str = columns.words()
    requested_by: str = columns.words()
    requested_at: datetime = columns.moment()
    decided_by: str | None = columns.words(nullable=True)
    decided_at: datetime | None = columns.moment(nullable=True)
    decision_reason: str = columns.words()
