"""Owns what waits for a caller in rating: orders, drafts and runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.values.money import Money


@dataclass(frozen=True)
class WaitingPart:
    """How much waits, and what it comes to if it has amounts. `list` is the path and query of the list that shows it."""

    count: int
    total: Money | None
    list: str


@dataclass(frozen=True)
class FailingOrders(WaitingPart):
    """Open orders whose rating would be refused, by the code of the refusal."""

    reason: str


@dataclass(frozen=True)
class RatingWaiting:
    """What waits for the caller. A part is null without the feature that its list needs.

    `ready_to_export`: orders that an export of everything would include today. `failing`: open orders that cannot be
    rated, by reason. `to_roll_up`: rated orders that wait for their roll-up. `drafts`: draft invoices with their orders'
    total, and among them `refused` ones, which Accounts Receivable did not book. `rating_runs` and `exports` are those
    that are not finished.
    """

    ready_to_export: WaitingPart | None
    failing: Sequence[FailingOrders] | None
    to_roll_up: WaitingPart | None
    drafts: WaitingPart | None
    refused: WaitingPart | None
    rating_runs: WaitingPart | None
    exports: WaitingPart | None
