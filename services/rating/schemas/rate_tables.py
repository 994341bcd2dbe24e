"""Rate tables and codes on the wire and in CSV files."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rating.rules.codes import BillingItem, BillType, Branch, Code, LineEntry, RegionRow
from services.rating.rules.orders import ONE
from services.rating.rules.rate_tables import BillingProfile, Key
from shared.money import Quantity, Rate
from shared.numbers import CompanyNumber
from shared.tables import SPLIT, YesNo
from shared.text import AccountText, CodeText, FilledLine, Line, ZipText

ItemName = Annotated[FilledLine, Field(max_length=30)]


class CodeRow(BaseModel):
    """A code and its name; a retired one stays for history and is no longer offered."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    code: CodeText
    name: FilledLine
    retired_on: date | None = None

    def to_code(self) -> Code:
        return Code(self.code, self.name, self.retired_on)


class BranchRow(CodeRow):
    ar_company: CompanyNumber

    def to_branch(self) -> Branch:
        return Branch(self.code, self.name, self.retired_on, self.ar_company)


class BillTypeRow(CodeRow):
    kind: Literal["flag", "outcome"]

    def to_bill_type(self) -> BillType:
        return BillType(self.code, self.name, self.retired_on, self.kind)


class RegionEntry(CodeRow):
    """A region with its ZIP codes; in CSV they stand in one cell, separated by semicolons."""

    zips: Annotated[tuple[ZipText, ...], SPLIT]

    def to_region(self) -> RegionRow:
        return RegionRow(self.code, self.name, self.retired_on, self.zips)


class BillingItemRow(BaseModel):
    """The name of a charge as invoices print it, at most 30 characters."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    name: ItemName
    income_account: AccountText
    taxable: YesNo = False
    fee_advance: YesNo = False
    retired_on: date | None = None

    def to_item(self) -> BillingItem:
        return BillingItem(self.name, self.income_account, self.taxable, self.fee_advance, self.retired_on)


class ProfileRow(BaseModel):
    """One line of a profile in a CSV file; rows that follow one another with the same key make one profile."""

    model_config = ConfigDict(extra="forbid")

    branch: CodeText
    customer_type: CodeText
    priority: CodeText
    job_type: CodeText
    region: CodeText
    effective_from: date
    effective_to: date | None = None
    source: Line = ""
    billing_item: ItemName
    mode: Literal["default", "triggered", "optional"] = "default"
    bill_type: str | None = None
    method: Literal["flat", "per_unit"] = "flat"
    rate: Rate
    included_units: Quantity = Decimal(0)
    quantity_source: str = ONE

    @property
    def profile(self) -> tuple[Key, date, date | None, str]:
        """What is the same for all lines of one profile."""
        key = Key(self.branch, self.customer_type, self.priority, self.job_type, self.region)
        return key, self.effective_from, self.effective_to, self.source

    def to_line(self) -> LineEntry:
        return LineEntry(
            self.billing_item,
            self.mode,
            self.bill_type,
            self.method,
            self.rate,
            self.included_units,
            self.quantity_source,
        )


class ProfileLineRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    position: int
    billing_item: str
    income_account: str
    taxable: bool
    fee_advance: bool
    mode: Literal["default", "triggered", "optional"]
    bill_type: str | None
    method: Literal["flat", "per_unit"]
    rate: Rate
    included_units: Quantity
    quantity_source: str


class ProfileRead(BaseModel):
    """A rate table: its key, when it is in force, where its figures come from, and its lines."""

    id: int
    branch: str
    customer_type: str
    priority: str
    job_type: str
    region: str
    effective_from: date
    effective_to: date | None
    source: str
    lines: list[ProfileLineRead]

    @classmethod
    def of(cls, profile: BillingProfile) -> "ProfileRead":
        return cls(
            id=profile.id,
            **profile.key._asdict(),
            effective_from=profile.effective_from,
            effective_to=profile.effective_to,
            source=profile.source,
            lines=[ProfileLineRead.model_validate(line) for line in profile.lines],
        )


class ProfileQuery(BaseModel):
    """The filters of the list of profiles: any of the five values, and a date on which it is in force."""

    model_config = ConfigDict(extra="ignore")

    branch: CodeText | None = None
    customer_type: CodeText | None = None
    priority: CodeText | None = None
    job_type: CodeText | None = None
    region: CodeText | None = None
    on: date | None = None


class CustomerRead(BaseModel):
    """A customer as receivables last announced it."""

    model_config = ConfigDict(from_attributes=True)

    ar_company: int
    number: str
    version: int
    name: str
    status: str
    customer_type: str
