"""Posted transactions with their lines and GL distributions, and the number series."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from services.receivables.models.table import Table
from shared.database import columns


class NumberSeries(Table, table=True):
    """The last number used in a series: invoices of a company, or transactions and batches of a month."""

    __tablename__ = "number_series"

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    series: str = columns.code(primary_key=True)
    last_number: int = columns.big()


class ArTransaction(Table, table=True):
    """A posted invoice or amendment. Append-only."""

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
        Index("ar_transaction_changes_id", "changes_id", postgresql_where=text("changes_id IS NOT NULL")),
        Index("ar_transaction_typed_number", "ar_company", "invoice_number", postgresql_where=text("number_typed")),
        Index("ar_transaction_normal_number", "ar_company", text("lower(btrim(invoice_number))")),
        Index("ar_transaction_month", "month", "id"),
        Index("ar_transaction_type", "type", "id"),
        Index("ar_transaction_invoice_date", "invoice_date", "id"),
        Index("ar_transaction_posted_by", text("lower(posted_by)"), "id"),
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
    action: str = columns.words()
    changes_id: int | None = columns.big("ar_transaction.id", nullable=True)
    number_typed: bool
    contract: str | None = columns.code(nullable=True)
    description: str = columns.words()
    purchase_order: str = columns.words()
    pay_terms: str | None = columns.code(nullable=True)
    discount_on: date | None = None


class InvoiceBalance(Table, table=True):
    """What is open of a posted invoice, and its header as the last change left it. A trigger keeps it with each posting.

    `total` is what the invoice and its changes billed; `open` is that with everything applied to it. `version_id` is
    the latest change of the invoice itself, or the invoice.
    """

    __tablename__ = "invoice_balance"
    __table_args__ = (
        Index(
            "invoice_balance_open",
            "customer_id",
            "due_on",
            "invoice_id",
            postgresql_include=["open"],
            postgresql_where=text("open <> 0"),
        ),
        Index("invoice_balance_customer", "customer", "invoice_id"),
        Index("invoice_balance_month", "month", "invoice_id"),
        Index("invoice_balance_branch", "branch", "invoice_id"),
        Index("invoice_balance_number", "number", "invoice_id"),
        Index("invoice_balance_invoice_date", "invoice_date", "invoice_id"),
        Index("invoice_balance_due_on", "due_on", "invoice_id"),
        Index("invoice_balance_total", "total", "invoice_id"),
        Index(
            "invoice_balance_status",
            text("status_of_invoice(open, amended, credited, written_off, deleted)"),
            "invoice_id",
        ),
        Index("invoice_balance_source", "source", "invoice_id"),
        Index("invoice_balance_receivable_type", "receivable_type", "invoice_id"),
        Index("invoice_balance_open_amount", "open", "invoice_id"),
        Index("invoice_balance_overdue", "due_on", "invoice_id", postgresql_where=text("open <> 0")),
        Index("invoice_balance_search", "number", postgresql_using="gin", postgresql_ops={"number": "gin_trgm_ops"}),
    )

    invoice_id: int = columns.big(primary_key=True)
    version_id: int = columns.big()
    ar_company: int
    customer_id: int = columns.big()
    customer: str = columns.code()
    branch: str | None = columns.code(nullable=True)
    month: str = columns.code()
    number: str = columns.code()
    invoice_date: date
    due_on: date
    total: Decimal = columns.total()
    open: Decimal = columns.total()
    credited: Decimal = columns.total()
    written_off: Decimal = columns.total()
    amended: int
    deleted: bool
    source: str | None = columns.words(nullable=True)
    receivable_type: int | None = None


class ArLine(Table, table=True):
    """A line of a posted transaction. `amount` includes the tax. Append-only."""

    __tablename__ = "ar_line"
    __table_args__ = (
        ForeignKeyConstraint(["transaction_id"], ["ar_transaction.id"], deferrable=True),
        ForeignKeyConstraint(["applies_to_id"], ["ar_transaction.id"]),
        Index(
            "ar_line_applies_to",
            "applies_to_id",
            "applies_to_line",
            postgresql_where=text("applies_to_id IS NOT NULL"),
        ),
        Index("ar_line_work_order_id", "work_order_id", postgresql_where=text("work_order_id IS NOT NULL")),
        Index("ar_line_work_order_number", "work_order_number", postgresql_where=text("work_order_number IS NOT NULL")),
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
    reverses: bool
    line_type: str = columns.words()
    tax_code: str | None = columns.code(nullable=True)
    tax_basis: Decimal = columns.money()
    tax_account: str | None = columns.code(nullable=True)
    retainage_percent: Decimal = columns.rate()
    retainage: Decimal = columns.money()
    retainage_account: str | None = columns.code(nullable=True)
    retainage_tax: Decimal = columns.money()
    retainage_tax_account: str | None = columns.code(nullable=True)
    finance_charge: Decimal = columns.money()
    ar_account: str | None = columns.code(nullable=True)
    charge_account: str | None = columns.code(nullable=True)
    charge_counter_account: str | None = columns.code(nullable=True)
    discount: Decimal = columns.money()
    tax_discount: Decimal = columns.money()
    contract_item: str | None = columns.code(nullable=True)
    contract_units: Decimal = columns.quantity()
    material: str | None = columns.code(nullable=True)
    um: str | None = columns.code(nullable=True)


class ArMiscDistribution(Table, table=True):
    """A miscellaneous distribution of a posted transaction, for reports only. Append-only."""

    __tablename__ = "ar_misc_distribution"
    __table_args__ = (Index("ar_misc_distribution_code", "code", "transaction_id", "row"),)

    transaction_id: int = columns.big("ar_transaction.id", primary_key=True)
    row: int = Field(primary_key=True)
    code: str = columns.code()
    description: str = columns.words()
    distributed_on: date
    amount: Decimal = columns.money()


class SkippedNumber(Table, table=True):
    """An automatic invoice number that was skipped, because a clerk had entered it before."""

    __tablename__ = "skipped_number"

    ar_company: int = Field(foreign_key="ar_company.number", primary_key=True)
    number: int = columns.big(primary_key=True)


class GlDistribution(Table, table=True):
    """A GL row of a line. Append-only, and balanced for each transaction."""

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
