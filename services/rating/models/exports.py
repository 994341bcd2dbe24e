"""Export runs, and the credits that receivables reports."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.rating.models.table import Table
from shared.database import columns


class ExportRun(Table, table=True):
    """One press of the export button, tracked until every invoice has an answer."""

    __tablename__ = "export_run"
    __table_args__ = (
        Index("export_run_unfinished", "id", postgresql_where=text("finished_at IS NULL")),
        Index("export_run_requested_by", "requested_by", "id"),
    )

    id: int = columns.identity()
    status: str = columns.words()
    requested_by: str = columns.words()
    requested_at: datetime = columns.moment()
    invoice_date: date
    month: str = columns.code()
    selection: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    invoices: int
    orders: int
    total: Decimal = columns.total()
    exported: int
    refused: int
    exported_total: Decimal = columns.total()
    refused_total: Decimal = columns.total()
    finished_at: datetime | None = columns.moment(nullable=True)
    run_uuid: UUID | None
    left_out: int
    left_out_orders: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))


class ExportChunk(Table, table=True):
    """Invoices of one AR company that are sent in one message."""

    __tablename__ = "export_chunk"

    run_id: int = columns.big("export_run.id", primary_key=True)
    position: int = Field(primary_key=True)
    ar_company: int
    sent_at: datetime | None = columns.moment(nullable=True)
    requests: int
    first_invoice_id: int | None = columns.big(nullable=True)
    last_invoice_id: int | None = columns.big(nullable=True)


class ExportInvoice(Table, table=True):
    """One hand-over of an invoice, with the answer of receivables."""

    __tablename__ = "export_invoice"
    __table_args__ = (
        Index("export_invoice_run_id", "run_id", "invoice_id"),
        Index("export_invoice_in_batch", "run_id", postgresql_where=text("ar_batch IS NOT NULL")),
    )

    invoice_id: int = columns.big("invoice.id", primary_key=True)
    attempt: int = Field(primary_key=True)
    run_id: int = columns.big("export_run.id")
    ar_company: int
    chunk: int | None = None
    orders: int
    total: Decimal = columns.total()
    document_bytes: int
    outcome: str = columns.words()
    reason: str = columns.words()
    detail: str = columns.words()
    withdrawal_requested_at: datetime | None = columns.moment(nullable=True)
    ar_batch: int | None = columns.big(nullable=True)
    answered_at: datetime | None = columns.moment(nullable=True)


class ExportOrder(Table, table=True):
    """One hand-over of an order. Receivables books each (order, version, attempt) at most once."""

    __tablename__ = "export_order"
    __table_args__ = (
        ForeignKeyConstraint(
            ["invoice_id", "invoice_attempt"], ["export_invoice.invoice_id", "export_invoice.attempt"]
        ),
        Index("export_order_invoice", "invoice_id", "invoice_attempt"),
    )

    work_order_id: int = columns.big("work_order.id", primary_key=True)
    version: int = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    invoice_id: int = columns.big()
    invoice_attempt: int
    total: Decimal = columns.money()
    number: str | None = columns.code(nullable=True)


class OrderCredit(Table, table=True):
    """What a credit memo in receivables credited of an order."""

    __tablename__ = "order_credit"
    __table_args__ = (Index("order_credit_work_order_id", "work_order_id"),)

    ar_company: int = Field(primary_key=True)
    month: str = columns.code(primary_key=True)
    transaction: int = columns.big(primary_key=True)
    work_order_id: int = columns.big("work_order.id", primary_key=True)
    version: int
    credited: Decimal = columns.money()
    remaining: Decimal = columns.money()
    disposition: str | None = columns.words(nullable=True)
    reason: str = columns.words()
    credited_by: str = columns.words()
    received_at: datetime = columns.moment()
