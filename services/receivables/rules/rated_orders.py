"""Owns the read copy of rated orders: the newest state of each wins, in whatever order the events come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.contracts.work_order_rated import RatedState


@dataclass(frozen=True)
class RatedOrder:
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
    """The highest revision of each order, by order id."""
    kept: dict[int, RatedOrder] = {}
    for one in orders:
        known = kept.get(one.work_order_id)
        if known is None or known.revision < one.revision:
            kept[one.work_order_id] = one
    return sorted(kept.values(), key=lambda one: one.work_order_id)
