"""The reopening of months: only the one closed last, and with approval if the company has a four-eyes limit."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from services.receivables.errors import NotLastClosedMonth
from services.receivables.records.ar_companies import ArCompany
from services.receivables.rules.requests import RequestStatus
from shared.values.filters import Filter
from shared.values.numbers import CompanyNumber


@dataclass(frozen=True)
class MonthReopening:
    """A reopened month (`approved`), or a request to reopen it. Without `four_eyes` it needed no approval."""

    id: int
    ar_company: int
    month: str
    status: RequestStatus
    four_eyes: bool
    reason: str
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str

    @property
    def title(self) -> str:
        """What the request is called at the beginning of a sentence."""
        return f"Request {self.id} to reopen {self.month} in company {self.ar_company}"


class ReopeningFilter(Filter):
    """The filters of the list of month reopenings."""

    ar_company: CompanyNumber | None = None
    status: RequestStatus | None = None
    mine: bool | None = Field(default=None, description="Whether you made the request.")


def needs_approval(company: ArCompany) -> bool:
    """Whether a second person must approve the reopening.

    A month has no amount, so this is the case in every company with a four-eyes limit. Source: security, point 8.
    """
    return company.four_eyes_limit is not None


def require_last_closed(company: ArCompany, month: str) -> None:
    """Raises NotLastClosedMonth unless the month was closed last: months are reopened in reverse order.

    Example: if 2026-10 was closed last, it can be reopened; 2026-09 only after it. Source: receivables, section 7.
    """
    if month != company.last_closed_month:
        raise NotLastClosedMonth(
            f"{month} cannot be reopened, because it is not the last closed month of company {company.number}. "
            f"Reopen {company.last_closed_month} first."
        )
