"""Owns invoices sent by e-mail: what is written, when it is tried again, and when it is given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from services.receivables.rules.invoice_prints.documents import InvoiceDocument
from shared.values.filters import Filter
from shared.values.numbers import CompanyNumber, Id
from shared.values.text import NumberText

EmailStatus = Literal["waiting", "sent", "failed"]
WAITING: Final = "waiting"
SENT: Final = "sent"
FAILED: Final = "failed"
NotSent = Literal["NO_ADDRESS", "SENT_BEFORE"]
NO_ADDRESS: Final = "NO_ADDRESS"
SENT_BEFORE: Final = "SENT_BEFORE"
_PAUSES_MINUTES = (1, 5, 15, 60, 240, 720, 1440)


class EmailFilter(Filter):
    """Which e-mails a list shows."""

    status: EmailStatus | None = None
    invoice_id: Id | None = None
    ar_company: CompanyNumber | None = None
    customer: NumberText | None = None


@dataclass(frozen=True)
class InvoiceEmail:
    """An invoice on its way to an address: `due_at` says when it is tried next, `last_error` what the server said."""

    id: int
    invoice_id: int
    invoice_number: str
    ar_company: int
    customer: str
    recipient: str
    again: bool
    status: EmailStatus
    attempts: int
    due_at: datetime
    last_error: str
    requested_by: str
    requested_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True)
class Asked:
    """What became of the wish to send an invoice: it waits now, or was left out, and why."""

    invoice_id: int
    number: str
    customer: str
    waits: bool
    reason: NotSent | None


def next_attempt(attempts: int, failed_at: datetime) -> datetime | None:
    """When an e-mail is tried again that failed for the `attempts`-th time; None when it is given up.

    After 1, 5 and 15 minutes, 1, 4, 12 and 24 hours: two days in which a server may come back.
    """
    if attempts > len(_PAUSES_MINUTES):
        return None
    return failed_at + timedelta(minutes=_PAUSES_MINUTES[attempts - 1])


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


def write_letter(document: InvoiceDocument) -> Letter:
    """What the e-mail says; the invoice itself is attached."""
    head = document.head
    lines = [
        f"{head.customer_name},",
        "",
        f"attached is invoice {head.number} of {head.invoice_date} over {head.total:,} {head.currency}.",
    ]
    if document.due > 0:
        lines.append(f"Please pay {document.due:,} {head.currency} by {head.due_on}.")
    if head.discount_on is not None and document.discount and not document.amendments:
        lines.append(f"If you pay by {head.discount_on}, you may take off {document.discount:,} {head.currency}.")
    return Letter(f"Invoice {head.number} of {head.company_name}", "\n".join([*lines, "", head.company_name, ""]))
