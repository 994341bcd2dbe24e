"""What open orders would come to, and the orders that wait to be estimated."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, text

from services.rating.models.table import Table
from shared.database import columns


class OrderEstimate(Table, table=True):
    """What the rating of an open order would come to, or the code of the refusal, and the profile that it was made with.

    Orders that are no longer open lose theirs.
    """

    __tablename__ = "order_estimate"
    __table_args__ = (Index("order_estimate_refused", "why", "work_order_id", postgresql_where=text("why <> ''")),)

    work_order_id: int = columns.big("work_order.id", primary_key=True)
    region: str | None = columns.code(nullable=True)
    profile_id: int | None = columns.big(nullable=True)
    total: Decimal | None = columns.money(nullable=True)
    why: str = columns.words()
    estimated_at: datetime = columns.moment()


class OrderToEstimate(Table, table=True):
    """Orders that triggers noted because something changed that their estimate depends on. A job empties this."""

    __tablename__ = "order_to_estimate"
    __table_args__ = (Index("order_to_estimate_work_order_id", "work_order_id"),)

    id: int = columns.identity()
    work_order_id: int = columns.big()
