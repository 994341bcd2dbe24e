"""Billing profiles with their lines."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from services.rating.models.table import Revised, Table
from services.rating.records.billing_profiles import LineEntry, ProfileHead
from shared.database import columns
from shared.database.columns import reference


class BillingProfileTable(ProfileHead, Revised, table=True):
    """The billing profiles; for each key, at most one is in force on a date.

    Every key value but the branch can be `ANY`, which is not a code, so those columns reference no other table.
    """

    __tablename__ = "billing_profile"
    __table_args__ = (reference("branch", branch="code"),)

    id: int = columns.identity()


class ProfileLineTable(LineEntry, Table, table=True):
    """The lines of billing profiles, in the order in which they were entered."""

    __tablename__ = "profile_line"
    __table_args__ = (
        reference("billing_item", billing_item="name"),
        reference("bill_type", bill_type="code"),
    )

    profile_id: int = columns.big("billing_profile.id", primary_key=True)
    position: int = Field(primary_key=True)
    rate: Decimal = columns.rate()


class RateTableState(Table, table=True):
    """A random value that triggers replace whenever a rate table changes."""

    __tablename__ = "rate_table_state"

    only_row: bool = Field(default=True, primary_key=True)
    content: UUID


class RateTableChange(Table, table=True):
    """What triggers noted of a change of a rate table: each profile, ZIP, billing item or bill type, with the new value.

    `passed_on` changes have had the orders noted whose estimates they may change.
    """

    __tablename__ = "rate_table_change"
    __table_args__ = (
        Index("rate_table_change_content", "content"),
        Index("rate_table_change_pending", "id", postgresql_where=text("NOT passed_on")),
    )

    id: int = columns.identity()
    content: UUID
    kind: str = columns.words()
    name: str = columns.code()
    changed_at: datetime = columns.moment()
    passed_on: bool
