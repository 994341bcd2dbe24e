"""Groups and their grants."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ARRAY, Column, Index, Integer, Text
from sqlmodel import Field

from services.security.models.table import Table
from services.security.records.groups import GroupEntry
from shared.access.grants import LevelWord
from shared.database import columns
from shared.values.columns import Changed


class SecurityGroupTable(Changed, GroupEntry, Table, table=True):
    """A role in the company, such as Billing. `folded_name` is the name for comparison."""

    __tablename__: ClassVar[str] = "security_group"

    id: int = columns.identity()
    folded_name: str = columns.code(unique=True)
    folded_description: str = columns.code()
    revision: int = columns.big()
    created_at: datetime = columns.moment()


class GroupGrantTable(Table, table=True):
    """One feature at one level, within limits; an empty array does not limit that side."""

    __tablename__: ClassVar[str] = "group_grant"
    __table_args__ = (
        Index("group_grant_group_id", "group_id"),
        Index("group_grant_feature", "feature"),
    )

    id: int = columns.identity()
    group_id: int = columns.owned_by("security_group.id")
    feature: str = columns.code()
    level: LevelWord = columns.code()
    branches: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    customers: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    ar_companies: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
