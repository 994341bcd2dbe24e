"""Open Rollup Invoice on the wire."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.rating.rules.open_rollup_invoices import OpenRollupFilter
from shared.values.money import Money
from shared.values.numbers import Id
from shared.values.text import CodeText, NumberText

State = Literal["rated", "assigned", "sent"]


class OpenRollupQuery(BaseModel):
    """The filters of Open Rollup Invoice."""

    model_config = ConfigDict(extra="ignore")

    state: State | None = None
    branch: CodeText | None = None
    bill_to: NumberText | None = None
    invoice_id: Id | None = None
    service_from: date | None = None
    service_to: date | None = None

    def to_filter(self) -> OpenRollupFilter:
        return OpenRollupFilter(**self.model_dump())


class OpenRollupItem(BaseModel):
    """An order that is rolled up or waits for it, with the draft or invoice that it is on."""

    model_config = ConfigDict(from_attributes=True)

    state: State
    work_order_id: int
    number: str
    branch: str
    customer: str
    bill_to: str
    bill_to_name: str | None
    matter: str
    attorney: str
    service_on: date
    rated_at: datetime
    total: Money
    invoice_id: int | None
    invoice_status: str | None
    cycle_from: date | None
    cycle_to: date | None
    run_id: int | None
    ar_number: str | None
    ar_month: str | None


class StateSums(BaseModel):
    """Orders and money by state: rated but not assigned, assigned but not sent, rolled up and sent."""

    model_config = ConfigDict(from_attributes=True)

    rated_orders: int
    rated: Money
    assigned_orders: int
    assigned: Money
    sent_orders: int
    sent: Money
    total: Money


class BillToSums(StateSums):
    branch: str
    bill_to: str
    bill_to_name: str | None
    orders: int


class OpenRollupTotalsRead(StateSums):
    """Totals of everything that fits the filters, not of the page."""

    count: int
    by_bill_to: list[BillToSums]
