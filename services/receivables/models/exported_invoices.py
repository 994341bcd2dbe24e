"""The outcomes of hand-overs from rating, and the copy of rated orders."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.receivables.models.table import Table
from shared.database import columns


class ExportedRun(Table, table=True):
    """The random id of an export run, by which it differs from another one of the same number."""

    __tablename__ = "exported_run"

    run_id: int = columns.big(primary_key=True)
    run_uuid: UUID


class ExportOutcome(Table, table=True):
    """What was decided about one hand-over of an invoice from rating. It is decided once."""

    __tablename__ = "export_outcome"
    __table_args__ = (Index("export_outcome_run", "run_id"),)

    invoice_id: int = columns.big(primary_key=True)
    attempt: int = Field(primary_key=True)
    run_id: int = columns.big()
    ar_company: int
    outcome: str = columns.words()
    reason: str = columns.words()
    detail: str = columns.words()
    decided_at: datetime = columns.moment()


class ExportOutcomeOrder(Table, table=True):
    """An order of a hand-over. At most one attempt of each rating version is booked."""

    __tablename__ = "export_outcome_order"
    __table_args__ = (
        ForeignKeyConstraint(
            ["invoice_id", "invoice_attempt"], ["export_outcome.invoice_id", "export_outcome.attempt"]
        ),
        Index(
            "export_outcome_order_booked_once",
            "work_order_id",
            "version",
            unique=True,
            postgresql_where=text("booked"),
        ),
        Index("export_outcome_order_invoice", "invoice_id", "invoice_attempt"),
    )

    work_order_id: int = columns.big(primary_key=True)
    version: int = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    invoice_id: int = columns.big()
    invoice_attempt: int
    booked: bool


class BilledOrder(Table, table=True):
    """An order of a hand-over with what came with it from rating, such as its case. Append-only.

    `charges` are those of its lines that say how they were charged, by their number on the invoice.
    """

    __tablename__ = "invoice_order"

    rating_invoice_id: int = columns.big(primary_key=True)
    rating_attempt: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    work_order_id: int = columns.big()
    number: str = columns.code()
    service_on: date
    reference: str = columns.words()
    facts: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    charges: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSONB))
    attachments: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSONB))


class RatedOrder(Table, table=True):
    """A work order as rating last reported it. It is unbilled until an invoice is booked for its rating version."""

    __tablename__ = "rated_order"
    __table_args__ = (
        Index("rated_order_bill_to", "ar_company", "bill_to", postgresql_where=text("state = 'rated'")),
        Index("rated_order_rated_at", "rated_at"),
    )

    work_order_id: int = columns.big(primary_key=True)
    number: str = columns.code()
    revision: int
    rating_version: int
    state: str = columns.words()
    ar_company: int
    branch: str = columns.code()
    customer: str = columns.code()
    bill_to: str = columns.code()
    total: Decimal = columns.money()
    rated_at: datetime = columns.moment()
