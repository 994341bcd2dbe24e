"""Draft invoices on the wire."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rating.rules.draft_invoices import Invoice, InvoiceFilter, InvoiceOrder
from services.rating.schemas.exports import SelectionRead
from services.rating.schemas.rollup_rules import Grouping
from shared.values.money import Money
from shared.values.numbers import Id
from shared.values.text import CodeText, NumberText

Kind = Literal["single", "rollup", "on_demand"]
InvoiceStatus = Literal["draft", "exporting", "exported", "dissolved"]


class InvoiceQuery(BaseModel):
    """The filters of the list of invoices."""

    model_config = ConfigDict(extra="ignore")

    status: InvoiceStatus | None = None
    kind: Kind | None = None
    branch: CodeText | None = None
    bill_to: NumberText | None = None
    made_from: date | None = None
    made_to: date | None = None

    def to_filter(self) -> InvoiceFilter:
        return InvoiceFilter(**self.model_dump())


class InvoiceItem(BaseModel):
    """An invoice in a list, with what is on it now. `refused_for` is why Accounts Receivable did not take it last."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: Kind
    status: InvoiceStatus
    revision: int
    branch: str
    ar_company: int
    bill_to: str
    bill_to_name: str | None
    grouping: Grouping
    grouped_by: str
    cycle_from: date | None
    cycle_to: date | None
    attempt: int
    orders: int
    total: Money
    run_id: int | None
    refused_for: str | None
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None
    made_by: str
    created_at: datetime


class InvoiceOrderRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    work_order_id: int
    number: str
    revision: int
    customer: str
    matter: str
    attorney: str
    job_type: str
    service_on: date
    rating_version: int
    charges_total: Money
    advances_total: Money
    total: Money


class InvoiceRead(BaseModel):
    """An invoice with its orders; the ETag is needed to change it."""

    invoice: InvoiceItem
    work_orders: list[InvoiceOrderRead]

    @classmethod
    def of(cls, invoice: Invoice, orders: Sequence[InvoiceOrder]) -> "InvoiceRead":
        return cls(
            invoice=InvoiceItem.model_validate(invoice),
            work_orders=[InvoiceOrderRead.model_validate(one) for one in orders],
        )


class InvoiceTotalsRead(BaseModel):
    """Totals of everything that fits the filters."""

    model_config = ConfigDict(from_attributes=True)

    count: int
    orders: int
    total: Money


class AssignmentRequest(BaseModel):
    """Which orders to assign, or to take off their drafts."""

    model_config = ConfigDict(extra="forbid")

    selection: SelectionRead = SelectionRead()


class AssignedRead(BaseModel):
    """What was done: the drafts that took orders or lost them, how many are new, the orders and their total."""

    model_config = ConfigDict(from_attributes=True)

    invoice_ids: list[int]
    new_invoices: int
    orders: int
    total: Money


class ChosenOrders(BaseModel):
    """Orders by id."""

    model_config = ConfigDict(extra="forbid")

    work_order_ids: list[Id] = Field(min_length=1, max_length=10_000)


class OrdersToTakeOff(BaseModel):
    """Orders by id; all of the invoice, if none are named."""

    model_config = ConfigDict(extra="forbid")

    work_order_ids: list[Id] | None = Field(default=None, min_length=1, max_length=10_000)
