"""Invoices, credits and reconciliation on the wire."""

from datetime import date, datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.receivables.rules.credit_memos import WantedCredit, WantedLine
from services.receivables.rules.invoices import InvoiceFilter, InvoiceWhole
from shared.clock import month_of
from shared.money import Money, Quantity, Rate
from shared.numbers import CompanyNumber, Id
from shared.text import CodeText, FilledLine, Line, MonthText, NumberText


class InvoiceQuery(BaseModel):
    """The filters of the list of invoices."""

    model_config = ConfigDict(extra="ignore")

    ar_company: CompanyNumber | None = None
    customer: NumberText | None = None
    month: MonthText | None = None
    branch: CodeText | None = None
    work_order: NumberText | None = Field(default=None, description="The number of a work order on the invoice.")
    run_id: Id | None = Field(default=None, description="The export run that it came with.")
    search: Line | None = Field(default=None, description="Part of the invoice number.")

    def to_filter(self) -> InvoiceFilter:
        return InvoiceFilter(**self.model_dump())


class InvoiceItem(BaseModel):
    """A posted invoice in a list; `applied` is the sum of its amendments, `open` what is left."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    ar_company: int
    month: str
    transaction: int
    number: str
    customer: str
    customer_name: str
    branch: str | None
    invoice_date: date
    due_on: date
    source: str
    status: Literal["open", "partly_settled", "credited", "written_off", "paid", "deleted"]
    total: Money
    applied: Money
    open: Money


class InvoiceTotalsRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    count: int
    total: Money
    open: Money


class LineRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    line: int
    description: str
    gl_account: str
    quantity: Quantity
    unit_rate: Rate
    amount: Money
    tax: Money
    taxable: bool
    work_order_id: int | None
    work_order_number: str | None
    remaining: Money


class AmendmentRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    month: str
    transaction: int
    type: str
    posted_at: datetime
    posted_by: str
    total: Money
    disposition: str | None
    reason: str


class DistributionRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    month: str
    transaction: int
    line: int
    account: str
    debit: Money
    credit: Money


class InvoiceRead(InvoiceItem):
    """An invoice whole: its lines, what was applied to it, and everything that it posted to the general ledger."""

    lines: list[LineRead] = []
    amendments: list[AmendmentRead] = []
    distributions: list[DistributionRead] = []

    @classmethod
    def of(cls, invoice: InvoiceWhole) -> "InvoiceRead":
        return cls.model_validate(invoice.head).model_copy(
            update={
                "lines": [LineRead.model_validate(one) for one in invoice.lines],
                "amendments": [AmendmentRead.model_validate(one) for one in invoice.amendments],
                "distributions": [DistributionRead.model_validate(one) for one in invoice.distributions],
            }
        )


class CreditLineEntry(BaseModel):
    """A line to credit, and how much of it with its tax; all that is left of it, if left out."""

    model_config = ConfigDict(extra="forbid")

    line: int = Field(ge=1, le=1_000_000_000)
    amount: Money | None = None


class CreditEntry(BaseModel):
    """What of an invoice to credit: all of it, or chosen work orders, or chosen lines in whole or part.

    `disposition` says what becomes of work orders that come to zero: rated again, or closed. It is needed exactly then.
    """

    model_config = ConfigDict(extra="forbid")

    disposition: Literal["rerate", "close"] | None = None
    reason: FilledLine
    work_order_ids: list[Id] | None = Field(
        default=None, min_length=1, description="The ids that rating gives them; all of the invoice, if left out."
    )
    lines: list[CreditLineEntry] | None = Field(
        default=None, min_length=1, max_length=1000, description="Chosen lines in the place of work orders, each once."
    )
    month: MonthText | None = Field(default=None, description="That of the credit date, if left out.")
    credit_date: date | None = Field(default=None, description="Today at the company, if left out.")

    @field_validator("lines")
    @classmethod
    def _each_once(cls, lines: list[CreditLineEntry] | None) -> list[CreditLineEntry] | None:
        if lines is not None and len({one.line for one in lines}) < len(lines):
            raise ValueError("names a line twice")
        return lines

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if self.lines is not None and self.work_order_ids is not None:
            raise ValueError("choose work orders or lines, not both")
        return self

    def to_wanted(self, *, today: date, credited_by: str) -> WantedCredit:
        credit_date = self.credit_date or today
        return WantedCredit(
            work_order_ids=self.work_order_ids,
            lines=None if self.lines is None else [WantedLine(one.line, one.amount) for one in self.lines],
            disposition=self.disposition,
            reason=self.reason,
            month=self.month or month_of(credit_date),
            credit_date=credit_date,
            credited_by=credited_by,
        )


class CreditRead(BaseModel):
    """The credit memo that was posted, and the invoice as it is now."""

    credit_id: int
    invoice: InvoiceRead


class CreditAnswer(BaseModel):
    """The credit memo that was posted, or the request for it that awaits approval; and the invoice as it is now."""

    credit_id: int | None
    request_id: int | None
    invoice: InvoiceRead


class DifferenceRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: str
    document: str
    detail: str
    amount: Money


class LedgerTotalsRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    invoices: int
    invoiced: Money
    adjusted: Money
    credited: Money
    written_off: Money
    open: Money
    exported: Money
    debit: Money
    credit: Money
    unbilled: Money


class AccountSumsRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    gl_company: int
    account: str
    sub_ledger: Money
    general_ledger: Money


class RunBookingsRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    run_id: int
    booked: int
    booked_net: Money
    refused: int


class Reconciliation(BaseModel):
    """Everything within what you may see; `differences` names whatever does not add up."""

    model_config = ConfigDict(from_attributes=True)

    totals: LedgerTotalsRead
    accounts: list[AccountSumsRead]
    runs: list[RunBookingsRead]
    differences: list[DifferenceRead]
