"""The entries of batches with lines and miscellaneous distributions, and the findings of validation."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlmodel import Field

from services.receivables.models.table import Table
from shared.database import columns


class BatchEntry(Table, table=True):
    """The header of an entry. It stays unchanged after posting."""

    __tablename__ = "batch_entry"
    __table_args__ = (
        Index(
            "batch_entry_held",
            "changes_id",
            unique=True,
            postgresql_where=text("changes_id IS NOT NULL AND NOT posted"),
        ),
        Index("batch_entry_apply_to", "apply_to_id", postgresql_where=text("apply_to_id IS NOT NULL AND NOT posted")),
        Index(
            "batch_entry_number",
            text("lower(btrim(invoice_number))"),
            postgresql_where=text("invoice_number IS NOT NULL AND NOT posted"),
        ),
        Index("batch_entry_customer", "customer_id", postgresql_where=text("NOT posted")),
        Index(
            "batch_entry_rating_invoice",
            "rating_invoice_id",
            unique=True,
            postgresql_where=text("rating_invoice_id IS NOT NULL"),
        ),
    )

    batch_id: int = columns.big("batch.id", primary_key=True)
    seq: int = Field(primary_key=True)
    revision: int
    changed_by: str | None = columns.words(nullable=True)
    changed_at: datetime | None = columns.moment(nullable=True)
    action: str = columns.words()
    type: str = columns.words()
    customer_id: int = columns.big("customer.id")
    contract: str | None = columns.code(nullable=True)
    receivable_type: int
    invoice_number: str | None = columns.code(nullable=True)
    number_typed: bool
    apply_to_id: int | None = columns.big("ar_transaction.id", nullable=True)
    description: str = columns.words()
    purchase_order: str = columns.words()
    invoice_date: date
    pay_terms: str | None = columns.code(nullable=True)
    due_on: date
    discount_on: date | None = None
    disposition: str | None = columns.words(nullable=True)
    reason: str = columns.words()
    branch: str | None = columns.code(nullable=True)
    rating_invoice_id: int | None = columns.big(nullable=True)
    rating_attempt: int | None = None
    changes_id: int | None = columns.big("ar_transaction.id", nullable=True)
    last_line: int
    posted: bool
    entered_by: str = columns.words()
    entered_at: datetime = columns.moment()


class BatchLine(Table, table=True):
    """A line of an entry, with the sign that it posts. `amount` includes tax, retainage and finance charge."""

    __tablename__ = "batch_line"
    __table_args__ = (
        ForeignKeyConstraint(["batch_id", "seq"], ["batch_entry.batch_id", "batch_entry.seq"], ondelete="CASCADE"),
    )

    batch_id: int = columns.big(primary_key=True)
    seq: int = Field(primary_key=True)
    line: int = Field(primary_key=True)
    line_type: str = columns.words()
    apply_line: int | None = None
    invoice_line: int | None = None
    description: str = columns.words()
    gl_account: str = columns.code()
    contract_item: str | None = columns.code(nullable=True)
    contract_units: Decimal = columns.quantity()
    material: str | None = columns.code(nullable=True)
    um: str | None = columns.code(nullable=True)
    units: Decimal = columns.quantity()
    unit_price: Decimal = columns.rate()
    tax_code: str | None = columns.code(nullable=True)
    tax_basis: Decimal = columns.money()
    tax: Decimal = columns.money()
    amount: Decimal = columns.money()
    retainage_percent: Decimal = columns.rate()
    retainage: Decimal = columns.money()
    retainage_tax: Decimal = columns.money()
    finance_charge: Decimal = columns.money()
    discount: Decimal = columns.money()
    tax_discount: Decimal = columns.money()
    work_order_id: int | None = columns.big(nullable=True)
    work_order_number: str | None = columns.code(nullable=True)
    work_order_version: int | None = None
    work_order_attempt: int | None = None


class BatchMiscDistribution(Table, table=True):
    """A miscellaneous distribution of an entry, for reports only."""

    __tablename__ = "batch_misc_distribution"
    __table_args__ = (
        ForeignKeyConstraint(["batch_id", "seq"], ["batch_entry.batch_id", "batch_entry.seq"], ondelete="CASCADE"),
    )

    batch_id: int = columns.big(primary_key=True)
    seq: int = Field(primary_key=True)
    row: int = Field(primary_key=True)
    code: str = columns.code()
    description: str = columns.words()
    distributed_on: date
    amount: Decimal = columns.money()


class BatchFinding(Table, table=True):
    """A finding of the last validation of a batch."""

    __tablename__ = "batch_finding"
    __table_args__ = (Index("batch_finding_seq", "batch_id", "seq"),)

    batch_id: int = columns.big("batch.id", primary_key=True)
    position: int = Field(primary_key=True)
    seq: int
    line: int | None = None
    field: str = columns.words()
    rule: str = columns.words()
    severity: str = columns.words()
    detail: str = columns.words()
