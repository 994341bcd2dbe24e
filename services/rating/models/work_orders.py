"""Work orders, and what happened to them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.rating.models.table import Table
from shared.database import columns


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
    matter: str = columns.code()
    attorney: str = columns.code()
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
    value: Decimal | None = columns.quantity(nullable=True)
    fee_advances: Decimal | None = columns.quantity(nullable=True)
    servers: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    status: str = columns.words()
    revision: int
    rating_version: int
    export_attempt: int
    invoice_id: int | None = columns.big("invoice.id", nullable=True)
    changed_at: datetime = columns.moment()
    created_at: datetime = columns.moment()


class OrderStep(Table, table=True):
    """What somebody did with an order: put on a draft (`assign`) or taken off (`unassign`), its rating removed (`remove`),
    closed without an invoice (`zero_bill`) or taken up again (`reopen`). Append-only.
    """

    __tablename__ = "order_step"
    __table_args__ = (Index("order_step_work_order_id", "work_order_id"),)

    id: int = columns.identity()
    work_order_id: int = columns.big("work_order.id")
    action: str = columns.words()
    reason: str = columns.words()
    done_by: str = columns.words()
    done_at: datetime = columns.moment()
    invoice_id: int | None = columns.big("invoice.id", nullable=True)
