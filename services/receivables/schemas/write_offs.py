"""Automatic write-offs on the wire."""

from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.receivables.records.receivable_types import TypeNumber
from services.receivables.rules.batches import BatchRow
from services.receivables.rules.write_offs import Choice, Criteria, Spread, WriteOffKind
from services.receivables.schemas.entries.typed import Percent
from shared.values.money import Money
from shared.values.numbers import CompanyNumber
from shared.values.text import CodeText, FilledLine, MonthText, NumberText

NotNegative = Annotated[Money, Field(ge=0)]


class WriteOffCriteria(BaseModel):
    """What to write off: invoices dated before a date, or older than so many days, and within the filters.

    `invoice_balance` and `account_balance` need a `limit`; `finance_charges` an `amount` (0 takes all, else it is spread
    from line 1 of each invoice) or a `percent` of all lines or from line 1.
    """

    model_config = ConfigDict(extra="forbid")

    kind: WriteOffKind
    ar_company: CompanyNumber
    older_than: date | None = None
    older_than_days: int | None = Field(default=None, ge=0, le=36_500)
    start_on: date | None = None
    customers: list[NumberText] | None = Field(default=None, min_length=1)
    receivable_types: list[TypeNumber] | None = Field(default=None, min_length=1)
    contracts: list[CodeText] | None = Field(default=None, min_length=1)
    limit: NotNegative | None = None
    amount: NotNegative | None = None
    percent: Percent | None = None
    spread: Spread = "all_lines"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.older_than is None) == (self.older_than_days is None):
            raise ValueError("name either older_than or older_than_days")
        if self.kind == "finance_charges":
            if (self.amount is None) == (self.percent is None):
                raise ValueError("finance charges need either an amount or a percent")
        elif self.limit is None:
            raise ValueError(f"{self.kind} needs a limit")
        return self

    def to_criteria(self, today: date) -> Criteria:
        given = self.model_dump(exclude={"older_than", "older_than_days", "month"})
        older_than = self.older_than or today - timedelta(days=self.older_than_days or 0)
        return Criteria(older_than=older_than, **given)


class WriteOffToMake(WriteOffCriteria):
    month: MonthText | None = Field(default=None, description="The month of the batch; that of today, if left out.")


class TakenRead(BaseModel):
    invoice_id: int
    number: str
    customer: str
    invoice_date: date
    due: Money
    amount: Money


class SkippedRead(BaseModel):
    invoice_id: int
    number: str
    customer: str
    due: Money
    reason: str


class WriteOffPreview(BaseModel):
    """What would be written off, and what is left alone and why."""

    taken: list[TakenRead]
    skipped: list[SkippedRead]

    @classmethod
    def of(cls, choice: Choice) -> "WriteOffPreview":
        return cls(
            taken=[
                TakenRead(
                    invoice_id=one.candidate.id,
                    number=one.candidate.number,
                    customer=one.candidate.customer,
                    invoice_date=one.candidate.invoice_date,
                    due=one.candidate.due,
                    amount=one.amount,
                )
                for one in choice.taken
            ],
            skipped=[
                SkippedRead(
                    invoice_id=one.candidate.id,
                    number=one.candidate.number,
                    customer=one.candidate.customer,
                    due=one.candidate.due,
                    reason=one.reason,
                )
                for one in choice.skipped
            ],
        )


class WriteOffMade(BaseModel):
    """The batch that holds the write-offs, to be reviewed, edited and posted."""

    batch: BatchRow
    preview: WriteOffPreview


class UndoEntry(BaseModel):
    """Why a write-off is undone; its mirror is posted today if no date is named."""

    model_config = ConfigDict(extra="forbid")

    reason: FilledLine
    month: MonthText | None = None
    undo_date: date | None = None
