"""The tables of receivables, as Alembic compares them with the migrations; checks, triggers and grants stand there."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared import columns


class Table(SQLModel, registry=registry()):
    """What the tables of receivables have in common: a registry of their own, apart from other services' tables."""


metadata = Table.metadata


class GlAccount(Table, table=True):
    __tablename__ = "gl_account"

    gl_company: int = Field(primary_key=True)
    account: str = columns.code(primary_key=True)
    name: str = columns.words()
    active: bool


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


class NumberSeries(Table, table=True):
    """The last number given out of a series: invoices of a company, transactions and batches of a month."""

    __tablename__ = "number_series"

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    series: str = columns.code(primary_key=True)
    last_number: int = columns.big()


class Customer(Table, table=True):
    """Who owes; `version` grows with every change and orders what others hear of it."""

    __table_args__ = (
        UniqueConstraint("ar_company", "number"),
        ForeignKeyConstraint(["ar_company", "receivable_type"], ["receivable_type.ar_company", "receivable_type.type"]),
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


class Batch(Table, table=True):
    """What is posted together."""

    __table_args__ = (
        UniqueConstraint("ar_company", "month", "number"),
        Index(
            "batch_rating_run",
            "ar_company",
            "month",
            "run_id",
            unique=True,
            postgresql_where=text("source = 'rating'"),
        ),
    )

    id: int = columns.identity()
    ar_company: int = Field(foreign_key="ar_company.number")
    month: str = columns.code()
    number: int = columns.big()
    source: str = columns.words()
    status: str = columns.words()
    run_id: int | None = columns.big(nullable=True)
    last_seq: int
    created_by: str = columns.words()
    created_at: datetime = columns.moment()


class ArTransaction(Table, table=True):
    """A posted invoice or amendment; append-only."""

    __tablename__ = "ar_transaction"
    __table_args__ = (
        UniqueConstraint("ar_company", "month", "number"),
        UniqueConstraint("batch_id", "seq"),
        ForeignKeyConstraint(["ar_company", "receivable_type"], ["receivable_type.ar_company", "receivable_type.type"]),
        Index(
            "ar_transaction_rating_invoice",
            "rating_invoice_id",
            unique=True,
            postgresql_where=text("rating_invoice_id IS NOT NULL"),
        ),
        Index("ar_transaction_customer_id", "customer_id", "id"),
        Index("ar_transaction_applies_to_id", "applies_to_id", postgresql_where=text("applies_to_id IS NOT NULL")),
        Index("ar_transaction_invoice_number", "ar_company", "invoice_number"),
    )

    id: int = columns.identity(always=False)
    ar_company: int = Field(foreign_key="ar_company.number")
    month: str = columns.code()
    number: int = columns.big()
    batch_id: int = columns.big("batch.id")
    seq: int
    type: str = columns.words()
    customer_id: int = columns.big("customer.id")
    invoice_number: str = columns.code()
    receivable_type: int
    ar_account: str = columns.code()
    invoice_date: date
    due_on: date
    branch: str | None = columns.code(nullable=True)
    net: Decimal = columns.money()
    tax: Decimal = columns.money()
    total: Decimal = columns.money()
    gl_rows: int
    applies_to_id: int | None = columns.big("ar_transaction.id", nullable=True)
    rating_invoice_id: int | None = columns.big(nullable=True)
    rating_attempt: int | None = None
    disposition: str | None = columns.words(nullable=True)
    reason: str = columns.words()
    posted_by: str = columns.words()
    posted_at: datetime = columns.moment()


class ArLine(Table, table=True):
    """A line of a posted transaction; `amount` includes the tax; append-only."""

    __tablename__ = "ar_line"
    __table_args__ = (
        ForeignKeyConstraint(["transaction_id"], ["ar_transaction.id"], deferrable=True),
        ForeignKeyConstraint(["applies_to_id", "applies_to_line"], ["ar_line.transaction_id", "ar_line.line"]),
        Index(
            "ar_line_applies_to",
            "applies_to_id",
            "applies_to_line",
            postgresql_where=text("applies_to_id IS NOT NULL"),
        ),
        Index("ar_line_work_order_id", "work_order_id", postgresql_where=text("work_order_id IS NOT NULL")),
    )

    transaction_id: int = columns.big(primary_key=True)
    line: int = Field(primary_key=True)
    description: str = columns.words()
    gl_account: str = columns.code()
    quantity: Decimal = columns.quantity()
    unit_rate: Decimal = columns.rate()
    amount: Decimal = columns.money()
    tax: Decimal = columns.money()
    taxable: bool
    work_order_id: int | None = columns.big(nullable=True)
    work_order_number: str | None = columns.code(nullable=True)
    work_order_version: int | None = None
    work_order_attempt: int | None = None
    applies_to_id: int | None = columns.big(nullable=True)
    applies_to_line: int | None = None


class GlDistribution(Table, table=True):
    """What a line posts to the general ledger; append-only and balanced for each transaction."""

    __tablename__ = "gl_distribution"
    __table_args__ = (
        ForeignKeyConstraint(["transaction_id", "line"], ["ar_line.transaction_id", "ar_line.line"]),
        ForeignKeyConstraint(["gl_company", "account"], ["gl_account.gl_company", "gl_account.account"]),
        Index("gl_distribution_account", "gl_company", "account", "month"),
    )

    transaction_id: int = columns.big(primary_key=True)
    position: int = Field(primary_key=True)
    line: int
    gl_company: int
    month: str = columns.code()
    account: str = columns.code()
    debit: Decimal = columns.money()
    credit: Decimal = columns.money()


class ExportOutcome(Table, table=True):
    """What became of one hand-over of an invoice from rating; decided once."""

    __tablename__ = "export_outcome"

    invoice_id: int = columns.big(primary_key=True)
    attempt: int = Field(primary_key=True)
    run_id: int = columns.big()
    ar_company: int
    outcome: str = columns.words()
    reason: str = columns.words()
    detail: str = columns.words()
    decided_at: datetime = columns.moment()


class ExportOutcomeOrder(Table, table=True):
    """The orders of a hand-over; of each version at most one attempt is booked."""

    __tablename__ = "export_outcome_order"
    __table_args__ = (
        ForeignKeyConstraint(
            ["invoice_id", "invoice_attempt"], ["export_outcome.invoice_id", "export_outcome.attempt"]
        ),
        Index(
            "export_outcome_order_booked_once",
            "work_order_id",
            "version",
            unique=True,
            postgresql_where=text("booked"),
        ),
        Index("export_outcome_order_invoice", "invoice_id", "invoice_attempt"),
    )

    work_order_id: int = columns.big(primary_key=True)
    version: int = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    invoice_id: int = columns.big()
    invoice_attempt: int
    booked: bool


class RatedOrder(Table, table=True):
    """A read copy of what rating has rated: unbilled until an invoice is booked for that version."""

    __tablename__ = "rated_order"
    __table_args__ = (Index("rated_order_bill_to", "ar_company", "bill_to", postgresql_where=text("state = 'rated'")),)

    work_order_id: int = columns.big(primary_key=True)
    number: str = columns.code()
    revision: int
    rating_version: int
    state: str = columns.words()
    ar_company: int
    branch: str = columns.code()
    customer: str = columns.code()
    bill_to: str = columns.code()
    total: Decimal = columns.money()
    rated_at: datetime = columns.moment()
