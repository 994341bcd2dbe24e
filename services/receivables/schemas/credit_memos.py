"""The bodies of credits."""

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.receivables.rules.credit_memos import CreditDraft, CreditDraftLine, CreditWarning
from services.receivables.schemas.invoices import InvoiceRead
from shared.clock import month_of
from shared.contracts.invoice_credited import Disposition
from shared.values.dates import CalendarDate
from shared.values.money import EnteredMoney
from shared.values.numbers import Id
from shared.values.text import FilledLine, MonthText


class CreditLineEntry(BaseModel):
    """A line to credit, and how much of it, including tax and always positive. Without it, everything that is left."""

    model_config = ConfigDict(extra="forbid")

    line: int = Field(ge=1, le=1_000_000_000)
    amount: EnteredMoney | None = None


class CreditEntry(BaseModel):
    """What to credit: the whole invoice, some of its work orders, or some of its lines in full or in part.

    `disposition` says what happens to work orders that come to zero: `rerate` opens them to be rated again, `close`
    closes them. It is required if a work order comes to zero, and must be left out otherwise.
    """

    model_config = ConfigDict(extra="forbid")

    disposition: Disposition | None = None
    reason: FilledLine
    work_order_ids: list[Id] | None = Field(
        default=None, min_length=1, description="The ids of work orders in rating; without them, the whole invoice."
    )
    lines: list[CreditLineEntry] | None = Field(
        default=None, min_length=1, max_length=1000, description="Lines instead of work orders, each at most once."
    )
    month: MonthText | None = Field(default=None, description="Defaults to the month of the credit date.")
    credit_date: CalendarDate | None = Field(default=None, description="Defaults to today in the company's time zone.")

    @field_validator("lines")
    @classmethod
    def _each_once(cls, lines: list[CreditLineEntry] | None) -> list[CreditLineEntry] | None:
        if lines is not None and len({choice.line for choice in lines}) < len(lines):
            raise ValueError("must not have the same line twice")
        return lines

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if self.lines is not None and self.work_order_ids is not None:
            raise ValueError("choose work orders or lines, not both")
        return self

    def to_draft(self, *, today: date, credited_by: str) -> CreditDraft:
        """The credit with its defaults; `today` is the date at the company."""
        credit_date = self.credit_date or today
        return CreditDraft(
            work_order_ids=self.work_order_ids,
            lines=None if self.lines is None else [CreditDraftLine(line.line, line.amount) for line in self.lines],
            disposition=self.disposition,
            reason=self.reason,
            month=self.month or month_of(credit_date),
            credit_date=credit_date,
            credited_by=credited_by,
        )


class CreditRead(BaseModel):
    """The transaction that was posted, and the invoice after it. `warnings` name what looks wrong with its date."""

    credit_id: int
    warnings: list[CreditWarning]
    invoice: InvoiceRead


class CreditAnswer(BaseModel):
    """The credit memo that was posted or the request that awaits approval, and the current invoice.

    `warnings` name what looks wrong with it and did not keep it from being posted.
    """

    credit_id: int | None
    request_id: int | None
    warnings: list[CreditWarning]
    invoice: InvoiceRead
