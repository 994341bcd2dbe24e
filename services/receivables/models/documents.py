"""Prints of many invoices, when each was printed, and what was sent by e-mail."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, text
from sqlmodel import Field

from services.receivables.models.table import Table
from shared import columns


def _print_id() -> int:
    key: int = Field(sa_column=Column(BigInteger, ForeignKey("invoice_print.id", ondelete="CASCADE"), primary_key=True))
    return key


class InvoicePrint(Table, table=True):
    """A request to print invoices, and how many are printed."""

    __tablename__ = "invoice_print"
    __table_args__ = (
        Index("invoice_print_unfinished", "id", postgresql_where=text("printed < invoices")),
        Index("invoice_print_requested_at", "requested_at"),
    )

    id: int = columns.identity()
    requested_by: str = columns.words()
    requested_at: datetime = columns.moment()
    invoices: int
    printed: int


class InvoicePrintItem(Table, table=True):
    """An invoice of a print, at its position."""

    __tablename__ = "invoice_print_item"

    print_id: int = _print_id()
    position: int = Field(primary_key=True)
    invoice_id: int = columns.big("ar_transaction.id")


class InvoicePrintFile(Table, table=True):
    """A finished PDF of a print."""

    __tablename__ = "invoice_print_file"

    print_id: int = _print_id()
    file: int = Field(primary_key=True)
    invoices: int
    first_number: str = columns.code()
    last_number: str = columns.code()
    content: bytes


class InvoicePrinting(Table, table=True):
    """A time that an invoice was printed, and the transaction that it was made of: itself or its latest change."""

    __tablename__ = "invoice_printing"

    invoice_id: int = columns.big("ar_transaction.id", primary_key=True)
    printing: int = Field(primary_key=True)
    version_id: int = columns.big("ar_transaction.id")
    way: str = columns.words()
    printed_by: str = columns.words()
    printed_at: datetime = columns.moment()


class InvoiceEmail(Table, table=True):
    """An invoice that waits to be sent to an address, was sent there, or could not be."""

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
