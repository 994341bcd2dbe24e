"""Customers and their accounts on the wire."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.receivables.rules.customers import Account, CustomerEntry, CustomerFilter
from services.receivables.schemas.records import CreditLimit, Percent, TypeNumber
from shared.files.csv import YesNo
from shared.http.bodies import ChangeBody
from shared.values.money import Money, Rate
from shared.values.numbers import CompanyNumber
from shared.values.text import CodeText, FilledLine, Line, NumberText

CustomerStatus = Literal["active", "hold", "inactive"]
StatementType = Literal["open_item", "balance_forward"]
StatementDelivery = Literal["print", "email", "none"]
FinanceChargeType = Literal["account", "invoice", "receivable_type", "none"]
RollUpRule = Literal["single", "rollup"]


class CustomerRow(BaseModel):
    """A customer as it is entered: one JSON object, or one row of a CSV file with these columns."""

    model_config = ConfigDict(extra="forbid")

    ar_company: CompanyNumber
    number: NumberText
    name: FilledLine
    sort_name: Line = ""
    status: CustomerStatus = "active"
    address: Line = ""
    email: Line = ""
    customer_type: CodeText
    receivable_type: TypeNumber | None = None
    credit_limit: CreditLimit | None = None
    pay_terms: CodeText | None = None
    tax_code: CodeText | None = None
    statement_type: StatementType = "open_item"
    statement_delivery: StatementDelivery = "print"
    finance_charge_type: FinanceChargeType = "none"
    finance_charge_percent: Percent | None = None
    exclude_contract_invoices: YesNo = False
    roll_up_rule: RollUpRule = "single"
    misc_distribution_code: CodeText | None = None

    def to_entry(self) -> CustomerEntry:
        return CustomerEntry(**{**self.model_dump(), "sort_name": self.sort_name or self.name.upper()})


class CustomerChange(ChangeBody):
    """What is to change; company and number always stay."""

    name: FilledLine = ""
    sort_name: Line = ""
    status: CustomerStatus = "active"
    address: Line = ""
    email: Line = ""
    customer_type: CodeText = ""
    receivable_type: TypeNumber | None = None
    credit_limit: CreditLimit | None = None
    pay_terms: CodeText | None = None
    tax_code: CodeText | None = None
    statement_type: StatementType = "open_item"
    statement_delivery: StatementDelivery = "print"
    finance_charge_type: FinanceChargeType = "none"
    finance_charge_percent: Percent | None = None
    exclude_contract_invoices: YesNo = False
    roll_up_rule: RollUpRule = "single"
    misc_distribution_code: CodeText | None = None


class CustomerRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    ar_company: int
    number: str
    name: str
    sort_name: str
    status: CustomerStatus
    address: str
    email: str
    customer_type: str
    receivable_type: int | None
    credit_limit: Money | None
    pay_terms: str | None
    tax_code: str | None
    statement_type: StatementType
    statement_delivery: StatementDelivery
    finance_charge_type: FinanceChargeType
    finance_charge_percent: Rate | None
    exclude_contract_invoices: bool
    roll_up_rule: RollUpRule
    misc_distribution_code: str | None
    version: int


class CustomerQuery(BaseModel):
    """The filters of the list of customers."""

    model_config = ConfigDict(extra="ignore")

    ar_company: CompanyNumber | None = None
    status: CustomerStatus | None = None
    search: Line | None = Field(default=None, description="Part of the number or of a name.")

    def to_filter(self) -> CustomerFilter:
        return CustomerFilter(**self.model_dump())


class OpenItemRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    invoice_id: int
    number: str
    month: str
    transaction: int
    invoice_date: date
    due_on: date
    total: Money
    applied: Money
    open: Money


class AccountRead(BaseModel):
    """What a customer owes. `exposure` = `open_total` + `unbilled`, rated work that no invoice holds yet."""

    customer: CustomerRead
    items: list[OpenItemRead]
    open_total: Money
    unbilled: Money
    unbilled_orders: int
    exposure: Money

    @classmethod
    def of(cls, account: Account) -> "AccountRead":
        return cls(
            customer=CustomerRead.model_validate(account.customer),
            items=[OpenItemRead.model_validate(item) for item in account.items],
            open_total=account.open_total,
            unbilled=account.unbilled.total,
            unbilled_orders=account.unbilled.orders,
            exposure=account.exposure,
        )
