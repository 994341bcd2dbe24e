"""AR companies and their logos."""

from decimal import Decimal

from sqlmodel import Field

from services.receivables.models.table import Table
from shared.database import columns


class ArCompany(Table, table=True):
    """A company that keeps receivables, in one currency, with the months that are open."""

    __tablename__ = "ar_company"

    number: int = Field(primary_key=True)
    name: str = columns.words()
    address: str = columns.words()
    gl_company: int
    currency: str = columns.words()
    default_receivable_type: int
    last_closed_month: str = columns.code()
    max_open_months: int
    revision: int
    auto_number_invoices: bool
    allow_receivable_type_override: bool
    discount_mode: str = columns.words()
    allow_tax_discount: bool
    post_taxes: bool
    tax_on_retainage: str = columns.words()
    allow_soft_closed_contracts: bool
    allow_contract_account_override: bool
    customers_on_hold: str = columns.words()
    finance_charge_wording: str = columns.words()
    finance_charge_percent: Decimal = columns.rate()
    finance_charge_receivable_type: int | None = None
    gl_interface_level: str = columns.words()
    cash_account: str | None = columns.code(nullable=True)
    exported_invoices: str = columns.words()
    four_eyes_limit: Decimal | None = columns.money(nullable=True)


class CompanyLogo(Table, table=True):
    """The picture at the head of a company's documents."""

    __tablename__ = "company_logo"

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    content: bytes
