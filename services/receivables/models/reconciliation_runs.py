"""Runs of the reconciliation: what they found in each month."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.receivables.models.table import Table
from shared.database import columns


class ReconciliationRun(Table, table=True):
    """A reconciliation of every month. There is one at a time."""

    __tablename__ = "reconciliation_run"
    __table_args__ = (
        Index("reconciliation_run_running", "status", unique=True, postgresql_where=text("status = 'running'")),
    )

    id: int = columns.identity()
    status: str = columns.words()
    requested_by: str = columns.words()
    requested_at: datetime = columns.moment()
    finished_at: datetime | None = columns.moment(nullable=True)


class ReconciliationMonth(Table, table=True):
    """What a run found in a month: its sums in `figures`, or why it could not be checked."""

    __tablename__ = "reconciliation_month"
    __table_args__ = (
        Index("reconciliation_month_checked", "month", "run_id", postgresql_where=text("figures IS NOT NULL")),
    )

    run_id: int = columns.owned_by("reconciliation_run.id", primary_key=True)
    month: str = columns.code(primary_key=True)
    checked_at: datetime | None = columns.moment(nullable=True)
    transactions: int = columns.big()
    differences: int
    failure: str = columns.words()
    figures: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))


class ReconciliationDifference(Table, table=True):
    """A difference that a run found in a month."""

    __tablename__ = "reconciliation_difference"
    __table_args__ = (
        ForeignKeyConstraint(
            ["run_id", "month"], ["reconciliation_month.run_id", "reconciliation_month.month"], ondelete="CASCADE"
        ),
    )

    run_id: int = columns.big(primary_key=True)
    month: str = columns.code(primary_key=True)
    position: int = Field(primary_key=True)
    kind: str = columns.words()
    document: str = columns.words()
    detail: str = columns.words()
    amount: Decimal = columns.total()
