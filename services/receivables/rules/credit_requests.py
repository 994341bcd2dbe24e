"""Owns credits over the four-eyes limit: requests that wait until somebody else approves or rejects them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.receivables.rules.credit_memos import WantedLine
from services.receivables.rules.requests import RequestStatus
from shared.contracts.invoice_credited import Disposition
from shared.values.filters import Filter
from shared.values.money import Money
from shared.values.numbers import CompanyNumber, Id
from shared.values.text import FilledLine, NumberText


@dataclass(frozen=True)
class CreditRequestRow:
    """A credit over the four-eyes limit; `amount` is what it takes of its lines, without their signs.

    `credit_id` is the credit memo that its approval has posted.
    """

    id: int
    invoice_id: int
    invoice_number: str
    ar_company: int
    customer: str
    status: RequestStatus
    amount: Money
    month: str
    credit_on: date
    disposition: Disposition | None
    reason: str
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str
    credit_id: int | None

    @property
    def title(self) -> str:
        return f"The request {self.id} to credit {self.amount} of invoice {self.invoice_number}"


@dataclass(frozen=True)
class RequestedLine(WantedLine):
    """What is to be credited of a line, with its tax and the sign of the line."""

    amount: Money


@dataclass(frozen=True)
class CreditRequest(CreditRequestRow):
    """A request that is worked on: who has read an older revision cannot decide it."""

    revision: int


class RequestFilter(Filter):
    """Which requests a list shows."""

    ar_company: CompanyNumber | None = None
    customer: NumberText | None = None
    invoice_id: Id | None = None
    status: RequestStatus | None = None
    requested_by: FilledLine | None = None


def needs_approval(size: Decimal, four_eyes_limit: Decimal | None) -> bool:
    """Whether a credit of this size waits for somebody else: 26.01 over a limit of 26.00 does, 26.00 does not.

    Source: security, point 8.
    """
    return four_eyes_limit is not None and size > four_eyes_limit
