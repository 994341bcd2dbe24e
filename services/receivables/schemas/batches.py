"""Batches and what validation found in them, on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.receivables.rules.batches import BatchFilter
from shared.values.money import Money
from shared.values.numbers import CompanyNumber, Id
from shared.values.text import FilledLine, MonthText

Source = Literal["ar_invoice", "rating", "receipts", "finance_charge", "write_off", "retainage"]
Status = Literal[
    "open", "validating", "errors", "warnings", "valid", "awaiting_approval", "posting", "posted", "cancelled"
]


class BatchToMake(BaseModel):
    """A batch of a company and month; a restricted one opens for its creator and administrators only."""

    model_config = ConfigDict(extra="forbid")

    ar_company: CompanyNumber
    month: MonthText
    restricted: bool = False


class BatchChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    restricted: bool


class BatchQuery(BaseModel):
    """The filters of the list of batches."""

    model_config = ConfigDict(extra="ignore")

    ar_company: CompanyNumber | None = None
    month: MonthText | None = None
    source: Source | None = None
    status: Status | None = None
    created_by: FilledLine | None = Field(default=None, description="The name of who made it, as `DOMAIN\\name`.")
    run_id: Id | None = Field(default=None, description="The export run whose invoices it holds.")

    def to_filter(self) -> BatchFilter:
        return BatchFilter(**self.model_dump())


class BatchRead(BaseModel):
    """A batch: `entered` is the sum of its entries, `total` the sum of what is posted; findings by severity."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    ar_company: int
    month: str
    number: int
    source: Source
    status: Status
    restricted: bool
    run_id: int | None
    created_by: str
    created_at: datetime
    revision: int
    entries: int
    entered: Money
    errors: int
    warnings: int
    transactions: int
    total: Money


class FindingRead(BaseModel):
    """What was found: `seq` 0 is the batch itself. An error keeps it from being posted, a warning does not."""

    model_config = ConfigDict(from_attributes=True)

    seq: int
    line: int | None
    field: str
    rule: str
    severity: Literal["error", "warning"]
    detail: str
