"""Work in Progress on the wire."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.rating.rules.work_in_progress import WipFilter, WipOrder
from shared.values.money import Money
from shared.values.text import CodeText, NumberText


class WipQuery(BaseModel):
    """The filters of Work in Progress."""

    model_config = ConfigDict(extra="ignore")

    branch: CodeText | None = None
    customer: NumberText | None = None
    bill_to: NumberText | None = None
    server: CodeText | None = None
    service_from: date | None = None
    service_to: date | None = None

    def to_filter(self) -> WipFilter:
        return WipFilter(**self.model_dump(include=set(WipQuery.model_fields)))


class WipSummaryQuery(WipQuery):
    """`by` says whose orders are counted together."""

    by: Literal["customer", "server"] = "customer"


class WipGroupRead(BaseModel):
    """The active orders of a customer or server. Ages are days since the service date.

    `value` is what is rated plus what the dry run of the open orders comes to; `without_value` cannot be estimated.
    """

    model_config = ConfigDict(from_attributes=True)

    name: str
    words: str
    orders: int
    open: int
    rated: int
    assigned: int
    exporting: int
    oldest_days: int
    average_days: int
    value: Money
    without_value: int


class WipSummaryRead(BaseModel):
    """`totals` count each order once, also one that counts with two servers."""

    as_of: date
    by: Literal["customer", "server"]
    groups: list[WipGroupRead]
    totals: WipGroupRead


class WipOrderRead(BaseModel):
    """An active order: `value_from` is its `rating`, an `estimate`, or `none`, and then `why` is what refuses it."""

    work_order_id: int
    number: str
    branch: str
    customer: str
    customer_name: str | None
    bill_to: str
    servers: list[str]
    job_type: str
    priority: str
    status: str
    field_status: str
    service_on: date
    age_days: int
    invoice_id: int | None
    value: Money | None
    value_from: Literal["rating", "estimate", "none"]
    why: str

    @classmethod
    def of(cls, order: WipOrder) -> "WipOrderRead":
        told = {**vars(order.facts), "servers": [one["server"] for one in order.facts.servers]}
        return cls(
            **{name: told[name] for name in cls.model_fields if name in told},
            age_days=order.age_days,
            value=order.value,
            value_from=order.value_from,
            why=order.why,
        )
