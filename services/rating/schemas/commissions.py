"""Commissions on the wire and in files."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rating.rules.commissions import Booking, CommissionFilter, ServerTotal
from services.rating.schemas.codes import CommissionMethod
from shared.values.money import ZERO, Money, Quantity, Rate
from shared.values.numbers import Id
from shared.values.text import CodeText, FilledLine, NumberText

Status = Literal["accrued", "payable", "selected", "paid"]


class CommissionRead(BaseModel):
    """A booking: what a line earned a server (`earned`), or what an adjustment or a reversal changed of it.

    `commission_id` is that of what was earned. `base` is the server's part of the line, `figure` the amount or the
    percentage. `accrued` is rated only, `payable` is owed because the invoice is in A/R.
    """

    model_config = ConfigDict(from_attributes=True)

    id: int
    commission_id: int
    kind: Literal["earned", "adjusted", "reversed"]
    period: int
    server: str
    server_name: str
    work_order_id: int
    work_order: str
    version: int
    branch: str
    bill_to: str
    service_on: date
    invoice: str | None
    billing_item: str
    base: Money
    method: CommissionMethod
    figure: Rate
    share: Quantity
    amount: Money
    status: Status
    payment: int | None
    words: str
    booked_by: str
    booked_at: datetime


class CommissionDetail(BaseModel):
    """A commission with all its bookings; `amount` is what they come to. The ETag is needed to adjust it."""

    id: int
    amount: Money
    bookings: list[CommissionRead]

    @classmethod
    def of(cls, bookings: Sequence[Booking]) -> "CommissionDetail":
        return cls(
            id=bookings[0].id,
            amount=sum((one.amount for one in bookings), ZERO),
            bookings=[CommissionRead.model_validate(one) for one in bookings],
        )


class ServerTotalRead(BaseModel):
    """What a server has: rated only, owed, chosen to be paid, paid; `amount` is all of it."""

    model_config = ConfigDict(from_attributes=True)

    server: str
    name: str
    bookings: int
    accrued: Money
    owed: Money
    selected: Money
    paid: Money
    amount: Money


class CommissionTotals(BaseModel):
    """The totals of everything that fits, and by server."""

    count: int
    accrued: Money
    owed: Money
    selected: Money
    paid: Money
    amount: Money
    by_server: list[ServerTotalRead]

    @classmethod
    def of(cls, totals: Sequence[ServerTotal]) -> "CommissionTotals":
        sums: dict[str, Decimal] = {
            name: sum((getattr(one, name) for one in totals), ZERO)
            for name in ("accrued", "owed", "selected", "paid", "amount")
        }
        return cls(
            count=sum(one.bookings for one in totals),
            by_server=[ServerTotalRead.model_validate(one) for one in totals],
            **sums,
        )


class CommissionQuery(BaseModel):
    """The filters of the report; the days are those of service."""

    model_config = ConfigDict(extra="ignore")

    server: CodeText | None = None
    branch: CodeText | None = None
    period: Id | None = None
    payment: Id | None = None
    status: Status | None = Field(default=None, description="`payable` is what is owed.")
    work_order: NumberText | None = Field(default=None, description="The number of an order.")
    served_from: date | None = None
    served_to: date | None = None

    def to_filter(self) -> CommissionFilter:
        return CommissionFilter(**self.model_dump())


class AdjustmentBody(BaseModel):
    """The amount to which a commission is to come, and why."""

    model_config = ConfigDict(extra="forbid")

    amount: Money
    reason: FilledLine
