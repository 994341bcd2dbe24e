"""Owns credits over the four-eyes limit: requests that wait until somebody else approves or rejects them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class CreditRequest:
    """A credit that was asked for; `amount` is what it takes of all its lines, without their signs."""

    id: int
    invoice_id: int
    invoice_number: str
    ar_company: int
    customer: str
    status: str
    amount: Decimal
    month: str
    credit_on: date
    disposition: str | None
    reason: str
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str
    credit_id: int | None
    revision: int

    @property
    def title(self) -> str:
        return f"The request {self.id} to credit {self.amount} of invoice {self.invoice_number}"


@dataclass(frozen=True)
class RequestFilter:
    """Which requests a list shows; None leaves a side open."""

    ar_company: int | None = None
    customer: str | None = None
    invoice_id: int | None = None
    status: str | None = None
    requested_by: str | None = None


def needs_approval(size: Decimal, four_eyes_limit: Decimal | None) -> bool:
    """Whether a credit of this size waits for somebody else: 26.01 over a limit of 26.00 does, 26.00 does not.

    Source: security, point 8.
    """
    return four_eyes_limit is not None and size > four_eyes_limit
