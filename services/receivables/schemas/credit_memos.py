"""Credits on the wire."""

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.receivables.rules.credit_memos import WantedCredit, WantedLine
from services.receivables.schemas.invoices import InvoiceRead
from shared.clock import month_of
from shared.contracts.invoice_credited import Disposition
from shared.values.money import Money
from shared.values.numbers import Id
from shared.values.text import FilledLine, MonthText


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

    disposition: Disposition | None = None
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
