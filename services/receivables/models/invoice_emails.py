"""Invoices sent by e-mail."""

from datetime import datetime

from sqlalchemy import Index, text

from services.receivables.models.table import Table
from shared.database import columns


class InvoiceEmail(Table, table=True):
    """An e-mail with an invoice that is waiting, was sent, or failed for good."""

    __tablename__ = "invoice_email"
    __table_args__ = (
        Index(
            "invoice_email_once",
            "invoice_id",
            text("lower(recipient)"),
            unique=True,
            postgresql_where=text("NOT again AND status <> 'failed'"),
        ),
        Index("invoice_email_due", "due_at", "id", postgresql_where=text("status = 'waiting'")),
        Index("invoice_email_invoice", "invoice_id"),
        Index("invoice_email_failed", "id", postgresql_where=text("status = 'failed'")),
    )

    id: int = columns.identity()
    invoice_id: int = columns.big("ar_transaction.id")
    recipient: str = columns.words()
    again: bool
    status: str = columns.words()
    attempts: int
    due_at: datetime = columns.moment()
    last_error: str = columns.words()
    requested_by: str = columns.words()
    requested_at: datetime = columns.moment()
    sent_at: datetime | None = columns.moment(nullable=True)
    replaced: str = columns.words()
