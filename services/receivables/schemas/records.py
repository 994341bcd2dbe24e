"""The records of setup on the wire and in files."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.receivables.rules.setup.accounts import GlAccount
from services.receivables.rules.setup.companies import ArCompany
from services.receivables.rules.setup.contracts import Contract, ContractItem, JbCompany, JobBilling
from services.receivables.rules.setup.entry_codes import Material, MiscDistributionCode
from services.receivables.rules.setup.pay_terms import PayTerms
from services.receivables.rules.setup.receivable_types import ReceivableType
from services.receivables.rules.setup.tax_codes import TaxCode
from shared.files.csv import YesNo
from shared.records.router import RecordQuery, RecordRow, RetiringQuery
from shared.values.money import Money, Quantity, Rate
from shared.values.numbers import CompanyNumber
from shared.values.text import AccountText, CodeText, FilledLine, Line, MonthText, NumberText

TypeNumber = Annotated[int, Field(ge=0, le=255)]
Percent = Annotated[Rate, Field(ge=0, le=100)]
CreditLimit = Annotated[Money, Field(ge=0)]
DayOfMonth = Annotated[int, Field(ge=1, le=31)]
Days = Annotated[int, Field(ge=0, le=999)]
BillNumber = Annotated[int, Field(ge=0, le=2**31 - 1)]


class GlAccountRow(RecordRow):
    """An account of the general ledger; one that is not active takes no more postings."""

    kind = GlAccount

    gl_company: CompanyNumber
    account: AccountText
    name: FilledLine
    active: YesNo = True


class GlAccountQuery(RecordQuery):
    gl_company: CompanyNumber | None = None
    active: bool | None = None


class ArCompanyRow(RecordRow):
    """A company with what it has chosen. GL company, currency and closed month of a known company stay as they are, its
    automatic invoice numbers go on.
    """

    kind = ArCompany

    number: CompanyNumber
    name: FilledLine
    address: Line = ""
    gl_company: CompanyNumber
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"
    default_receivable_type: TypeNumber
    last_closed_month: MonthText
    max_open_months: int = Field(ge=2, le=24)
    last_invoice_number: int = Field(default=0, ge=0, le=999_999_999_999)
    auto_number_invoices: YesNo = True
    allow_receivable_type_override: YesNo = False
    discount_mode: Literal["none", "invoices_and_receipts", "receipts_only"] = "none"
    allow_tax_discount: YesNo = False
    post_taxes: YesNo = True
    tax_on_retainage: Literal["full", "distribute", "off"] = "full"
    allow_soft_closed_contracts: YesNo = False
    allow_contract_account_override: YesNo = False
    customers_on_hold: Literal["warn", "refuse"] = "warn"
    finance_charge_wording: FilledLine = "Finance charge"
    finance_charge_percent: Percent = ArCompany.finance_charge_percent
    finance_charge_receivable_type: TypeNumber | None = None
    gl_interface_level: Literal["summary", "transaction", "line"] = "line"
    cash_account: AccountText | None = None
    exported_invoices: Literal["post", "batch"] = "post"
    four_eyes_limit: CreditLimit | None = None


class ReceivableTypeRow(RecordRow):
    """Which GL accounts an invoice posts to; all must exist in the company's GL company."""

    kind = ReceivableType

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
    retired_on: date | None = None


class CodeQuery(RetiringQuery):
    ar_company: CompanyNumber | None = None


class PayTermsRow(RecordRow):
    """When an invoice is due and until when it earns a discount: days after it, or a day of a month.

    By a day of the month, `cutoff_day` and `roll_months` decide which month: an invoice up to the cutoff day moves
    `roll_months` − 1 months ahead, a later one `roll_months`.
    """

    kind = PayTerms

    ar_company: CompanyNumber
    code: CodeText
    description: FilledLine
    due_days: Days | None = None
    due_day: DayOfMonth | None = None
    discount_days: Days | None = None
    discount_day: DayOfMonth | None = None
    cutoff_day: DayOfMonth | None = None
    roll_months: int = Field(default=1, ge=1, le=3)
    discount_percent: Percent = PayTerms.discount_percent
    retired_on: date | None = None


class TaxCodeRow(RecordRow):
    """A sales tax; `rate` in percent, like `8.25`."""

    kind = TaxCode

    ar_company: CompanyNumber
    code: CodeText
    description: FilledLine
    rate: Percent
    tax_payable_account: AccountText
    retainage_tax_account: AccountText
    retired_on: date | None = None


class MaterialRow(RecordRow):
    """What is sold by the unit on invoices without a contract; `um` is the unit of measure, like `EA`."""

    kind = Material

    ar_company: CompanyNumber
    code: CodeText
    description: FilledLine
    um: CodeText
    unit_price: Rate
    gl_account: AccountText
    retired_on: date | None = None


class MiscDistributionCodeRow(RecordRow):
    """What an amount of an invoice is kept apart for in reports."""

    kind = MiscDistributionCode

    ar_company: CompanyNumber
    code: CodeText
    description: FilledLine
    retired_on: date | None = None


ContractStatus = Literal["open", "soft_closed", "hard_closed"]


class ContractRow(RecordRow):
    """What is billed to a customer by items; hard closed, nothing is billed on it any more."""

    kind = Contract

    ar_company: CompanyNumber
    number: CodeText
    description: FilledLine
    customer: NumberText
    pay_terms: CodeText | None = None
    receivable_type: TypeNumber | None = None
    retainage_percent: Percent = Contract.retainage_percent
    status: ContractStatus = "open"


class ContractQuery(RecordQuery):
    ar_company: CompanyNumber | None = None
    customer: NumberText | None = None
    status: ContractStatus | None = None


class ContractItemRow(RecordRow):
    """A part of a contract. UM `LS` is a lump sum, without units; no retainage percentage means the contract's.

    The billed figures of a known item stay as postings have made them.
    """

    kind = ContractItem

    ar_company: CompanyNumber
    contract: CodeText
    item: CodeText
    description: FilledLine
    revenue_account: AccountText
    tax_code: CodeText | None = None
    um: CodeText
    retainage_percent: Percent | None = None
    original_units: Quantity = ContractItem.original_units
    original_amount: Money = ContractItem.original_amount
    current_units: Quantity = ContractItem.current_units
    current_amount: Money = ContractItem.current_amount
    billed_units: Quantity = ContractItem.billed_units
    billed_amount: Money = ContractItem.billed_amount


class ContractItemQuery(RecordQuery):
    ar_company: CompanyNumber | None = None
    contract: CodeText | None = None


class JbCompanyRow(RecordRow):
    """A company that bills jobs, and the AR company that keeps its receivables."""

    kind = JbCompany

    number: CompanyNumber
    name: FilledLine
    ar_company: CompanyNumber


class JbCompanyQuery(RecordQuery):
    ar_company: CompanyNumber | None = None


BillingStatus = Literal["active", "changed", "deleted"]


class JobBillingRow(RecordRow):
    """A bill of Job Billing; until it is interfaced, its invoice number counts as taken."""

    kind = JobBilling

    jb_company: CompanyNumber
    bill_month: MonthText
    bill_id: BillNumber
    seq: BillNumber
    contract: CodeText
    invoice_number: NumberText
    status: BillingStatus = "active"
    interfaced: YesNo = False


class JobBillingQuery(RecordQuery):
    jb_company: CompanyNumber | None = None
    bill_month: MonthText | None = None
    contract: CodeText | None = None
    status: BillingStatus | None = None
    interfaced: bool | None = None
