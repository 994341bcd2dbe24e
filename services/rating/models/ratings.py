"""Ratings with their lines."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlmodel import Field

from services.rating.models.table import Table
from shared.database import columns


class Rating(Table, table=True):
    """A version of an order's price with its explanation. It never changes; the next rating adds a new version."""

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
    rates_digest: str | None = columns.words(nullable=True)


class RatingLine(Table, table=True):
    """The lines of ratings, which never change either. Those of older releases have no `charged`: it is the quantity."""

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
    charged: Decimal | None = columns.quantity(nullable=True)
    unit: str = columns.words()
    included: Decimal = columns.quantity()
    reason: str = columns.words()
    print_zero: bool
    servers: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
