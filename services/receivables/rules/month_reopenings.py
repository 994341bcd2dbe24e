"""Owns the reopening of months: only the month that was closed last, and by four eyes where a company wants them."""

from dataclasses import dataclass
from datetime import datetime

from services.receivables.errors import NotLastClosedMonth
from services.receivables.records.ar_companies import ArCompany
from services.receivables.rules.requests import RequestStatus
from shared.values.filters import Filter
from shared.values.numbers import CompanyNumber


@dataclass(frozen=True)
class MonthReopening:
    """A month that was reopened (`approved`), or a request for it; without `four_eyes` who asked did it at once."""

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
        return f"The request {self.id} to reopen {self.month} of company {self.ar_company}"


class ReopeningFilter(Filter):
    """Which reopenings a list shows."""

    ar_company: CompanyNumber | None = None
    status: RequestStatus | None = None


def needs_approval(company: ArCompany) -> bool:
    """Whether somebody else has to agree: wherever the company has a four-eyes limit, since a month has no amount.

    Source: security, point 8.
    """
    return company.four_eyes_limit is not None


def require_last_closed(company: ArCompany, month: str) -> None:
    """Raises NotLastClosedMonth: months are reopened one after another, the last first.

    Last closed 2026-10: 2026-10 may be reopened, 2026-09 only after it. Source: receivables, section 7.
    """
    if month != company.last_closed_month:
        raise NotLastClosedMonth(
            f"{company.last_closed_month} was closed last in company {company.number}, not {month}: that one comes first."
        )
