"""Owns what became of an order's ratings in Accounts Receivable: every hand-over, and what credits have left of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.rating.rules.draft_invoices import InvoiceKind
from services.rating.rules.exports.answers import Disposition, Outcome
from shared.values.money import ZERO, Money


@dataclass(frozen=True)
class CreditOfOrder:
    """A credit memo in Accounts Receivable, as far as it is about the order; net amounts.

    `remaining` is what all credits until then have left of it.
    """

    month: str
    transaction: int
    credited: Money
    remaining: Money
    disposition: Disposition | None
    reason: str
    credited_by: str
    received_at: datetime


@dataclass(frozen=True)
class Credit(CreditOfOrder):
    """A credit of one version of the order."""

    version: int


@dataclass(frozen=True)
class HandOver:
    """One hand-over of an order: the rating's version, the attempt, and the answer."""

    version: int
    attempt: int
    invoice_id: int
    kind: InvoiceKind
    run_id: int
    outcome: Outcome
    reason: str
    detail: str
    ar_company: int
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None
    total: Money
    answered_at: datetime | None


@dataclass(frozen=True)
class CreditedHandOver(HandOver):
    """One hand-over of an order with the credits since then.

    `remaining` is what still stands on the invoice: net of credits alone, because receipts do not change what was billed.
    """

    remaining: Money
    credits: Sequence[CreditOfOrder]


def with_credits(hand_overs: Sequence[HandOver], given: Sequence[Credit]) -> list[CreditedHandOver]:
    """Gives each hand-over that was booked the credits of its version: at most one attempt of a version is booked."""
    found = []
    for one in hand_overs:
        mine = [each for each in given if each.version == one.version] if one.outcome == "exported" else []
        remaining = one.total - sum((each.credited for each in mine), ZERO)
        found.append(CreditedHandOver(**vars(one), remaining=remaining, credits=mine))
    return found
