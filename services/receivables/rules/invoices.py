"""Owns how posted invoices are shown: in lists, and whole with lines, amendments and GL rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from shared.values.money import ZERO


@dataclass(frozen=True)
class InvoiceRow:
    """A posted invoice in a list; `applied` is the sum of its amendments, credits negative."""

    id: int
    ar_company: int
    month: str
    transaction: int
    number: str
    customer: str
    customer_name: str
    branch: str | None
    invoice_date: date
    due_on: date
    source: str
    total: Decimal
    applied: Decimal
    open: Decimal
    amended: int
    credited: Decimal
    written_off: Decimal
    deleted: bool

    @property
    def status(self) -> str:
        """`open` as posted, `partly_settled`, and at zero how it came there: `credited` by credits only, `written_off` by
        any write-off that is not undone, else `paid`; `deleted` when it was brought back into a batch and deleted.

        Source: receivables, section 1.
        """
        if self.deleted:
            return "deleted"
        settled = self.credited != ZERO or self.written_off != ZERO
        if self.open != ZERO or not self.amended:
            return "partly_settled" if settled else "open"
        if self.written_off != ZERO:
            return "written_off"
        return "credited" if self.credited != ZERO else "paid"


@dataclass(frozen=True)
class InvoiceFilter:
    """Which invoices a list shows; None leaves a side open. `search` looks into the invoice number."""

    ar_company: int | None = None
    customer: str | None = None
    month: str | None = None
    branch: str | None = None
    work_order: str | None = None
    run_id: int | None = None
    search: str | None = None


@dataclass(frozen=True)
class InvoiceTotals:
    count: int
    total: Decimal
    open: Decimal


@dataclass(frozen=True)
class LineRow:
    line: int
    description: str
    gl_account: str
    quantity: Decimal
    unit_rate: Decimal
    amount: Decimal
    tax: Decimal
    taxable: bool
    work_order_id: int | None
    work_order_number: str | None
    remaining: Decimal


@dataclass(frozen=True)
class Amendment:
    """A transaction applied to an invoice."""

    id: int
    month: str
    transaction: int
    type: str
    posted_at: datetime
    posted_by: str
    total: Decimal
    disposition: str | None
    reason: str


@dataclass(frozen=True)
class DistributionRow:
    """A GL row of the invoice or of one of its amendments."""

    month: str
    transaction: int
    line: int
    account: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True)
class InvoiceWhole:
    head: InvoiceRow
    lines: Sequence[LineRow]
    amendments: Sequence[Amendment]
    distributions: Sequence[DistributionRow]
