"""Credits that wait for approval, on the wire."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.receivables.actions.credit_requests import RequestWhole
from services.receivables.rules.credit_requests import RequestFilter
from services.receivables.schemas.requests import RequestStatus
from shared.values.money import Money
from shared.values.numbers import CompanyNumber, Id
from shared.values.text import FilledLine, NumberText


class CreditRequestQuery(BaseModel):
    """The filters of the list of requests."""

    model_config = ConfigDict(extra="ignore")

    ar_company: CompanyNumber | None = None
    customer: NumberText | None = None
    invoice_id: Id | None = None
    status: RequestStatus | None = None
    requested_by: FilledLine | None = None

    def to_filter(self) -> RequestFilter:
        return RequestFilter(**self.model_dump())


class CreditRequestItem(BaseModel):
    """A credit over the four-eyes limit; `amount` is what it takes of its lines, without their signs.

    `credit_id` is the credit memo that its approval has posted.
    """

    model_config = ConfigDict(from_attributes=True)

    id: int
    invoice_id: int
    invoice_number: str
    ar_company: int
    customer: str
    status: RequestStatus
    amount: Money
    month: str
    credit_on: date
    disposition: Literal["rerate", "close"] | None
    reason: str
    requested_by: str
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str
    credit_id: int | None


class CreditRequestLineRead(BaseModel):
    """What is to be credited of a line, with its tax and the sign of the line."""

    model_config = ConfigDict(from_attributes=True)

    line: int
    amount: Money


class CreditRequestRead(CreditRequestItem):
    lines: list[CreditRequestLineRead] = []

    @classmethod
    def of(cls, request: RequestWhole) -> "CreditRequestRead":
        lines = [CreditRequestLineRead.model_validate(one) for one in request.lines]
        return cls.model_validate(request.head).model_copy(update={"lines": lines})
