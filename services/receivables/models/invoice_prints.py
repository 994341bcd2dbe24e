"""Prints of many invoices, and every printing of an invoice."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from services.receivables.models.table import Table
from shared.database import columns


class InvoicePrint(Table, table=True):
    """A print request, and up to which position its invoices are done."""

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
    due_at: datetime | None = columns.moment(nullable=True)
    part_size: int | None
    tries: int


class InvoicePrintItem(Table, table=True):
    """An invoice of a print, at its position, and why it failed."""

    __tablename__ = "invoice_print_item"

    print_id: int = columns.owned_by("invoice_print.id", primary_key=True)
    position: int = Field(primary_key=True)
    invoice_id: int = columns.big("ar_transaction.id")
    error: str | None = columns.words(nullable=True)


class InvoicePrintFile(Table, table=True):
    """A finished PDF of a print."""

    __tablename__ = "invoice_print_file"

    print_id: int = columns.owned_by("invoice_print.id", primary_key=True)
    file: int = Field(primary_key=True)
    invoices: int
    first_number: str = columns.code()
    last_number: str = columns.code()
    content: bytes
    replaced: str = columns.words()


class InvoicePrinting(Table, table=True):
    """One printing of an invoice. `version_id` is the printed transaction: the invoice or its latest change."""

    __tablename__ = "invoice_printing"

    invoice_id: int = columns.big("ar_transaction.id", primary_key=True)
    printing: int = Field(primary_key=True)
    version_id: int = columns.big("ar_transaction.id")
    way: str = columns.words()
    printed_by: str = columns.words()
    printed_at: datetime = columns.moment()
