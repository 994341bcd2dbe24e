"""AR companies, GL accounts, receivable types and months on the wire and in CSV files."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.receivables.rules.setup import CompanyEntry, GlAccount, ReceivableType
from shared.numbers import CompanyNumber
from shared.tables import YesNo
from shared.text import AccountText, FilledLine, Line, MonthText

TypeNumber = Annotated[int, Field(ge=0, le=255)]


class Imported(BaseModel):
    """How many rows were loaded."""

    imported: int


class GlAccountRow(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)

    gl_company: CompanyNumber
    account: AccountText
    name: FilledLine
    active: YesNo = True

    def to_account(self) -> GlAccount:
        return GlAccount(self.gl_company, self.account, self.name, self.active)


class ArCompanyRow(BaseModel):
    """A company to set up. Months and the last invoice number of a company that is known stay as they are."""

    model_config = ConfigDict(extra="forbid")

    number: CompanyNumber
    name: FilledLine
    address: Line = ""
    gl_company: CompanyNumber
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"
    default_receivable_type: TypeNumber
    last_closed_month: MonthText
    max_open_months: int = Field(ge=2, le=24)
    last_invoice_number: int = Field(default=0, ge=0)

    def to_entry(self) -> CompanyEntry:
        return CompanyEntry(**self.model_dump())


class ArCompanyRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    number: int
    name: str
    address: str
    gl_company: int
    currency: str
    default_receivable_type: int
    last_closed_month: str
    max_open_months: int


class ReceivableTypeRow(BaseModel):
    """Which GL accounts an invoice posts to; all must exist in the company's GL company."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    ar_company: CompanyNumber
    type: TypeNumber
    description: FilledLine
    ar_account: AccountText
    revenue_account: AccountText
    retainage_account: AccountText
    discount_account: AccountText
    write_off_account: AccountText
    finance_charge_revenue_account: AccountText
    finance_charge_receivable_account: AccountText
    finance_charge_write_off_account: AccountText

    def to_type(self) -> ReceivableType:
        return ReceivableType(**self.model_dump())


class MonthRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    ar_company: int
    month: str
    open: bool
    transactions: int


class MonthToClose(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ar_company: CompanyNumber
    month: MonthText
