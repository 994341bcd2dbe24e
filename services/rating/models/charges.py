"""Charges that were entered for orders."""

from datetime import datetime

from sqlalchemy import Index

from services.rating.models.table import Table
from services.rating.records.charges import ChargeEntry
from shared.database import columns
from shared.database.columns import reference


class OrderChargeTable(ChargeEntry, Table, table=True):
    """What was entered for an order: a prebill, a manual line, or an override of a profile line."""

    __tablename__ = "order_charge"
    __table_args__ = (
        reference("billing_item", billing_item="name"),
        reference("bill_type", bill_type="code"),
        Index("order_charge_work_order_id", "work_order_id"),
    )

    id: int = columns.identity()
    work_order_id: int = columns.big("work_order.id")
    entered_by: str = columns.words()
    entered_at: datetime = columns.moment()
