"""Owns the hand-overs of an order to Accounts Receivable, with their answers and credits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.rating.rules.draft_invoices import InvoiceKind
from services.rating.rules.exports.answers import Disposition, Outcome
from shared.values.money import ZERO, Money


@dataclass(frozen=True)
class CreditOfOrder:
    """The part of a credit memo in Accounts Receivable that concerns the order, in net amounts.

    `remaining` is what is left of the order after this and all earlier credits.
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
    """A credit of one rating version of the order."""

    version: int


@dataclass(frozen=True)
class HandOver:
    """One hand-over of an order: the rating version, the attempt, and the answer."""

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
    ar_invoice_id: int | None
    total: Money
    answered_at: datetime | None


@dataclass(frozen=True)
class CreditedHandOver(HandOver):
    """One hand-over of an order with its credits.

    `remaining` is the total less the credits. Receipts do not change it, because they do not change what was billed.
    """

    remaining: Money
    credits: Sequence[CreditOfOrder]


def with_credits(hand_overs: Sequence[HandOver], given: Sequence[Credit]) -> list[CreditedHandOver]:
    """Adds the credits to the hand-overs. At most one attempt of each version is booked, and its credits go there."""
    credited = []
    for hand_over in hand_overs:
        booked = hand_over.outcome == "exported"
        own = [credit for credit in given if credit.version == hand_over.version] if booked else []
        remaining = hand_over.total - sum((credit.credited for credit in own), ZERO)
        credited.append(CreditedHandOver(**vars(hand_over), remaining=remaining, credits=own))
    return credited
