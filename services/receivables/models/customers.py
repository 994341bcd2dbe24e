"""Customers."""

from decimal import Decimal

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from services.receivables.models.table import Table
from services.receivables.records.customers import CustomerEntry
from shared.database import columns
from shared.database.columns import reference
from shared.values.columns import Changed


class CustomerTable(Changed, CustomerEntry, Table, table=True):
    """Customers. `number_key` is the number for comparison, set by a trigger."""

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("ar_company", "number"),
        Index("customer_number_folded", "ar_company", "number_key", unique=True),
        Index("customer_spelling", text("lower(number)")),
        Index(
            "customer_with_limit",
            "id",
            postgresql_include=["credit_limit"],
            postgresql_where=text("credit_limit IS NOT NULL"),
        ),
        Index(
            "customer_words",
            "number",
            "name",
            "sort_name",
            postgresql_using="gin",
            postgresql_ops={"number": "gin_trgm_ops", "name": "gin_trgm_ops", "sort_name": "gin_trgm_ops"},
        ),
        reference("ar_company", ar_company="number"),
        reference("receivable_type", ar_company="ar_company", receivable_type="type"),
        reference("pay_terms", ar_company="ar_company", pay_terms="code"),
        reference("tax_code", ar_company="ar_company", tax_code="code"),
        reference("misc_distribution_code", ar_company="ar_company", misc_distribution_code="code"),
    )

    id: int = columns.identity()
    number_key: str | None = columns.code(nullable=True)
    version: int


class AccountMovement(Table, table=True):
    """What a posting adds to a customer's account. A trigger writes the rows, and a job counts and deletes them."""

    __tablename__ = "account_movement"

    id: int = columns.identity()
    customer_id: int = columns.big()
    amount: Decimal = columns.total()


class CustomerAccount(Table, table=True):
    """What a customer owes, as last counted and published. `version` grows with every event."""

    __tablename__ = "customer_account"

    customer_id: int = columns.big("customer.id", primary_key=True)
    open_amount: Decimal = columns.total()
    version: int


class CompanyAnnouncement(Table, table=True):
    """The revision of a company that was last published."""

    __tablename__ = "company_announcement"

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    revision: int
