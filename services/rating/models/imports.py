"""The imports of work orders."""

from datetime import datetime

from sqlalchemy import Index

from services.rating.models.table import Table
from shared.database import columns


class OrderImport(Table, table=True):
    """An import of orders from a file, and its withdrawal."""

    __tablename__ = "order_import"
    __table_args__ = (Index("order_import_imported_by", "imported_by", "id"),)

    id: int = columns.identity()
    file_name: str = columns.words()
    key: str = columns.words()
    orders: int
    imported_by: str = columns.words()
    imported_at: datetime = columns.moment()
    withdrawn_by: str | None = columns.words(nullable=True)
    withdrawn_at: datetime | None = columns.moment(nullable=True)
    reason: str = columns.words()
