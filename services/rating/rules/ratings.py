"""Owns what a rating is once it is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.rating.rules.pricing import RatedLine
from shared.values.money import ZERO


@dataclass(frozen=True)
class RatingHead:
    """One version of an order's price: totals in the company's currency, and how it came about."""

    id: int
    work_order_id: int
    version: int
    profile_id: int
    region: str
    rated_by: str
    rated_at: datetime
    charges_total: Decimal
    advances_total: Decimal
    total: Decimal
    explanation: dict[str, Any]


@dataclass(frozen=True)
class LineChange:
    """What a rating charges otherwise than the one before: None where only the other has the line."""

    billing_item: str
    before: Decimal | None
    after: Decimal | None


def changes_between(before: Iterable[RatedLine], after: Iterable[RatedLine]) -> list[LineChange]:
    """What changed from one rating to the next, by billing item; amounts of lines with the same item are added up.

    Source: rating, section 3.8.
    """
    sums: list[dict[str, Decimal]] = []
    for lines in (before, after):
        total: dict[str, Decimal] = {}
        for line in lines:
            total[line.billing_item] = total.get(line.billing_item, ZERO) + line.amount
        sums.append(total)
    old, new = sums
    names = [*new, *(name for name in old if name not in new)]
    return [LineChange(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]
