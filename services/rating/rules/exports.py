"""Owns the export: what hinders it, how it is cut into chunks, and what an answer does to each order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from services.rating.errors import AnswerContradicts
from shared.money import ZERO

CHUNK_BYTES = 768 * 1024
LARGEST_INVOICE_BYTES = 7 * 1024 * 1024
"""What one message can carry, 8 MB at the broker, less the envelope."""

FINISHED = frozenset({"done", "done_with_refusals"})


@dataclass(frozen=True)
class Selection:
    """Which rated orders to export; None leaves a side open, so nothing named means all that are ready."""

    branches: Sequence[str] | None = None
    bill_tos: Sequence[str] | None = None
    work_order_ids: Sequence[int] | None = None
    invoice_ids: Sequence[int] | None = None
    rated_until: datetime | None = None


@dataclass(frozen=True)
class Hindrance:
    """Why an order of the selection cannot be exported now.

    `waits` when it only has to wait; `until_cycle_ends` when that is all, so that naming it is enough.
    """

    work_order_id: int
    number: str
    reason: str
    waits: bool
    until_cycle_ends: bool


@dataclass(frozen=True)
class Choice:
    """What of a selection is exported, and what stands in the way of the whole of it."""

    work_order_ids: tuple[int, ...]
    refused: tuple[Hindrance, ...]


def choose(selection: Selection, locked: Sequence[int], hindrances: Sequence[Hindrance]) -> Choice:
    """What is exported of the locked orders.

    A fault stops the whole export. What only has to wait is left out, as long as nobody named it: who presses for all
    that is ready does not mean a rollup whose cycle goes on. A named invoice goes before its cycle ends, a named order
    only together with its whole rollup. A rollup waits as a whole or goes as a whole. Source: rating, section 4.
    """
    named = selection.work_order_ids is not None or selection.invoice_ids is not None
    waiting = set() if named else {one.work_order_id for one in hindrances if one.waits}
    refused = [one for one in hindrances if one.work_order_id not in waiting and not (named and one.until_cycle_ends)]
    return Choice(tuple(one for one in locked if one not in waiting), tuple(refused))


@dataclass(frozen=True)
class ChunkCandidate:
    """An invoice to send: how many orders it has and how large it is as JSON, in bytes."""

    invoice_id: int
    attempt: int
    ar_company: int
    orders: int
    document_bytes: int


@dataclass(frozen=True)
class Chunk:
    """Whole invoices of one AR company that travel in one message."""

    ar_company: int
    invoice_ids: tuple[int, ...]


def cut_chunks(candidates: Sequence[ChunkCandidate], most_orders: int) -> list[Chunk]:
    """Cuts invoices into chunks of at most `most_orders` and 768 KiB, never across AR companies.

    An invoice larger than that makes a chunk of its own. Source: architecture of the export, step 2.
    Example: 1,200 single orders of one company, at most 500 → chunks of 500, 500 and 200.
    """
    chunks: list[Chunk] = []
    ids: list[int] = []
    company, orders, size = 0, 0, 0
    for one in sorted(candidates, key=lambda one: (one.ar_company, one.invoice_id)):
        full = orders + one.orders > most_orders or size + one.document_bytes > CHUNK_BYTES
        if ids and (full or one.ar_company != company):
            chunks.append(Chunk(company, tuple(ids)))
            ids, orders, size = [], 0, 0
        company = one.ar_company
        ids.append(one.invoice_id)
        orders += one.orders
        size += one.document_bytes
    if ids:
        chunks.append(Chunk(company, tuple(ids)))
    return chunks


@dataclass(frozen=True)
class Run:
    """An export run with its progress: counts of invoices and sums of their totals; of those without an answer
    `in_batch` wait in a batch of receivables.
    """

    id: int
    status: str
    requested_by: str
    requested_at: datetime
    invoice_date: date
    month: str
    selection: dict[str, Any]
    invoices: int
    orders: int
    total: Decimal
    exported: int
    refused: int
    exported_total: Decimal
    refused_total: Decimal
    finished_at: datetime | None
    in_batch: int = 0

    @property
    def in_flight(self) -> int:
        return self.invoices - self.exported - self.refused

    @property
    def state(self) -> str:
        """The status as people see it: `waiting_for_posting` when nothing is missing but somebody who posts a batch.

        Source: rating, section 4.
        """
        if self.status == "waiting" and self.in_flight == self.in_batch > 0:
            return "waiting_for_posting"
        return self.status


@dataclass(frozen=True)
class UnsentRun:
    """A run that is not sent whole: `preparing` is not cut into chunks yet, `sending` is."""

    id: int
    status: str


@dataclass(frozen=True)
class SilentChunk:
    """A chunk that waits too long for its answer."""

    run_id: int
    position: int


@dataclass(frozen=True)
class OrderStanding:
    """Where a credited order stands."""

    id: int
    status: str
    rating_version: int


@dataclass(frozen=True)
class RunInvoice:
    """One invoice of a run and what became of it."""

    invoice_id: int
    attempt: int
    kind: str
    branch: str
    bill_to: str
    ar_company: int
    orders: int
    total: Decimal
    outcome: str
    reason: str
    detail: str
    ar_number: str | None
    ar_month: str | None
    ar_transaction: int | None
    ar_batch: int | None
    answered_at: datetime | None


@dataclass(frozen=True)
class HandOver:
    """One hand-over of an invoice as rating recorded it: `outcome` is `waiting`, `exported` or `refused`."""

    invoice_id: int
    attempt: int
    run_id: int
    outcome: str
    total: Decimal


@dataclass(frozen=True)
class HandedOrder:
    """An order of a hand-over: the version and attempt that were sent, and where the order stands now."""

    work_order_id: int
    invoice_id: int
    version: int
    attempt: int
    status: str
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
    outcome: str,
    hand_overs: Sequence[HandOver],
    orders: Sequence[HandedOrder],
) -> Settlement:
    """What the answer `outcome` (`exported` or `refused`) for the (invoice, attempt) pairs of a run changes.

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
    disposition: str | None
    reason: str
    credited_by: str
    booking: Booking
    orders: tuple[OrderCredit, ...]


def reopens(credit: OrderCredit, disposition: str | None, standing: OrderStanding) -> str | None:
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
