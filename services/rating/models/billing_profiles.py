"""Billing profiles with their lines."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.rating.models.table import Table
from shared.database import columns


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
    commission_method: str | None = columns.words(nullable=True)
    commission_rate: Decimal | None = columns.rate(nullable=True)


class RateTableState(Table, table=True):
    """A value that changes with every change of a rate table; triggers write it."""

    __tablename__ = "rate_table_state"

    only_row: bool = Field(default=True, primary_key=True)
    content: UUID
