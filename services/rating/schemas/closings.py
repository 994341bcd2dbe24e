"""The ends of an order, and what became of it in Accounts Receivable, on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.values.dates import Day
from shared.values.money import Money
from shared.values.text import FilledLine, MonthText


class CreditOfOrder(BaseModel):
    """A credit memo in Accounts Receivable, as far as it is about the order; net amounts."""

    model_config = ConfigDict(from_attributes=True)

    month: str
    transaction: int
    credited: Money
    remaining: Money
    disposition: Literal["rerate", "close"] | None
    reason: str
    credited_by: str
    received_at: datetime


class OrderHandOverRead(BaseModel):
    """One hand-over of an order: the rating's version, the attempt, the answer, and the credits since then.

    `remaining` is what still stands on the invoice, net of credits; receipts do not change it.
    """

    model_config = ConfigDict(from_attributes=True)

    version: int
    attempt: int
    invoice_id: int
    kind: Literal["single", "rollup", "on_demand"]
    run_id: int
    outcome: Literal["waiting", "exported", "refused"]
    reason: str
    detail: str
    ar_company: int
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None
    total: Money
    remaining: Money
    answered_at: datetime | None
    credits: list[CreditOfOrder]


class ClosingRead(BaseModel):
    """Who closed the order without an invoice (`zero_bill`) or took it up again (`reopen`), when and why."""

    model_config = ConfigDict(from_attributes=True)

    action: Literal["zero_bill", "reopen"]
    reason: str
    done_by: str
    done_at: datetime


class OnDemandRequest(BaseModel):
    """When the invoice is dated."""

    model_config = ConfigDict(extra="forbid")

    invoice_date: Day | None = Field(default=None, description="Today at the company, if left out.")
    month: MonthText | None = Field(default=None, description="That of the invoice date, if left out.")


class Reason(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: FilledLine
