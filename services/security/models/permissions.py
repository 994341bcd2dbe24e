"""The epoch of the permission table."""

from typing import ClassVar

from sqlalchemy import Boolean, Column
from sqlmodel import Field

from services.security.models.table import Table
from shared.database import columns


class PermissionEpoch(Table, table=True):
    """The single row that counts the versions of the permission table; locking it puts changes in order."""

    __tablename__: ClassVar[str] = "permission_epoch"

    only_row: bool = Field(sa_column=Column(Boolean, primary_key=True))
    epoch: int = columns.big()
