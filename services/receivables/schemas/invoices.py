"""Invoices on the wire."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.receivables.rules.invoices import InvoiceFilter, InvoiceWhole
from shared.values.money import Money, Quantity, Rate
from shared.values.numbers import CompanyNumber, Id
from shared.values.text import CodeText, Line, MonthText, NumberText


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
