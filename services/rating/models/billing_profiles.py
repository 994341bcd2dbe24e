"""Billing profiles with their lines."""

from decimal import Decimal
from uuid import UUID

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
