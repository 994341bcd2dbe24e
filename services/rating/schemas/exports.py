"""Ready to Export and export runs on the wire."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.rating.rules.exports import Run, Selection
from services.rating.rules.ready import ReadyFacts, ReadyFilter, ReadyTotals, warnings_of
from shared.dates import Day
from shared.money import Money
from shared.numbers import Id
from shared.text import CodeText, MonthText, NumberText


class ReadyQuery(BaseModel):
    """The filters of Ready to Export."""

    model_config = ConfigDict(extra="ignore")

    branch: CodeText | None = None
    bill_to: NumberText | None = None
    invoice_id: Id | None = None
    rated_until: AwareDatetime | None = None
    month: MonthText | None = Field(default=None, description="The AR month that is thought of; warned of if closed.")

    def to_filter(self) -> ReadyFilter:
        return ReadyFilter(**self.model_dump(exclude={"month"}))


class ReadyItem(BaseModel):
    """A rated order that is not exported, with what should be looked at before it is."""

    model_config = ConfigDict(from_attributes=True)

    work_order_id: int
    number: str
    revision: int
    invoice_id: int | None
    invoice_kind: Literal["single", "rollup", "on_demand"] | None
    cycle_to: date | None
    branch: str
    ar_company: int
    customer: str
    bill_to: str
    bill_to_name: str | None
    job_type: str
    priority: str
    region: str
    service_on: date
    rated_by: str
    rated_at: datetime
    rating_version: int
    charges_total: Money
    advances_total: Money
    commission: Money
    total: Money
    warnings: list[str] = []

    @classmethod
    def of(
        cls, facts: ReadyFacts, today: date, month: str, limits_passed: Mapping[tuple[int, str], Decimal]
    ) -> "ReadyItem":
        warnings = warnings_of(facts, today, month, limits_passed)
        return cls.model_validate(facts).model_copy(update={"warnings": warnings})


class GroupTotalRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    orders: int
    charges_total: Money
    advances_total: Money
    commission: Money
    total: Money


class ReadyTotalsRead(BaseModel):
    """Totals of everything that fits the filters, not of the page."""

    model_config = ConfigDict(from_attributes=True)

    count: int
    charges_total: Money
    advances_total: Money
    commission: Money
    total: Money
    by_branch: list[GroupTotalRead]
    by_income_account: list[GroupTotalRead]

    @classmethod
    def of(cls, totals: ReadyTotals) -> "ReadyTotalsRead":
        return cls.model_validate(totals)


class SelectionRead(BaseModel):
    """Which rated orders: by branch, bill-to, invoice, id, or rated until a moment; nothing named means all."""

    model_config = ConfigDict(extra="forbid")

    branches: list[CodeText] | None = Field(default=None, min_length=1)
    bill_tos: list[NumberText] | None = Field(default=None, min_length=1)
    work_order_ids: list[Id] | None = Field(default=None, min_length=1, max_length=10_000)
    invoice_ids: list[Id] | None = Field(default=None, min_length=1, max_length=10_000)
    rated_until: AwareDatetime | None = None

    def to_selection(self) -> Selection:
        return Selection(**self.model_dump())


class ExportRequest(BaseModel):
    """What to export, dated when; `expected_*` is what was seen, and refuses the export when it has changed."""

    model_config = ConfigDict(extra="forbid")

    selection: SelectionRead = SelectionRead()
    invoice_date: Day | None = Field(default=None, description="Today at the company, if left out.")
    month: MonthText | None = Field(default=None, description="That of the invoice date, if left out.")
    expected_orders: int | None = Field(default=None, ge=0, le=1_000_000_000)
    expected_total: Money | None = None


class ExportRunRead(BaseModel):
    """A run and its progress: invoices and sums of their totals, requested = exported + refused + in flight."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    status: Literal["preparing", "sending", "waiting", "waiting_for_posting", "done", "done_with_refusals"]
    requested_by: str
    requested_at: datetime
    invoice_date: date
    month: str
    selection: dict[str, Any]
    invoices: int
    orders: int
    total: Money
    exported: int
    refused: int
    in_flight: int
    in_batch: int
    exported_total: Money
    refused_total: Money
    finished_at: datetime | None

    @classmethod
    def of(cls, run: Run) -> "ExportRunRead":
        return cls.model_validate(run).model_copy(update={"status": run.state})


class RunInvoiceRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    invoice_id: int
    attempt: int
    kind: Literal["single", "rollup", "on_demand"]
    branch: str
    bill_to: str
    ar_company: int
    orders: int
    total: Money
    outcome: Literal["waiting", "exported", "refused"]
    reason: str
    detail: str
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None
    ar_batch: int | None
    answered_at: datetime | None


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


class WithdrawalRequest(BaseModel):
    """Which invoices of the run to withdraw; all that wait, if none are named."""

    model_config = ConfigDict(extra="forbid")

    invoice_ids: list[Id] | None = Field(default=None, min_length=1, max_length=10_000)


class Withdrawn(BaseModel):
    """How many invoices waited and were asked back; their answers come to the run like any other."""

    requested: int


class DifferenceRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: str
    document: str
    detail: str
    amount: Money


class RunSumsRead(BaseModel):
    """One run: requested = exported + refused + in flight."""

    model_config = ConfigDict(from_attributes=True)

    run_id: int
    invoices: int
    total: Money
    exported: int
    exported_total: Money
    refused: int
    refused_total: Money
    in_flight: int
    in_flight_total: Money


class CurrentTotalsRead(BaseModel):
    """All current ratings: rated = invoiced + in flight + waiting; credits are a column of their own."""

    model_config = ConfigDict(from_attributes=True)

    orders: int
    rated: Money
    invoiced: Money
    in_flight: Money
    waiting: Money
    credited: Money


class Reconciliation(BaseModel):
    runs: list[RunSumsRead]
    current: CurrentTotalsRead
    differences: list[DifferenceRead]
