"""Owns ratings as they are stored and shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.rating.rules.rated import Explanation, RatedLine
from shared.values.fields import parts_of
from shared.values.money import ZERO, Money


@dataclass(frozen=True)
class RatingSummary:
    """One version of an order's price: totals in the company's currency, and how they were calculated."""

    version: int
    profile_id: int
    region: str
    rated_by: str
    rated_at: datetime
    charges_total: Money
    advances_total: Money
    total: Money
    explanation: Explanation


@dataclass(frozen=True)
class RatingHead(RatingSummary):
    """A rating as it is stored, without its lines."""

    id: int
    work_order_id: int


@dataclass(frozen=True, slots=True)
class RatingLine(RatedLine):
    """A line of a rating. `commission` is what it earns all its servers together."""

    commission: Money


@dataclass(frozen=True)
class LineChange:
    """The amount of a billing item in the previous rating and in this one, or None if the item is not in it."""

    billing_item: str
    before: Money | None
    after: Money | None


@dataclass(frozen=True)
class Rating(RatingSummary):
    """A rating with its lines. `changes` are the differences from the previous rating."""

    lines: Sequence[RatingLine]
    changes: Sequence[LineChange]


def with_commissions(lines: Iterable[RatedLine], commissions: Mapping[int, Decimal]) -> list[RatingLine]:
    """Adds the commissions, which are given by position, to the lines of a rating."""
    return [RatingLine(**parts_of(line, RatedLine), commission=commissions.get(line.position, ZERO)) for line in lines]


def changes_between(before: Iterable[RatedLine], after: Iterable[RatedLine]) -> list[LineChange]:
    """What changed from one rating to the next, by billing item. Amounts of lines with the same item are added up.

    Example: service 90.00 → 95.00 and skip trace 195.00 → None, if the next rating has no skip trace.
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
