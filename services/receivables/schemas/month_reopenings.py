"""Reopened months on the wire."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from services.receivables.rules.month_reopenings import ReopeningFilter
from services.receivables.schemas.requests import RequestStatus
from shared.values.numbers import CompanyNumber


class MonthReopeningQuery(BaseModel):
    """The filters of the list of reopenings."""

    model_config = ConfigDict(extra="ignore")

    ar_company: CompanyNumber | None = None
    status: RequestStatus | None = None

    def to_filter(self) -> ReopeningFilter:
        return ReopeningFilter(**self.model_dump())


class MonthReopeningRead(BaseModel):
    """A month that was reopened (`approved`), or a request for it; without `four_eyes` who asked did it at once."""

    model_config = ConfigDict(from_attributes=True)

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
