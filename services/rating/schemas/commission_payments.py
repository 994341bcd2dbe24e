"""Commission periods and payments on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.values.money import Money
from shared.values.numbers import Id
from shared.values.text import CodeText


class PeriodRead(BaseModel):
    """A commission period; `amount` is what is booked in it. The one without `closed_at` is open."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str
    bookings: int
    amount: Money


class PaymentRequest(BaseModel):
    """Whom to pay (all servers, if none are named), and up to which period."""

    model_config = ConfigDict(extra="forbid")

    servers: list[CodeText] | None = Field(default=None, min_length=1)
    through_period: Id | None = None


class PaymentRead(BaseModel):
    """Commissions chosen together; their list is `GET /commissions?payment=…`."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    status: Literal["selected", "paid", "released"]
    selected_by: str
    selected_at: datetime
    paid_by: str
    paid_at: datetime | None
    servers: int
    commissions: int
    total: Money
