"""Files that are attached to orders."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from services.rating.models.table import Table
from shared.database import columns


class AttachmentTable(Table, table=True):
    """A file at an order. One that is removed is deleted later, with its content."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("attachment_work_order", "work_order_id", "id", postgresql_where=text("removed_at IS NULL")),
        Index("attachment_once", "work_order_id", "sha256", unique=True, postgresql_where=text("removed_at IS NULL")),
        Index("attachment_removed", "removed_at", postgresql_where=text("removed_at IS NOT NULL")),
    )

    id: int = columns.identity()
    work_order_id: int = columns.big("work_order.id")
    name: str = columns.words()
    media_type: str = columns.words()
    bytes: int
    sha256: str = columns.code()
    travels: bool
    stored_in: str = columns.words()
    uploaded_by: str = columns.words()
    uploaded_at: datetime = columns.moment()
    removed_at: datetime | None = columns.moment(nullable=True)
    revision: int
    changed_by: str | None = columns.words(nullable=True)
    changed_at: datetime | None = columns.moment(nullable=True)


class AttachmentContent(Table, table=True):
    """The content of a file that is not stored in a directory."""

    __tablename__ = "attachment_content"

    attachment_id: int = columns.owned_by("attachment.id", primary_key=True)
    content: bytes = Field()
