"""Bulk ratings."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, text

from services.rating.models.table import Table
from shared.database import columns


class RatingRun(Table, table=True):
    """A bulk rating, with its counts."""

    __tablename__ = "rating_run"
    __table_args__ = (
        Index("rating_run_unfinished", "id", postgresql_where=text("finished_at IS NULL")),
        Index("rating_run_requested_by", "requested_by", "id"),
    )

    id: int = columns.identity()
    status: str = columns.words()
    requested_by: str = columns.words()
    requested_at: datetime = columns.moment()
    orders: int
    rated: int
    failed: int
    finished_at: datetime | None = columns.moment(nullable=True)
    again: bool


class RatingResult(Table, table=True):
    """The result of each order of a bulk rating."""

    __tablename__ = "rating_result"
    __table_args__ = (
        Index("rating_result_waiting", "run_id", "work_order_id", postgresql_where=text("outcome = 'WAITING'")),
    )

    run_id: int = columns.big("rating_run.id", primary_key=True)
    work_order_id: int = columns.big("work_order.id", primary_key=True)
    outcome: str = columns.words()
    detail: str = columns.words()
    total: Decimal | None = columns.money(nullable=True)
