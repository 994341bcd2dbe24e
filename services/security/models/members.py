"""Memberships of groups."""

from typing import ClassVar

from sqlalchemy import Index

from services.security.models.table import Table
from shared.database import columns


class GroupMember(Table, table=True):
    """A user's membership of a group."""

    __tablename__: ClassVar[str] = "group_member"
    __table_args__ = (Index("group_member_user_id", "user_id"),)

    group_id: int = columns.owned_by("security_group.id", primary_key=True)
    user_id: int = columns.big("user_account.id", primary_key=True)
