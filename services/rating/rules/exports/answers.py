"""Owns what an answer of receivables does to each order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from services.rating.errors import AnswerContradicts
from services.rating.rules.work_orders import ClosingStatus, OrderStatus
from shared.values.money import ZERO

Answer = Literal["exported", "refused"]
Outcome = Literal["waiting", "exported", "refused"]
Disposition = Literal["rerate", "close"]


@dataclass(frozen=True)
class OrderStanding:
    """Where a credited order stands."""

    id: int
    status: OrderStatus
    rating_version: int


@dataclass(frozen=True)
class HandOver:
    """One hand-over of an invoice as rating recorded it."""

    invoice_id: int
    attempt: int
    run_id: int
    outcome: Outcome
    total: Decimal


@dataclass(frozen=True)
class HandedOrder:
    """An order of a hand-over: the version and attempt that were sent, and where the order stands now."""

    work_order_id: int
    invoice_id: int
    version: int
    attempt: int
    status: OrderStatus
    rating_version: int
    export_attempt: int

    @property
    def still_sent(self) -> bool:
        """Whether the order still waits for the answer to exactly this hand-over."""
        sent = (self.version, self.attempt)
        return self.status == "exporting" and sent == (self.rating_version, self.export_attempt)


@dataclass(frozen=True)
class Settlement:
    """What one answer changes: the hand-overs it settles and the orders that leave `exporting`."""

    hand_overs: tuple[HandOver, ...] = ()
    work_order_ids: tuple[int, ...] = ()
    total: Decimal = field(default=ZERO)


def settle(
    run_id: int,
    answered: Sequence[tuple[int, int]],
    outcome: Answer,
    hand_overs: Sequence[HandOver],
    orders: Sequence[HandedOrder],
) -> Settlement:
    """What the answer `outcome` for the (invoice, attempt) pairs of a run changes.

    A pair that has this outcome already changes nothing: answers repeat. A pair with the other outcome, an unknown
    pair, or an order that no longer waits for exactly this version and attempt contradicts what was sent: a late
    answer for version 1 must not lock version 2. Source: rating, section 4.
    """
    known = {(one.invoice_id, one.attempt): one for one in hand_overs}
    fresh = []
    for pair in answered:
        hand_over = known.get(pair)
        if hand_over is None or hand_over.run_id != run_id:
            raise AnswerContradicts(
                f"invoice {pair[0]} attempt {pair[1]} was never sent by run {run_id}, but answered {outcome}"
            )
        if hand_over.outcome == "waiting":
            fresh.append(hand_over)
        elif hand_over.outcome != outcome:
            raise AnswerContradicts(
                f"invoice {pair[0]} attempt {pair[1]} was {hand_over.outcome} before and is answered {outcome} now"
            )
    invoices = {one.invoice_id for one in fresh}
    touched = [order for order in orders if order.invoice_id in invoices]
    for order in touched:
        if not order.still_sent:
            raise AnswerContradicts(
                f"work order {order.work_order_id} was sent as version {order.version} attempt {order.attempt}, "
                f"but is {order.status} at version {order.rating_version} attempt {order.export_attempt}"
            )
    return Settlement(
        tuple(fresh),
        tuple(sorted(order.work_order_id for order in touched)),
        sum((one.total for one in fresh), ZERO),
    )


@dataclass(frozen=True)
class Booking:
    """Where an exported invoice stands in accounts receivable."""

    invoice_id: int
    attempt: int
    number: str
    month: str
    transaction: int


@dataclass(frozen=True)
class Refusal:
    """Why an invoice was not booked."""

    invoice_id: int
    attempt: int
    reason: str
    detail: str


@dataclass(frozen=True)
class OrderCredit:
    """A credit of one order: net amounts; `remaining` is what all credits so far have left of it."""

    work_order_id: int
    version: int
    credited: Decimal
    remaining: Decimal


@dataclass(frozen=True)
class CreditedInvoice:
    """A credit memo of an exported invoice, with the booking that it applies to."""

    run_id: int
    ar_company: int
    month: str
    transaction: int
    disposition: Disposition | None
    reason: str
    credited_by: str
    booking: Booking
    orders: tuple[OrderCredit, ...]


def reopens(credit: OrderCredit, disposition: Disposition | None, standing: OrderStanding) -> ClosingStatus | None:
    """The new status of an order after a credit: `open` (rerate), `closed` (close) or None for no change.

    Only a credit that brings the order to zero moves it, and only the version that was credited: an order that was
    rated again since then is another matter. The other orders of a rollup stay where they are. Whether the invoice was
    paid does not matter: receipts go back on account in receivables, and what was billed is taken back all the same.
    Example: 285.00 credited by 85.00 and later by 200.00 with `rerate`: locked after the first, open after the second.
    Source: rating, section 2.
    """
    if credit.remaining != ZERO or disposition is None:
        return None
    if standing.status != "exported" or standing.rating_version != credit.version:
        return None
    return "open" if disposition == "rerate" else "closed"
