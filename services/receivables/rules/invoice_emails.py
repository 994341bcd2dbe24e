"""Invoices sent by e-mail: the text, the retries, and when an e-mail fails for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from services.receivables.rules.invoice_prints.documents import InvoiceDocument
from shared.contracts.order_facts import AttachmentFacts
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
MOST_DRAWINGS = 3
_PAUSES_MINUTES = (1, 5, 15, 60, 240, 720, 1440)


class EmailFilter(Filter):
    """The filters of the list of e-mails."""

    status: EmailStatus | None = None
    invoice_id: Id | None = None
    ar_company: CompanyNumber | None = None
    customer: NumberText | None = None


@dataclass(frozen=True)
class InvoiceEmail:
    """An invoice on its way to an address: `due_at` is the next try, `last_error` what the mail server answered.

    `replaced` names the characters that no font has, such as `U+1F600`; the PDF that was sent shows � instead.
    """

    id: int
    invoice_id: int
    invoice_number: str
    ar_company: int
    customer: str
    customer_name: str
    recipient: str
    again: bool
    status: EmailStatus
    attempts: int
    due_at: datetime
    last_error: str
    requested_by: str
    requested_at: datetime
    sent_at: datetime | None
    replaced: str


@dataclass(frozen=True)
class SendOutcome:
    """What happened to an invoice that was chosen to be sent: it is waiting, or it was skipped for `reason`."""

    invoice_id: int
    number: str
    customer: str
    queued: bool
    reason: NotSent | None


def next_attempt(attempts: int, failed_at: datetime) -> datetime | None:
    """When to retry an e-mail that failed for the `attempts`-th time; None after the last retry.

    Retries follow after 1, 5 and 15 minutes, then 1, 4, 12 and 24 hours, so a mail server can be down for almost two
    days.
    """
    if attempts > len(_PAUSES_MINUTES):
        return None
    return failed_at + timedelta(minutes=_PAUSES_MINUTES[attempts - 1])


def next_drawing(attempts: int, failed_at: datetime) -> datetime | None:
    """When to retry an e-mail whose invoice could not be drawn at its `attempts`-th try; None after the third.

    Example: a minute after the first, five minutes after the second.
    """
    return None if attempts >= MOST_DRAWINGS else next_attempt(attempts, failed_at)


@dataclass(frozen=True)
class Letter:
    """The subject and the text of an e-mail."""

    subject: str
    text: str


def write_letter(
    document: InvoiceDocument, files: Sequence[AttachmentFacts] = (), public_url: str | None = None
) -> Letter:
    """The e-mail to the customer. The invoice itself is attached; the files of its orders are named, with their links.

    Without the public address of the gateway there are no links, so the customer asks for the files.
    """
    head = document.head
    lines = [
        f"{head.customer_name},",
        "",
        f"attached is invoice {head.number} of {head.invoice_date} for {head.total:,} {head.currency}.",
    ]
    if document.due > 0:
        lines.append(f"Please pay {document.due:,} {head.currency} by {head.due_on}.")
    if head.discount_on is not None and document.discount and not document.amendments:
        lines.append(f"If you pay by {head.discount_on}, you may deduct {document.discount:,} {head.currency}.")
    if files:
        ask = "sign in to open them" if public_url else "ask us for a copy"
        lines += ["", f"These files belong to it; {ask}:"]
        lines += [f"- {file.name}" + (f": {public_url}{file.link}" if public_url else "") for file in files]
    return Letter(f"Invoice {head.number} from {head.company_name}", "\n".join([*lines, "", head.company_name, ""]))
