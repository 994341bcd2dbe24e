"""The tables of rating, as Alembic compares them with the migrations; checks and grants stand there."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared import columns


class Table(SQLModel, registry=registry()):
    """What the tables of rating have in common: a registry of their own, apart from other services' tables."""


metadata = Table.metadata


class Branch(Table, table=True):
    """An office, which belongs to one AR company."""

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    ar_company: int
    retired_on: date | None = None
    revision: int


class CustomerType(Table, table=True):
    """The pricing class of a customer; retired, never deleted."""

    __tablename__ = "customer_type"

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    retired_on: date | None = None
    revision: int


class Priority(Table, table=True):
    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    retired_on: date | None = None
    revision: int


class JobType(Table, table=True):
    __tablename__ = "job_type"

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    retired_on: date | None = None
    revision: int


class Region(Table, table=True):
    """A billing region: a named set of ZIP codes."""

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    retired_on: date | None = None
    revision: int


class RegionZip(Table, table=True):
    __tablename__ = "region_zip"

    zip: str = columns.code(primary_key=True)
    region: str = columns.code("region.code", primary_key=True)


class BillType(Table, table=True):
    """What makes a triggered line fire: a flag on the order, or the outcome in the field."""

    __tablename__ = "bill_type"

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    kind: str = columns.words()
    retired_on: date | None = None
    revision: int


class BillingItem(Table, table=True):
    """The name of a charge as invoices print it."""

    __tablename__ = "billing_item"

    name: str = columns.code(primary_key=True)
    income_account: str = columns.code()
    taxable: bool
    fee_advance: bool
    retired_on: date | None = None
    revision: int


class Zone(Table, table=True):
    """A set of ZIP codes between which messengers drive; the matrix of a `zone` line names two."""

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    retired_on: date | None = None
    revision: int


class ZoneZip(Table, table=True):
    """A ZIP, or the first three or four digits of many."""

    __tablename__ = "zone_zip"
    __table_args__ = (Index("zone_zip_zone", "zone"),)

    zip: str = columns.code(primary_key=True)
    zone: str = columns.code("zone.code")


class Server(Table, table=True):
    """A field agent."""

    code: str = columns.code(primary_key=True)
    name: str = columns.words()
    retired_on: date | None = None
    revision: int


class RateTableState(Table, table=True):
    """A value that changes with every change of a rate table; triggers write it."""

    __tablename__ = "rate_table_state"

    only_row: bool = Field(default=True, primary_key=True)
    content: UUID


class Customer(Table, table=True):
    """A read copy of the customers that receivables keeps."""

    __table_args__ = (UniqueConstraint("ar_company", "number"),)

    id: int = columns.identity()
    ar_company: int
    number: str = columns.code()
    version: int
    name: str = columns.words()
    status: str = columns.words()
    customer_type: str = columns.code()


class BillingProfile(Table, table=True):
    """The rate table of one branch, customer type, priority, job type and region; one at a time is in force.

    The last four may be `ANY`, which is no code and so no reference.
    """

    __tablename__ = "billing_profile"

    id: int = columns.identity()
    branch: str = columns.code("branch.code")
    customer_type: str = columns.code()
    priority: str = columns.code()
    job_type: str = columns.code()
    region: str = columns.code()
    effective_from: date
    effective_to: date | None = None
    source: str = columns.words()
    revision: int


class ProfileLine(Table, table=True):
    __tablename__ = "profile_line"

    profile_id: int = columns.big("billing_profile.id", primary_key=True)
    position: int = Field(primary_key=True)
    billing_item: str = columns.code("billing_item.name")
    mode: str = columns.words()
    bill_type: str | None = columns.code("bill_type.code", nullable=True)
    method: str = columns.words()
    rate: Decimal = columns.rate()
    included_units: Decimal = columns.quantity()
    quantity_source: str = columns.words()
    unit_size: Decimal = columns.quantity()
    whole_units: bool
    times_source: str | None = columns.words(nullable=True)
    steps: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    zones: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    base: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    minimum: Decimal | None = columns.money(nullable=True)
    maximum: Decimal | None = columns.money(nullable=True)
    comment: str = columns.words()


class Invoice(Table, table=True):
    """What gathers orders for one bill-to of one branch; `attempt` counts its hand-overs to receivables."""

    id: int = columns.identity(always=False)
    kind: str = columns.words()
    branch: str = columns.code("branch.code")
    bill_to: str = columns.code()
    status: str = columns.words()
    attempt: int
    ar_number: str | None = columns.code(nullable=True)
    ar_month: str | None = columns.code(nullable=True)
    ar_transaction: int | None = columns.big(nullable=True)
    created_at: datetime = columns.moment()


class WorkOrder(Table, table=True):
    """One job. `revision` grows with every change, `rating_version` with every rating, `export_attempt` with every
    hand-over.
    """

    __tablename__ = "work_order"
    __table_args__ = (
        Index("work_order_open", "id", postgresql_where=text("status = 'open'")),
        Index("work_order_ready", "id", postgresql_where=text("status IN ('rated', 'assigned')")),
        Index("work_order_invoice_id", "invoice_id", postgresql_where=text("invoice_id IS NOT NULL")),
    )

    id: int = columns.identity()
    number: str = columns.code(unique=True)
    style: str = columns.words()
    branch: str = columns.code("branch.code")
    customer: str = columns.code()
    bill_to: str = columns.code()
    priority: str = columns.code("priority.code")
    job_type: str = columns.code("job_type.code")
    region: str | None = columns.code("region.code", nullable=True)
    served_zip: str | None = columns.code(nullable=True)
    from_zip: str | None = columns.code(nullable=True)
    service_on: date
    field_status: str = columns.words()
    pod_received: bool
    triggers: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    reference: str = columns.words()
    miles: Decimal | None = columns.quantity(nullable=True)
    waiting_minutes: Decimal | None = columns.quantity(nullable=True)
    weight: Decimal | None = columns.quantity(nullable=True)
    pieces: Decimal | None = columns.quantity(nullable=True)
    attempts: Decimal | None = columns.quantity(nullable=True)
    pages: Decimal | None = columns.quantity(nullable=True)
    servees: Decimal | None = columns.quantity(nullable=True)
    parcels: Decimal | None = columns.quantity(nullable=True)
    hours: Decimal | None = columns.quantity(nullable=True)
    persons: Decimal | None = columns.quantity(nullable=True)
    fee_advances: Decimal | None = columns.quantity(nullable=True)
    status: str = columns.words()
    revision: int
    rating_version: int
    export_attempt: int
    invoice_id: int | None = columns.big("invoice.id", nullable=True)
    changed_at: datetime = columns.moment()
    created_at: datetime = columns.moment()


class Rating(Table, table=True):
    """A version of an order's price with its explanation; never changed, superseded by a newer version."""

    __table_args__ = (UniqueConstraint("work_order_id", "version"),)

    id: int = columns.identity(always=False)
    work_order_id: int = columns.big("work_order.id")
    version: int
    profile_id: int = columns.big("billing_profile.id")
    region: str = columns.code()
    rated_by: str = columns.words()
    rated_at: datetime = columns.moment()
    charges_total: Decimal = columns.money()
    advances_total: Decimal = columns.money()
    total: Decimal = columns.money()
    explanation: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class RatingLine(Table, table=True):
    __tablename__ = "rating_line"

    rating_id: int = columns.big("rating.id", primary_key=True)
    position: int = Field(primary_key=True)
    billing_item: str = columns.code()
    income_account: str = columns.code()
    quantity: Decimal = columns.quantity()
    quantity_source: str = columns.words()
    unit_rate: Decimal = columns.rate()
    amount: Decimal = columns.money()
    taxable: bool
    fee_advance: bool
    origin: str = columns.words()
    method: str = columns.words()
    comment: str = columns.words()
    original_amount: Decimal | None = columns.money(nullable=True)
    override_reason: str | None = columns.words(nullable=True)
    servers: list[Any] = Field(sa_column=Column(JSONB, nullable=False))


class OrderCharge(Table, table=True):
    """What was entered for one order: a prebill, a line by hand, or an override of a line of its profile."""

    __tablename__ = "order_charge"
    __table_args__ = (Index("order_charge_work_order_id", "work_order_id"),)

    id: int = columns.identity()
    work_order_id: int = columns.big("work_order.id")
    kind: str = columns.words()
    billing_item: str = columns.code("billing_item.name")
    bill_type: str | None = columns.code("bill_type.code", nullable=True)
    quantity: Decimal | None = columns.quantity(nullable=True)
    rate: Decimal | None = columns.rate(nullable=True)
    amount: Decimal | None = columns.money(nullable=True)
    comment: str = columns.words()
    servers: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    entered_by: str = columns.words()
    entered_at: datetime = columns.moment()


class RatingRun(Table, table=True):
    """The rating of all open orders that were ready, order by order."""

    __tablename__ = "rating_run"

    id: int = columns.identity()
    status: str = columns.words()
    requested_by: str = columns.words()
    requested_at: datetime = columns.moment()
    orders: int
    rated: int
    failed: int
    finished_at: datetime | None = columns.moment(nullable=True)


class RatingResult(Table, table=True):
    __tablename__ = "rating_result"
    __table_args__ = (
        Index("rating_result_waiting", "run_id", "work_order_id", postgresql_where=text("outcome = 'WAITING'")),
    )

    run_id: int = columns.big("rating_run.id", primary_key=True)
    work_order_id: int = columns.big("work_order.id", primary_key=True)
    outcome: str = columns.words()
    detail: str = columns.words()
    total: Decimal | None = columns.money(nullable=True)


class ExportRun(Table, table=True):
    """One press of the export button, followed to the end."""

    __tablename__ = "export_run"
    __table_args__ = (Index("export_run_unfinished", "id", postgresql_where=text("finished_at IS NULL")),)

    id: int = columns.identity()
    status: str = columns.words()
    requested_by: str = columns.words()
    requested_at: datetime = columns.moment()
    invoice_date: date
    month: str = columns.code()
    selection: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    invoices: int
    orders: int
    total: Decimal = columns.money()
    exported: int
    refused: int
    exported_total: Decimal = columns.money()
    refused_total: Decimal = columns.money()
    finished_at: datetime | None = columns.moment(nullable=True)


class ExportChunk(Table, table=True):
    """Invoices of one AR company that travel in one message."""

    __tablename__ = "export_chunk"

    run_id: int = columns.big("export_run.id", primary_key=True)
    position: int = Field(primary_key=True)
    ar_company: int
    sent_at: datetime | None = columns.moment(nullable=True)
    requests: int


class ExportInvoice(Table, table=True):
    """One hand-over of an invoice and what receivables answered."""

    __tablename__ = "export_invoice"
    __table_args__ = (
        Index("export_invoice_run_id", "run_id", "invoice_id"),
        Index("export_invoice_waiting", "run_id", "chunk", postgresql_where=text("outcome = 'waiting'")),
    )

    invoice_id: int = columns.big("invoice.id", primary_key=True)
    attempt: int = Field(primary_key=True)
    run_id: int = columns.big("export_run.id")
    ar_company: int
    chunk: int | None = None
    orders: int
    total: Decimal = columns.money()
    document_bytes: int
    outcome: str = columns.words()
    reason: str = columns.words()
    detail: str = columns.words()
    withdrawal_requested_at: datetime | None = columns.moment(nullable=True)
    answered_at: datetime | None = columns.moment(nullable=True)


class ExportOrder(Table, table=True):
    """One hand-over of an order: the key (order, version, attempt) that is booked at most once."""

    __tablename__ = "export_order"
    __table_args__ = (
        ForeignKeyConstraint(
            ["invoice_id", "invoice_attempt"], ["export_invoice.invoice_id", "export_invoice.attempt"]
        ),
        Index("export_order_invoice", "invoice_id", "invoice_attempt"),
    )

    work_order_id: int = columns.big("work_order.id", primary_key=True)
    version: int = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    invoice_id: int = columns.big()
    invoice_attempt: int
    total: Decimal = columns.money()


class OrderCredit(Table, table=True):
    """A credit of an order in receivables, by the credit memo that gave it."""

    __tablename__ = "order_credit"
    __table_args__ = (Index("order_credit_work_order_id", "work_order_id"),)

    ar_company: int = Field(primary_key=True)
    month: str = columns.code(primary_key=True)
    transaction: int = columns.big(primary_key=True)
    work_order_id: int = columns.big("work_order.id", primary_key=True)
    version: int
    credited: Decimal = columns.money()
    remaining: Decimal = columns.money()
    disposition: str | None = columns.words(nullable=True)
    reason: str = columns.words()
    credited_by: str = columns.words()
    received_at: datetime = columns.moment()
