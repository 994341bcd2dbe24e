"""Credits over the four-eyes limit: requests that await the decision of a second person."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from services.receivables.rules.credit_memos import CreditDraftLine
from services.receivables.rules.requests import RequestStatus
from shared.contracts.invoice_credited import Disposition
from shared.values.filters import Filter
from shared.values.money import Money
from shared.values.numbers import CompanyNumber, Id
from shared.values.text import FilledLine, MonthText, NumberText


@dataclass(frozen=True)
class CreditRequestRow:
    """A request for a credit over the four-eyes limit. `amount` is the sum of the absolute amounts of its lines.

    `credit_id` is the credit memo that was posted on approval.
    """

    id: int
    invoice_id: int
    invoice_number: str
    ar_company: int
    customer: str
    customer_name: str
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
    changed_by: str | None
    changed_at: datetime | None

    @property
    def title(self) -> str:
        """What the request is called at the beginning of a sentence."""
        return f"Request {self.id} to credit {self.amount} of invoice {self.invoice_number}"


@dataclass(frozen=True)
class RequestedLine(CreditDraftLine):
    """How much of a line to credit, including tax and always positive."""

    amount: Money


@dataclass(frozen=True)
class CreditRequest(CreditRequestRow):
    """A request to decide. Its revision keeps an approver from deciding an outdated version."""

    revision: int


class RequestFilter(Filter):
    """The filters of the list of credit requests."""

    ar_company: CompanyNumber | None = None
    customer: NumberText | None = None
    invoice_id: Id | None = None
    month: MonthText | None = Field(default=None, description="The month in which it is to be credited.")
    status: RequestStatus | None = None
    requested_by: FilledLine | None = None
    mine: bool | None = Field(default=None, description="Whether you made the request.")


def needs_approval(size: Decimal, four_eyes_limit: Decimal | None) -> bool:
    """Whether a credit of this size needs the approval of a second person.

    Example: with a limit of 26.00, a credit of 26.01 needs approval and one of 26.00 does not.
    Source: security, point 8.
    """
    return four_eyes_limit is not None and size > four_eyes_limit
