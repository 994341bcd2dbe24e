"""Billing profiles with their lines."""

from decimal import Decimal
from uuid import UUID

from sqlmodel import Field

from services.rating.models.table import Revised, Table
from services.rating.records.billing_profiles import LineEntry, ProfileHead
from shared.database import columns
from shared.database.columns import reference


class BillingProfileTable(ProfileHead, Revised, table=True):
    """The rate table of one branch, customer type, priority, job type and region; one at a time is in force.

    The last four may be `ANY`, which is no code and so no reference.
    """

    __tablename__ = "billing_profile"
    __table_args__ = (reference("branch", branch="code"),)

    id: int = columns.identity()


class ProfileLineTable(LineEntry, Table, table=True):
    __tablename__ = "profile_line"
    __table_args__ = (
        reference("billing_item", billing_item="name"),
        reference("bill_type", bill_type="code"),
    )

    profile_id: int = columns.big("billing_profile.id", primary_key=True)
    position: int = Field(primary_key=True)
    rate: Decimal = columns.rate()


class RateTableState(Table, table=True):
    """A value that changes with every change of a rate table; triggers write it."""

    __tablename__ = "rate_table_state"

    only_row: bool = Field(default=True, primary_key=True)
    content: UUID
