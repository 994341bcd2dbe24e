"""Charges entered for one order."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.rating.models.table import Table
from shared.database import columns


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
    commission_method: str | None = columns.words(nullable=True)
    commission_rate: Decimal | None = columns.rate(nullable=True)
