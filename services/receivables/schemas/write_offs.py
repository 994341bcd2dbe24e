"""The bodies of automatic write-offs."""

from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.receivables.records.receivable_types import TypeNumber
from services.receivables.rules.batches import BatchRow
from services.receivables.rules.write_offs import Choice, Criteria, Spread, WriteOffKind
from services.receivables.schemas.entries.typed import Percent
from shared.values.dates import CalendarDate
from shared.values.money import EnteredMoney, Money
from shared.values.numbers import CompanyNumber
from shared.values.text import CodeText, FilledLine, MonthText, NumberText

NotNegative = Annotated[EnteredMoney, Field(ge=0)]


class WriteOffCriteria(BaseModel):
    """What to write off: invoices before a date or older than a number of days that match the filters.

    `invoice_balance` and `account_balance` need a `limit`. `finance_charges` needs an `amount`, which starts with line
    1 of each invoice (0 writes off everything), or a `percent`, which is taken from all lines or starts with line 1.
    """

    model_config = ConfigDict(extra="forbid")

    kind: WriteOffKind
    ar_company: CompanyNumber
    older_than: CalendarDate | None = None
    older_than_days: int | None = Field(default=None, ge=0, le=36_500)
    start_on: CalendarDate | None = None
    customers: list[NumberText] | None = Field(default=None, min_length=1)
    receivable_types: list[TypeNumber] | None = Field(default=None, min_length=1)
    contracts: list[CodeText] | None = Field(default=None, min_length=1)
    limit: NotNegative | None = None
    amount: NotNegative | None = None
    percent: Percent | None = None
    spread: Spread = "all_lines"

    @model_validator(mode="after")
    def _require_complete(self) -> Self:
        if (self.older_than is None) == (self.older_than_days is None):
            raise ValueError("must have either older_than or older_than_days")
        if self.kind == "finance_charges":
            if (self.amount is None) == (self.percent is None):
                raise ValueError("finance_charges needs either an amount or a percent")
        elif self.limit is None:
            raise ValueError(f"{self.kind} needs a limit")
        return self

    def to_criteria(self, today: date) -> Criteria:
        """The criteria with a date instead of a number of days; `today` is the date at the company."""
        fields = self.model_dump(exclude={"older_than", "older_than_days", "month"})
        older_than = self.older_than or today - timedelta(days=self.older_than_days or 0)
        return Criteria(older_than=older_than, **fields)


class NewWriteOffs(WriteOffCriteria):
    """The criteria of write-offs to create, and the month of their batch."""

    month: MonthText | None = Field(default=None, description="The month of the batch. Defaults to the current month.")


class TakenRead(BaseModel):
    """An invoice that would be written off, with the amount due and the amount to write off."""

    invoice_id: int
    number: str
    customer: str
    invoice_date: date
    due: Money
    amount: Money


class SkippedRead(BaseModel):
    """An invoice that is not written off, and why."""

    invoice_id: int
    number: str
    customer: str
    due: Money
    reason: str


class WriteOffPreview(BaseModel):
    """What would be written off, and what is skipped and why."""

    taken: list[TakenRead]
    skipped: list[SkippedRead]

    @classmethod
    def of(cls, choice: Choice) -> "WriteOffPreview":
        return cls(
            taken=[
                TakenRead(
                    invoice_id=write_off.candidate.id,
                    number=write_off.candidate.number,
                    customer=write_off.candidate.customer,
                    invoice_date=write_off.candidate.invoice_date,
                    due=write_off.candidate.due,
                    amount=write_off.amount,
                )
                for write_off in choice.taken
            ],
            skipped=[
                SkippedRead(
                    invoice_id=skipped.candidate.id,
                    number=skipped.candidate.number,
                    customer=skipped.candidate.customer,
                    due=skipped.candidate.due,
                    reason=skipped.reason,
                )
                for skipped in choice.skipped
            ],
        )


class WriteOffsCreated(BaseModel):
    """The batch of the write-offs, to be reviewed, edited and posted."""

    batch: BatchRow
    preview: WriteOffPreview


class UndoEntry(BaseModel):
    """Why a write-off is undone. The reversal is dated today if you give no date."""

    model_config = ConfigDict(extra="forbid")

    reason: FilledLine
    month: MonthText | None = None
    undo_date: CalendarDate | None = None
