"""Read copies of customers, what they owe, and AR companies, which receivables owns."""

from decimal import Decimal

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from services.rating.models.table import Table
from shared.database import columns


class Customer(Table, table=True):
    """A read copy of the customers in receivables."""

    __table_args__ = (
        UniqueConstraint("ar_company", "number"),
        Index("customer_folded_number", "ar_company", text("lower(number)")),
        Index("customer_spelling", text("lower(number)")),
    )

    id: int = columns.identity()
    ar_company: int
    number: str = columns.code()
    version: int
    name: str = columns.words()
    status: str = columns.words()
    customer_type: str = columns.code()
    credit_limit: Decimal | None = columns.money(nullable=True)
    required_numbers: list[str] = columns.codes()


class CustomerAccount(Table, table=True):
    """A read copy of what customers owe in receivables."""

    __tablename__ = "customer_account"

    ar_company: int = Field(primary_key=True)
    customer: str = columns.code(primary_key=True)
    version: int
    open_amount: Decimal = columns.total()


class ArCompany(Table, table=True):
    """A read copy of the AR companies and their months."""

    __tablename__ = "ar_company"

    number: int = Field(primary_key=True)
    version: int
    name: str = columns.words()
    last_closed_month: str = columns.code()
    max_open_months: int
