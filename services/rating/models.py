"""The tables of rating, as Alembic compares them with the migrations; checks and grants stand there."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlmodel import Field, SQLModel

metadata = SQLModel.metadata


def _id(*, always: bool = True) -> Any:
    return Field(default=None, sa_column=Column(BigInteger, Identity(always=always), primary_key=True))


def _reference(target: str, **options: Any) -> Any:
    return Field(sa_column=Column(BigInteger, ForeignKey(target), **{"nullable": False, **options}))


def _code(target: str | None = None, **options: Any) -> Any:
    """A key of text, compared byte by byte; with `target` it refers to another table."""
    keys = [ForeignKey(target)] if target else []
    return Field(sa_column=Column(Text(collation="C"), *keys, **{"nullable": False, **options}))


def _money(**options: Any) -> Any:
    return Field(sa_column=Column(Numeric(18, 2), **{"nullable": False, **options}))


def _rate() -> Any:
    return Field(sa_column=Column(Numeric(18, 5), nullable=False))


def _quantity(**options: Any) -> Any:
    return Field(default=None, sa_column=Column(Numeric(15, 3), **options))


def _moment(**options: Any) -> Any:
    return Field(default=None, sa_column=Column(DateTime(timezone=True), **options))


def _words(**options: Any) -> Any:
    return Field(sa_column=Column(Text, **{"nullable": False, **options}))


class Branch(SQLModel, table=True):
    """An office, which belongs to one AR company."""

    code: str = _code(primary_key=True)
    name: str = _words()
    ar_company: int
    retired_on: date | None = None


class CustomerType(SQLModel, table=True):
    """The pricing class of a customer; retired, never deleted."""

    __tablename__ = "customer_type"

    code: str = _code(primary_key=True)
    name: str = _words()
    retired_on: date | None = None


class Priority(SQLModel, table=True):
    code: str = _code(primary_key=True)
    name: str = _words()
    retired_on: date | None = None


class JobType(SQLModel, table=True):
    __tablename__ = "job_type"

    code: str = _code(primary_key=True)
    name: str = _words()
    retired_on: date | None = None


class Region(SQLModel, table=True):
    """A billing region: a named set of ZIP codes."""

    code: str = _code(primary_key=True)
    name: str = _words()
    retired_on: date | None = None


class RegionZip(SQLModel, table=True):
    __tablename__ = "region_zip"

    zip: str = _code(primary_key=True)
    region: str = _code("region.code", primary_key=True)


class BillType(SQLModel, table=True):
    """What makes a triggered line fire: a flag on the order, or the outcome in the field."""

    __tablename__ = "bill_type"

    code: str = _code(primary_key=True)
    name: str = _words()
    kind: str = _words()
    retired_on: date | None = None


class BillingItem(SQLModel, table=True):
    """The name of a charge as invoices print it."""

    __tablename__ = "billing_item"

    name: str = _code(primary_key=True)
    income_account: str = _code()
    taxable: bool
    fee_advance: bool
    retired_on: date | None = None


class Customer(SQLModel, table=True):
    """A read copy of the customers that receivables keeps."""

    __table_args__ = (UniqueConstraint("ar_company", "number"),)

    id: int = _id()
    ar_company: int
    number: str = _code()
    version: int
    name: str = _words()
    status: str = _words()
    customer_type: str = _code()


class BillingProfile(SQLModel, table=True):
    """The rate table of one branch, customer type, priority, job type and region; one at a time is in force."""

    __tablename__ = "billing_profile"

    id: int = _id()
    branch: str = _code("branch.code")
    customer_type: str = _code("customer_type.code")
    priority: str = _code("priority.code")
    job_type: str = _code("job_type.code")
    region: str = _code("region.code")
    effective_from: date
    effective_to: date | None = None
    source: str = _words()


class ProfileLine(SQLModel, table=True):
    __tablename__ = "profile_line"

    profile_id: int = _reference("billing_profile.id", primary_key=True)
    position: int = Field(primary_key=True)
    billing_item: str = _code("billing_item.name")
    mode: str = _words()
    bill_type: str | None = _code("bill_type.code", nullable=True)
    method: str = _words()
    rate: Decimal = _rate()
    included_units: Decimal = _quantity(nullable=False)
    quantity_source: str = _words()


class Invoice(SQLModel, table=True):
    """What gathers orders for one bill-to of one branch; `attempt` counts its hand-overs to receivables."""

    id: int = _id(always=False)
    kind: str = _words()
    branch: str = _code("branch.code")
    bill_to: str = _code()
    status: str = _words()
    attempt: int
    ar_number: str | None = _code(nullable=True)
    ar_month: str | None = _code(nullable=True)
    ar_transaction: int | None = Field(default=None, sa_column=Column(BigInteger))
    created_at: datetime = _moment(nullable=False)


class WorkOrder(SQLModel, table=True):
    """One job. `revision` grows with every change, `rating_version` with every rating, `export_attempt` with every
    hand-over.
    """

    __tablename__ = "work_order"
    __table_args__ = (
        Index("work_order_open", "id", postgresql_where=text("status = 'open'")),
        Index("work_order_ready", "id", postgresql_where=text("status IN ('rated', 'assigned')")),
        Index("work_order_invoice_id", "invoice_id", postgresql_where=text("invoice_id IS NOT NULL")),
    )

    id: int = _id()
    number: str = _code(unique=True)
    style: str = _words()
    branch: str = _code("branch.code")
    customer: str = _code()
    bill_to: str = _code()
    priority: str = _code("priority.code")
    job_type: str = _code("job_type.code")
    region: str | None = _code("region.code", nullable=True)
    served_zip: str | None = _code(nullable=True)
    service_on: date
    field_status: str = _words()
    pod_received: bool
    triggers: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    reference: str = _words()
    miles: Decimal | None = _quantity()
    waiting_minutes: Decimal | None = _quantity()
    weight: Decimal | None = _quantity()
    pieces: Decimal | None = _quantity()
    attempts: Decimal | None = _quantity()
    pages: Decimal | None = _quantity()
    servees: Decimal | None = _quantity()
    parcels: Decimal | None = _quantity()
    hours: Decimal | None = _quantity()
    fee_advances: Decimal | None = _quantity()
    status: str = _words()
    revision: int
    rating_version: int
    export_attempt: int
    invoice_id: int | None = _reference("invoice.id", nullable=True)
    changed_at: datetime = _moment(nullable=False)
    created_at: datetime = _moment(nullable=False)


class Rating(SQLModel, table=True):
    """A version of an order's price with its explanation; never changed, superseded by a newer version."""

    __table_args__ = (UniqueConstraint("work_order_id", "version"),)

    id: int = _id(always=False)
    work_order_id: int = _reference("work_order.id")
    version: int
    profile_id: int = _reference("billing_profile.id")
    region: str = _code()
    rated_by: str = _words()
    rated_at: datetime = _moment(nullable=False)
    charges_total: Decimal = _money()
    advances_total: Decimal = _money()
    total: Decimal = _money()
    explanation: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class RatingLine(SQLModel, table=True):
    __tablename__ = "rating_line"

    rating_id: int = _reference("rating.id", primary_key=True)
    position: int = Field(primary_key=True)
    billing_item: str = _code()
    income_account: str = _code()
    quantity: Decimal = _quantity(nullable=False)
    quantity_source: str = _words()
    unit_rate: Decimal = _rate()
    amount: Decimal = _money()
    taxable: bool
    fee_advance: bool
    origin: str = _words()


class RatingRun(SQLModel, table=True):
    """The rating of all open orders that were ready, order by order."""

    __tablename__ = "rating_run"

    id: int = _id()
    status: str = _words()
    requested_by: str = _words()
    requested_at: datetime = _moment(nullable=False)
    orders: int
    rated: int
    failed: int
    finished_at: datetime | None = _moment()


class RatingResult(SQLModel, table=True):
    __tablename__ = "rating_result"
    __table_args__ = (
        Index("rating_result_waiting", "run_id", "work_order_id", postgresql_where=text("outcome = 'waiting'")),
    )

    run_id: int = _reference("rating_run.id", primary_key=True)
    work_order_id: int = _reference("work_order.id", primary_key=True)
    outcome: str = _words()
    detail: str = _words()
    total: Decimal | None = _money(nullable=True)


class ExportRun(SQLModel, table=True):
    """One press of the export button, followed to the end."""

    __tablename__ = "export_run"
    __table_args__ = (Index("export_run_unfinished", "id", postgresql_where=text("finished_at IS NULL")),)

    id: int = _id()
    status: str = _words()
    requested_by: str = _words()
    requested_at: datetime = _moment(nullable=False)
    invoice_date: date
    month: str = _code()
    selection: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    invoices: int
    orders: int
    total: Decimal = _money()
    exported: int
    refused: int
    exported_total: Decimal = _money()
    refused_total: Decimal = _money()
    finished_at: datetime | None = _moment()


class ExportChunk(SQLModel, table=True):
    """Invoices of one AR company that travel in one message."""

    __tablename__ = "export_chunk"

    run_id: int = _reference("export_run.id", primary_key=True)
    position: int = Field(primary_key=True)
    ar_company: int
    sent_at: datetime | None = _moment()
    requests: int


class ExportInvoice(SQLModel, table=True):
    """One hand-over of an invoice and what receivables answered."""

    __tablename__ = "export_invoice"
    __table_args__ = (
        Index("export_invoice_run_id", "run_id", "invoice_id"),
        Index("export_invoice_waiting", "run_id", "chunk", postgresql_where=text("outcome = 'waiting'")),
    )

    invoice_id: int = _reference("invoice.id", primary_key=True)
    attempt: int = Field(primary_key=True)
    run_id: int = _reference("export_run.id")
    ar_company: int
    chunk: int | None = None
    orders: int
    total: Decimal = _money()
    document_bytes: int
    outcome: str = _words()
    reason: str = _words()
    detail: str = _words()
    withdrawal_requested_at: datetime | None = _moment()
    answered_at: datetime | None = _moment()


class ExportOrder(SQLModel, table=True):
    """One hand-over of an order: the key (order, version, attempt) that is booked at most once."""

    __tablename__ = "export_order"
    __table_args__ = (
        ForeignKeyConstraint(
            ["invoice_id", "invoice_attempt"], ["export_invoice.invoice_id", "export_invoice.attempt"]
        ),
        Index("export_order_invoice", "invoice_id", "invoice_attempt"),
    )

    work_order_id: int = _reference("work_order.id", primary_key=True)
    version: int = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    invoice_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    invoice_attempt: int
    total: Decimal = _money()


class OrderCredit(SQLModel, table=True):
    """A credit of an order in receivables, by the credit memo that gave it."""

    __tablename__ = "order_credit"
    __table_args__ = (Index("order_credit_work_order_id", "work_order_id"),)

    ar_company: int = Field(primary_key=True)
    month: str = _code(primary_key=True)
    transaction: int = Field(sa_column=Column(BigInteger, primary_key=True))
    work_order_id: int = _reference("work_order.id", primary_key=True)
    version: int
    credited: Decimal = _money()
    remaining: Decimal = _money()
    disposition: str | None = _words(nullable=True)
    reason: str = _words()
    credited_by: str = _words()
    received_at: datetime = _moment(nullable=False)
