"""Owns invoices before they are in Accounts Receivable: what they show, and that only drafts are changed."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.rating.errors import LockedUseCredit
from services.rating.rules.rollup import GroupKey


@dataclass(frozen=True)
class Invoice:
    """An invoice with what is on it now; one that was dissolved has no orders any more.

    Credited orders leave their exported invoice, so its total here is what of it still stands as it was exported.
    """

    id: int
    kind: str
    status: str
    revision: int
    branch: str
    ar_company: int
    bill_to: str
    bill_to_name: str | None
    grouping: str
    grouped_by: str
    cycle_from: date | None
    cycle_to: date | None
    attempt: int
    orders: int
    total: Decimal
    run_id: int | None
    refused_for: str | None
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None
    made_by: str
    created_at: datetime

    @property
    def key(self) -> GroupKey:
        return GroupKey(self.branch, self.bill_to, self.grouping, self.grouped_by, self.cycle_from, self.cycle_to)


@dataclass(frozen=True)
class InvoiceFilter:
    """Which invoices a list shows; None leaves a side open."""

    status: str | None = None
    kind: str | None = None
    branch: str | None = None
    bill_to: str | None = None
    made_from: date | None = None
    made_to: date | None = None


@dataclass(frozen=True)
class InvoiceTotals:
    count: int
    orders: int
    total: Decimal


@dataclass(frozen=True)
class InvoiceOrder:
    """An order of an invoice, with the totals of its current rating."""

    work_order_id: int
    number: str
    revision: int
    customer: str
    matter: str
    attorney: str
    job_type: str
    service_on: date
    rating_version: int
    charges_total: Decimal
    advances_total: Decimal
    total: Decimal


def require_draft(invoice: Invoice) -> None:
    """Refuses to change an invoice that is on its way to Accounts Receivable, there, or dissolved.

    The refusal names the invoice and the way out. Source: rating, section 2.
    """
    members: dict[str, object] = {"invoice_id": invoice.id}
    match invoice.status:
        case "draft":
            return
        case "exporting":
            members["run_id"] = invoice.run_id
            detail = f"Invoice {invoice.id} is being exported by run {invoice.run_id}; wait for the run to end."
        case "exported":
            members |= {
                "ar_company": invoice.ar_company,
                "invoice_number": invoice.ar_number,
                "month": invoice.ar_month,
                "transaction": invoice.ar_transaction,
            }
            detail = (
                f"Invoice {invoice.id} is invoice {invoice.ar_number} in Accounts Receivable (company "
                f"{invoice.ar_company}, {invoice.ar_month}, transaction {invoice.ar_transaction}): credit it there."
            )
        case _:
            detail = f"Invoice {invoice.id} was dissolved."
    raise LockedUseCredit(detail, members=members)
