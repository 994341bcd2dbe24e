"""Export runs on the wire."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.rating.rules.exports.claim import Selection
from services.rating.rules.exports.runs import Run
from shared.values.dates import Day
from shared.values.money import Money
from shared.values.numbers import Id
from shared.values.text import CodeText, MonthText, NumberText


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


class WithdrawalRequest(BaseModel):
    """Which invoices of the run to withdraw; all that wait, if none are named."""

    model_config = ConfigDict(extra="forbid")

    invoice_ids: list[Id] | None = Field(default=None, min_length=1, max_length=10_000)


class Withdrawn(BaseModel):
    """How many invoices waited and were asked back; their answers come to the run like any other."""

    requested: int
