"""Contracts with their items, and job billings."""

from decimal import Decimal

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlmodel import Field

from services.receivables.models.table import Table
from shared.database import columns


class Contract(Table, table=True):
    """What is billed to a customer by contract items."""

    __table_args__ = (
        ForeignKeyConstraint(["ar_company", "customer"], ["customer.ar_company", "customer.number"]),
        ForeignKeyConstraint(["ar_company", "pay_terms"], ["pay_terms.ar_company", "pay_terms.code"]),
        ForeignKeyConstraint(["ar_company", "receivable_type"], ["receivable_type.ar_company", "receivable_type.type"]),
        Index("contract_customer", "ar_company", "customer"),
    )

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    number: str = columns.code(primary_key=True)
    description: str = columns.words()
    customer: str = columns.code()
    pay_terms: str | None = columns.code(nullable=True)
    receivable_type: int | None = None
    retainage_percent: Decimal = columns.rate()
    status: str = columns.words()
    revision: int


class ContractItem(Table, table=True):
    """A part of a contract with what was agreed and what is billed; postings keep the billed figures."""

    __tablename__ = "contract_item"
    __table_args__ = (
        ForeignKeyConstraint(["ar_company", "contract"], ["contract.ar_company", "contract.number"]),
        ForeignKeyConstraint(["ar_company", "tax_code"], ["tax_code.ar_company", "tax_code.code"]),
    )

    ar_company: int = Field(primary_key=True)
    contract: str = columns.code(primary_key=True)
    item: str = columns.code(primary_key=True)
    description: str = columns.words()
    revenue_account: str = columns.code()
    tax_code: str | None = columns.code(nullable=True)
    um: str = columns.code()
    retainage_percent: Decimal | None = columns.rate(nullable=True)
    original_units: Decimal = columns.quantity()
    original_amount: Decimal = columns.money()
    current_units: Decimal = columns.quantity()
    current_amount: Decimal = columns.money()
    billed_units: Decimal = columns.quantity()
    billed_amount: Decimal = columns.money()
    revision: int


class JbCompany(Table, table=True):
    """A company that bills jobs, and the AR company that keeps its receivables."""

    __tablename__ = "jb_company"

    number: int = Field(primary_key=True)
    name: str = columns.words()
    ar_company: int = Field(foreign_key="ar_company.number")
    revision: int


class JobBilling(Table, table=True):
    """A bill of Job Billing, whose number counts as taken until it is interfaced to receivables."""

    __tablename__ = "job_billing"
    __table_args__ = (
        Index(
            "job_billing_invoice_number",
            text("lower(btrim(invoice_number))"),
            postgresql_where=text("NOT interfaced"),
        ),
    )

    jb_company: int = Field(foreign_key="jb_company.number", primary_key=True)
    bill_month: str = columns.code(primary_key=True)
    bill_id: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    contract: str = columns.code()
    invoice_number: str = columns.code()
    status: str = columns.words()
    interfaced: bool
    revision: int
