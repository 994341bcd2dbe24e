"""Owns what became of an order's ratings in Accounts Receivable: every hand-over, and what credits have left of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class Credit:
    """A credit of one version of the order; `remaining` is what all credits until then have left of it."""

    version: int
    month: str
    transaction: int
    credited: Decimal
    remaining: Decimal
    disposition: str | None
    reason: str
    credited_by: str
    received_at: datetime


@dataclass(frozen=True)
class OrderHandOver:
    """One hand-over of an order with its answer, and the credits of its invoice that are about the order."""

    version: int
    attempt: int
    invoice_id: int
    kind: str
    run_id: int
    outcome: str
    reason: str
    detail: str
    ar_company: int
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None
    total: Decimal
    answered_at: datetime | None
    credits: Sequence[Credit] = ()

    @property
    def remaining(self) -> Decimal:
        """What still stands on the invoice: net of credits alone, because receipts do not change what was billed."""
        return self.total - sum((one.credited for one in self.credits), Decimal(0))


def with_credits(hand_overs: Sequence[OrderHandOver], given: Sequence[Credit]) -> list[OrderHandOver]:
    """Gives each hand-over that was booked the credits of its version: at most one attempt of a version is booked."""
    return [
        replace(one, credits=tuple(each for each in given if each.version == one.version))
        if one.outcome == "exported"
        else one
        for one in hand_overs
    ]
