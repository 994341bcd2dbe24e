"""Owns trial ratings, which are not stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.rating.rules.rated import Explanation
from services.rating.rules.rating_warnings import RatingWarning
from services.rating.rules.ratings import RatingLine
from shared.values.money import Money


@dataclass(frozen=True)
class Trial:
    """The rating that the order would get now. `not_ready` says why the order cannot really be rated yet.

    `warnings` has `ZERO_TOTAL` if it comes to 0.00.
    """

    profile_id: int
    region: str
    charges_total: Money
    advances_total: Money
    total: Money
    not_ready: str
    lines: Sequence[RatingLine]
    explanation: Explanation
    warnings: Sequence[RatingWarning]
