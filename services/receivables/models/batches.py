"""Batches."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from services.receivables.models.table import Table
from shared.database import columns


class Batch(Table, table=True):
    """Entries of a company and month that are validated and posted together; a trigger keeps what was posted."""

    __table_args__ = (
        UniqueConstraint("ar_company", "month", "number"),
        Index(
            "batch_rating_run",
            "ar_company",
            "month",
            "run_id",
            postgresql_where=text("source = 'rating'"),
        ),
        Index("batch_in_work", "id", postgresql_where=text("status IN ('validating', 'posting')")),
        Index("batch_month", "ar_company", "month", "status"),
        Index("batch_number", "number", "id"),
        Index("batch_status", "status", "id"),
        Index("batch_created_by", text("lower(created_by)"), "id"),
    )

    id: int = columns.identity()
    ar_company: int = Field(foreign_key="ar_company.number")
    month: str = columns.code()
    number: int = columns.big()
    source: str = columns.words()
    status: str = columns.words()
    run_id: int | None = columns.big(nullable=True)
    last_seq: int
    created_by: str = columns.words()
    created_at: datetime = columns.moment()
    restricted: bool
    description: str = columns.words()
    control_total: Decimal | None = columns.total(nullable=True)
    control_count: int | None = None
    posted_count: int = columns.big()
    posted_total: Decimal = columns.total()
    revision: int
    changed_by: str | None = columns.words(nullable=True)
    changed_at: datetime | None = columns.moment(nullable=True)
    sent_by: str | None = columns.words(nullable=True)
    claimed_by: str | None = columns.words(nullable=True)
    claimed_at: datetime | None = columns.moment(nullable=True)
