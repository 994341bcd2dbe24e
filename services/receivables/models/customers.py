"""Customers."""

from decimal import Decimal

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field

from services.receivables.models.table import Table
from shared.database import columns


class Customer(Table, table=True):
    """Who owes; `version` grows with every change and orders what others hear of it."""

    __table_args__ = (
        UniqueConstraint("ar_company", "number"),
        ForeignKeyConstraint(["ar_company", "receivable_type"], ["receivable_type.ar_company", "receivable_type.type"]),
        ForeignKeyConstraint(["ar_company", "pay_terms"], ["pay_terms.ar_company", "pay_terms.code"]),
        ForeignKeyConstraint(["ar_company", "tax_code"], ["tax_code.ar_company", "tax_code.code"]),
        ForeignKeyConstraint(
            ["ar_company", "misc_distribution_code"],
            ["misc_distribution_code.ar_company", "misc_distribution_code.code"],
        ),
    )

    id: int = columns.identity()
    ar_company: int = Field(foreign_key="ar_company.number")
    number: str = columns.code()
    name: str = columns.words()
    sort_name: str = columns.words()
    status: str = columns.words()
    address: str = columns.words()
    email: str = columns.words()
    customer_type: str = columns.code()
    receivable_type: int | None = None
    credit_limit: Decimal | None = columns.money(nullable=True)
    version: int
    pay_terms: str | None = columns.code(nullable=True)
    tax_code: str | None = columns.code(nullable=True)
    statement_type: str = columns.words()
    statement_delivery: str = columns.words()
    finance_charge_type: str = columns.words()
    finance_charge_percent: Decimal | None = columns.rate(nullable=True)
    exclude_contract_invoices: bool
    roll_up_rule: str = columns.words()
    misc_distribution_code: str | None = columns.code(nullable=True)


class AccountMovement(Table, table=True):
    """What a posting adds to a customer's account, until it is counted; written by a trigger, one row a customer."""

    __tablename__ = "account_movement"

    id: int = columns.identity()
    customer_id: int = columns.big()
    amount: Decimal = columns.money()


class CustomerAccount(Table, table=True):
    """What a customer owes, as counted and announced last; `version` grows with every announcement."""

    __tablename__ = "customer_account"

    customer_id: int = columns.big("customer.id", primary_key=True)
    open_amount: Decimal = columns.money()
    version: int


class CompanyAnnouncement(Table, table=True):
    """The revision of a company that others were told of last."""

    __tablename__ = "company_announcement"

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    revision: int
