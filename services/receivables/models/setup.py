"""What is set up once: GL accounts, receivable types, pay terms, tax codes, materials, codes of entry."""

from datetime import date
from decimal import Decimal

from sqlmodel import Field

from services.receivables.models.table import Table
from shared.database import columns


class GlAccount(Table, table=True):
    __tablename__ = "gl_account"

    gl_company: int = Field(primary_key=True)
    account: str = columns.code(primary_key=True)
    name: str = columns.words()
    active: bool
    revision: int


class ReceivableType(Table, table=True):
    """Which GL accounts an invoice posts to."""

    __tablename__ = "receivable_type"

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    type: int = Field(primary_key=True)
    description: str = columns.words()
    ar_account: str = columns.code()
    revenue_account: str = columns.code()
    retainage_account: str = columns.code()
    discount_account: str = columns.code()
    write_off_account: str = columns.code()
    finance_charge_revenue_account: str = columns.code()
    finance_charge_receivable_account: str = columns.code()
    finance_charge_write_off_account: str = columns.code()
    retired_on: date | None = None
    revision: int


class PayTerms(Table, table=True):
    """When an invoice is due and until when it earns a discount: so many days later, or on a day of a month."""

    __tablename__ = "pay_terms"

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    code: str = columns.code(primary_key=True)
    description: str = columns.words()
    due_days: int | None = None
    due_day: int | None = None
    discount_days: int | None = None
    discount_day: int | None = None
    cutoff_day: int | None = None
    roll_months: int
    discount_percent: Decimal = columns.rate()
    retired_on: date | None = None
    revision: int


class TaxCode(Table, table=True):
    """A sales tax in percent, and the accounts that it is owed on."""

    __tablename__ = "tax_code"

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    code: str = columns.code(primary_key=True)
    description: str = columns.words()
    rate: Decimal = columns.rate()
    tax_payable_account: str = columns.code()
    retainage_tax_account: str = columns.code()
    retired_on: date | None = None
    revision: int


class Material(Table, table=True):
    """What is sold by the unit on invoices without a contract."""

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    code: str = columns.code(primary_key=True)
    description: str = columns.words()
    um: str = columns.code()
    unit_price: Decimal = columns.rate()
    gl_account: str = columns.code()
    retired_on: date | None = None
    revision: int


class MiscDistributionCode(Table, table=True):
    """What amounts of invoices are kept apart for in reports, like commissions."""

    __tablename__ = "misc_distribution_code"

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    code: str = columns.code(primary_key=True)
    description: str = columns.words()
    retired_on: date | None = None
    revision: int
