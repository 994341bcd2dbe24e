"""Codes on the wire and in files."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rating.rules.codes import BillingItem, BillType, Branch, Code, RegionRow, Server, ZoneRow
from shared.values.numbers import CompanyNumber
from shared.values.text import SPLIT, AccountText, CodeText, FilledLine, YesNo, ZipPrefixText, ZipText

ItemName = Annotated[FilledLine, Field(max_length=30)]
CommissionMethod = Literal["flat", "percent", "server"]
COMMISSION_METHOD: Any = Field(
    default=None,
    description="What the line earns its servers: a `flat` amount, a `percent` of the line, or of each `server` his own "
    "percentage. Fee advances earn nothing.",
)
COMMISSION_RATE: Any = Field(
    default=None, description="The amount or the percentage (`10` is 10 %); not used by `server`."
)


class CodeRow(BaseModel):
    """A code and its name; a retired one stays for history and is no longer offered."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    code: CodeText
    name: FilledLine
    retired_on: date | None = None

    def to_row(self) -> Any:
        """The row as rules know it."""
        return Code(self.code, self.name, self.retired_on)


class BranchRow(CodeRow):
    ar_company: CompanyNumber

    def to_row(self) -> Branch:
        return Branch(self.code, self.name, self.retired_on, self.ar_company)


class BillTypeRow(CodeRow):
    """What makes a triggered line fire: a flag that the order carries, or the outcome in the field."""

    kind: Literal["flag", "outcome"]

    def to_row(self) -> BillType:
        return BillType(self.code, self.name, self.retired_on, self.kind)


class RegionEntry(CodeRow):
    """A region with its ZIP codes; in a table they stand in one cell, separated by semicolons."""

    zips: Annotated[tuple[ZipText, ...], SPLIT]

    def to_row(self) -> RegionRow:
        return RegionRow(self.code, self.name, self.retired_on, self.zips)


class ZoneEntry(CodeRow):
    """A zone with its ZIP codes, or their first three or four digits; the longest that fits a ZIP counts."""

    zips: Annotated[tuple[ZipPrefixText, ...], SPLIT]

    def to_row(self) -> ZoneRow:
        return ZoneRow(self.code, self.name, self.retired_on, self.zips)


class ServerRow(CodeRow):
    """A field agent, by his number; only one who receives commission earns his own percentage."""

    receives_commission: YesNo = False

    def to_row(self) -> Server:
        return Server(self.code, self.name, self.retired_on, self.receives_commission)


class BillingItemRow(BaseModel):
    """The name of a charge as invoices print it, at most 30 characters."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    name: ItemName
    income_account: AccountText
    taxable: YesNo = False
    fee_advance: YesNo = False
    retired_on: date | None = None

    def to_row(self) -> BillingItem:
        return BillingItem(self.name, self.income_account, self.taxable, self.fee_advance, self.retired_on)
