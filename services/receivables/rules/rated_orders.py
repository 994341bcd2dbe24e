"""The copy of rated orders that receivables keeps: the newest state wins, in any order of events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.contracts.work_order_rated import RatedState


@dataclass(frozen=True)
class RatedOrder:
    """A work order as rating last reported it."""

    work_order_id: int
    number: str
    revision: int
    rating_version: int
    state: RatedState
    ar_company: int
    branch: str
    customer: str
    bill_to: str
    total: Decimal
    rated_at: datetime


def newest(orders: Iterable[RatedOrder]) -> list[RatedOrder]:
    """The highest revision of each order, sorted by order id."""
    kept: dict[int, RatedOrder] = {}
    for order in orders:
        known = kept.get(order.work_order_id)
        if known is None or known.revision < order.revision:
            kept[order.work_order_id] = order
    return sorted(kept.values(), key=lambda order: order.work_order_id)
