"""Owns what an answer from receivables changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from uuid import UUID

from services.rating.errors import AnswerContradicts
from services.rating.rules.work_orders import ClosingStatus, OrderStatus
from shared.values.fields import light
from shared.values.money import ZERO

Answer = Literal["exported", "refused"]
Outcome = Literal["waiting", "exported", "refused"]
Disposition = Literal["rerate", "close"]


@dataclass(frozen=True)
class OrderState:
    """The current status and rating version of a credited order."""

    id: int
    status: OrderStatus
    rating_version: int


@light
@dataclass(frozen=True)
class HandOver:
    """One hand-over of an invoice, as rating recorded it."""

    invoice_id: int
    attempt: int
    run_id: int
    outcome: Outcome
    total: Decimal


@light
@dataclass(frozen=True)
class HandedOrder:
    """An order of a hand-over: the version and attempt that were sent, and the current state of the order."""

    work_order_id: int
    invoice_id: int
    version: int
    attempt: int
    status: OrderStatus
    rating_version: int
    export_attempt: int

    @property
    def awaits_answer(self) -> bool:
        """Whether the order is still waiting for the answer to exactly this hand-over."""
        sent = (self.version, self.attempt)
        return self.status == "exporting" and sent == (self.rating_version, self.export_attempt)


@dataclass(frozen=True)
class Settlement:
    """What an answer changes: the hand-overs that it settles, their total, and the orders that leave `exporting`."""

    hand_overs: tuple[HandOver, ...] = ()
    work_order_ids: tuple[int, ...] = ()
    total: Decimal = field(default=ZERO)


def is_same_run(ours: UUID | None, answered: UUID | None) -> bool:
    """Whether an answer is about this run, and not about another one of the same number from before a restore.

    Runs and answers from before an upgrade have no random id, and are recognized by their numbers alone. Source:
    rating, section 4.
    """
    return ours is None or answered is None or ours == answered


def settle(
    run_id: int,
    answered: Sequence[tuple[int, int]],
    outcome: Answer,
    hand_overs: Sequence[HandOver],
    orders: Sequence[HandedOrder],
) -> Settlement:
    """What changes if receivables answers `outcome` for these (invoice, attempt) pairs of a run.

    Answers can arrive more than once, so a pair that already has this outcome changes nothing. Raises AnswerContradicts
    for a pair with the other outcome, an unknown pair, or an order that is no longer waiting for exactly this version
    and attempt: a late answer for version 1 must not lock version 2. Source: rating, section 4.
    """
    known = {(hand_over.invoice_id, hand_over.attempt): hand_over for hand_over in hand_overs}
    fresh = []
    for pair in answered:
        hand_over = known.get(pair)
        if hand_over is None or hand_over.run_id != run_id:
            raise AnswerContradicts(
                f"invoice {pair[0]} attempt {pair[1]} was answered {outcome}, but run {run_id} never sent it"
            )
        if hand_over.outcome == "waiting":
            fresh.append(hand_over)
        elif hand_over.outcome != outcome:
            raise AnswerContradicts(
                f"invoice {pair[0]} attempt {pair[1]} was {hand_over.outcome} before and is answered {outcome} now"
            )
    invoices = {hand_over.invoice_id for hand_over in fresh}
    touched = [order for order in orders if order.invoice_id in invoices]
    for order in touched:
        if not order.awaits_answer:
            raise AnswerContradicts(
                f"work order {order.work_order_id} was sent as version {order.version} attempt {order.attempt}, "
                f"but it is {order.status} at version {order.rating_version} attempt {order.export_attempt}"
            )
    return Settlement(
        tuple(fresh),
        tuple(sorted(order.work_order_id for order in touched)),
        sum((hand_over.total for hand_over in fresh), ZERO),
    )


@light
@dataclass(frozen=True)
class Booking:
    """The invoice in Accounts Receivable that an exported invoice became."""

    invoice_id: int
    attempt: int
    number: str
    month: str
    transaction: int
    ar_invoice_id: int | None


@dataclass(frozen=True)
class Refusal:
    """Why receivables refused an invoice."""

    invoice_id: int
    attempt: int
    reason: str
    detail: str


@dataclass(frozen=True)
class OrderCredit:
    """A credit of one order in net amounts. `remaining` is what is left of it after all credits so far."""

    work_order_id: int
    version: int
    credited: Decimal
    remaining: Decimal


@dataclass(frozen=True)
class CreditedInvoice:
    """A credit memo for an exported invoice, with the booking that it credits."""

    run_id: int
    run_uuid: UUID | None
    ar_company: int
    month: str
    transaction: int
    disposition: Disposition | None
    reason: str
    credited_by: str
    booking: Booking
    orders: tuple[OrderCredit, ...]


def reopens(credit: OrderCredit, disposition: Disposition | None, order: OrderState) -> ClosingStatus | None:
    """The new status of an order after a credit: `open` for `rerate`, `closed` for `close`, or None for no change.

    Only a credit that leaves nothing of the order changes its status, and only if the order still has the rating
    version that was credited. The other orders of a rollup keep their status. Whether the invoice was paid does not
    matter: in receivables, the receipts are put back on account. Example: 285.00 is credited by 85.00 and later by
    200.00 with `rerate`; the order is locked after the first credit and open after the second. Source: rating,
    section 2.
    """
    if credit.remaining != ZERO or disposition is None:
        return None
    if order.status != "exported" or order.rating_version != credit.version:
        return None
    return "open" if disposition == "rerate" else "closed"
