"""Invoices that rating exports: they are booked, refused or withdrawn, and reported as often as rating asks."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.batches import CANCELLED, OPEN, POSTING, Batch, BatchDetails
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.exported_invoices.booking import Accepted, BookingFacts, examine
from services.receivables.rules.exported_invoices.conflicts import find_run_conflict
from services.receivables.rules.exported_invoices.hand_overs import (
    BATCHED,
    BOOKED,
    REFUSED,
    WITHDRAWN,
    HandedChunk,
    HandedInvoice,
    Outcome,
    WithdrawnInvoice,
)
from services.receivables.rules.exported_invoices.posting import batch_accepted, handed_over, post_accepted
from services.receivables.store import batches, exported_invoices, invoice_orders, posting
from services.receivables.store.entries import rows
from shared.contracts.invoice_refused import RefusalReason
from shared.database.attempts import isolate
from shared.database.failures import words_of

log = logging.getLogger(__name__)
_MAX_INVOICES_PER_EVENT = 500


async def book_chunk(session: AsyncSession, chunk: HandedChunk, now: datetime) -> None:
    """Books the invoices of a chunk that can be booked, refuses the others with reasons, and reports every one of them.

    Hand-overs that were decided before are only reported again, or refused if they contradict the decision. The number
    of statements does not depend on the size of the chunk, unless the database rejects part of it.
    """
    facts = await exported_invoices.booking_facts(session, chunk)
    examination = examine(chunk, facts)
    waits = facts.company is not None and facts.company.exported_invoices == "batch"
    await _book(session, chunk, facts, examination.accepted, None if waits else now)
    await _refuse(session, chunk, examination.refused)
    await exported_invoices.publish_conflicts(
        session, chunk.run_id, chunk.run_uuid, chunk.ar_company, examination.conflicts
    )
    conflicting = {(conflict.invoice_id, conflict.attempt) for conflict in examination.conflicts}
    invoices = [invoice for invoice in chunk.invoices if invoice.key not in conflicting]
    if not invoices:
        return
    if waits or any(decision.outcome == BATCHED for decision in examination.decided_before):
        await exported_invoices.publish_batched(
            session, chunk.run_id, chunk.ar_company, [invoice.key for invoice in invoices]
        )
    await _report(session, chunk.run_id, chunk.ar_company, invoices)


async def _book(
    session: AsyncSession, chunk: HandedChunk, facts: BookingFacts, accepted: Sequence[Accepted], now: datetime | None
) -> None:
    """Books the accepted invoices at once, or puts them into a batch for review if `now` is None.

    If that fails, each half is tried separately, until only the invoices at fault are refused.
    """

    async def book(part: Sequence[Accepted]) -> None:
        if now is None:
            await _batch(session, chunk, facts, part)
        else:
            await _write(session, chunk, facts, part, now)

    for booking, error in await isolate(session, accepted, book):
        invoice = booking.invoice
        log.error("invoice %d of export run %d cannot be booked: %r", invoice.invoice_id, chunk.run_id, error)
        outcome = Outcome(invoice.invoice_id, invoice.attempt, REFUSED, RefusalReason.REJECTED, words_of(error))
        await _refuse(session, chunk, [outcome])


async def _write(
    session: AsyncSession, chunk: HandedChunk, facts: BookingFacts, accepted: Sequence[Accepted], now: datetime
) -> None:
    """Decides and posts invoices. Those that were decided in the meantime are skipped."""
    assert facts.company is not None
    invoices = [booking.invoice for booking in accepted]
    decided = [Outcome(invoice.invoice_id, invoice.attempt, BOOKED, "", "") for invoice in invoices]
    written = await exported_invoices.decide(session, chunk.run_id, chunk.ar_company, decided)
    accepted = [booking for booking in accepted if booking.invoice.key in written]
    if not accepted:
        return
    await exported_invoices.decide_orders(session, [booking.invoice for booking in accepted], BOOKED)
    await invoice_orders.keep(session, [booking.invoice for booking in accepted])
    batch_id = await posting.open_batch(
        session, chunk.ar_company, chunk.month, "rating", chunk.requested_by, chunk.run_id
    )
    await posting.post(
        session,
        post_accepted(chunk, facts.company, accepted, await posting.take_ids(session, len(accepted))),
        ar_company=chunk.ar_company,
        gl_company=facts.company.gl_company,
        month=chunk.month,
        batch_id=batch_id,
        posted_by=chunk.requested_by,
        posted_at=now,
    )


async def _batch(session: AsyncSession, chunk: HandedChunk, facts: BookingFacts, accepted: Sequence[Accepted]) -> None:
    """Puts invoices into the batch of their run. Those that were decided or batched in the meantime are skipped."""
    assert facts.company is not None
    await exported_invoices.hold_run(session, chunk.run_id)
    known = await exported_invoices.outcomes(session, [booking.invoice.key for booking in accepted])
    taken = {(outcome.invoice_id, outcome.attempt) for outcome in known}
    accepted = [booking for booking in accepted if booking.invoice.key not in taken]
    if not accepted:
        return
    found = await exported_invoices.take_batch(session, chunk, len(accepted))
    if found is None:
        batch_id = await batches.insert(
            session,
            chunk.ar_company,
            chunk.month,
            "rating",
            chunk.requested_by,
            BatchDetails(),
            run_id=chunk.run_id,
        )
        found = (batch_id, await posting.take_seqs(session, batch_id, len(accepted)))
    batch_id, first_seq = found
    await rows.write(session, batch_id, batch_accepted(chunk, facts.company, accepted, first_seq))
    # They stay with the hand-over, so that the batch need not carry them until it is posted.
    await invoice_orders.keep(session, [booking.invoice for booking in accepted])


async def report_posted(session: AsyncSession, batch: Batch, posted: Sequence[Entry]) -> None:
    """Decides the hand-overs whose entries a batch has just posted, and reports them to rating as booked."""
    invoices = handed_over(posted)
    if batch.run_id is None or not invoices:
        return
    decided = [Outcome(invoice.invoice_id, invoice.attempt, BOOKED, "", "") for invoice in invoices]
    await exported_invoices.decide(session, batch.run_id, batch.ar_company, decided)
    await exported_invoices.decide_orders(session, invoices, BOOKED)
    for part in _parts([invoice.key for invoice in invoices]):
        await exported_invoices.publish_exported(session, batch.run_id, batch.ar_company, part)


async def report_removed(session: AsyncSession, batch: Batch, removed: Sequence[Entry], reason: str) -> None:
    """Refuses the hand-overs whose entries were removed from a batch, so that rating unlocks their orders."""
    invoices = handed_over(removed)
    if batch.run_id is None or not invoices:
        return
    decided = [
        Outcome(invoice.invoice_id, invoice.attempt, REFUSED, RefusalReason.REMOVED_IN_AR, reason)
        for invoice in invoices
    ]
    await exported_invoices.decide(session, batch.run_id, batch.ar_company, decided)
    await exported_invoices.decide_orders(session, invoices, REFUSED)
    for part in _parts([invoice.key for invoice in invoices]):
        await exported_invoices.publish_refused(session, batch.run_id, batch.ar_company, part)


def _parts(keys: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
    """Splits the keys of invoices into parts, because the size of an event is limited."""
    for first in range(0, len(keys), _MAX_INVOICES_PER_EVENT):
        yield keys[first : first + _MAX_INVOICES_PER_EVENT]


async def _refuse(session: AsyncSession, chunk: HandedChunk, refused: Sequence[Outcome]) -> None:
    if not refused:
        return
    written = await exported_invoices.decide(session, chunk.run_id, chunk.ar_company, refused)
    invoices = [invoice for invoice in chunk.invoices if invoice.key in written]
    await exported_invoices.decide_orders(session, invoices, REFUSED)


async def withdraw(
    session: AsyncSession,
    run_id: int,
    ar_company: int,
    invoices: Sequence[WithdrawnInvoice],
    *,
    run_uuid: UUID | None,
) -> None:
    """Withdraws hand-overs that are not decided yet, so that they are never booked, and reports every one of them.

    An invoice that waits in a batch is removed from it, and a batch that is then empty is cancelled. While a batch is
    being posted, the posting itself reports its invoices. What another run of the same number has here is left alone.
    """
    known = await exported_invoices.remember_run(session, run_id, run_uuid)
    conflict = find_run_conflict(run_id, run_uuid, known)
    if conflict is not None:
        refused = [
            Outcome(invoice.invoice_id, invoice.attempt, REFUSED, RefusalReason.HAND_OVER_CONFLICT, conflict)
            for invoice in invoices
        ]
        await exported_invoices.publish_conflicts(session, run_id, run_uuid, ar_company, refused)
        return
    await exported_invoices.hold_run(session, run_id)
    waiting = await exported_invoices.hold_batches(session, [invoice.key for invoice in invoices])
    being_posted = {entry.key for entry in waiting if entry.batch_status == POSTING}
    removable = [entry for entry in waiting if entry.key not in being_posted]
    for entry in removable:
        await rows.remove(session, entry.batch_id, entry.seq)
    for batch_id in sorted({entry.batch_id for entry in removable}):
        left = (await batches.content(session, batch_id)).entries
        await batches.set_status(session, batch_id, OPEN if left else CANCELLED)
    invoices = [invoice for invoice in invoices if invoice.key not in being_posted]
    if not invoices:
        return
    decided = [
        Outcome(invoice.invoice_id, invoice.attempt, WITHDRAWN, "WITHDRAWN", "withdrawn before it was booked")
        for invoice in invoices
    ]
    written = await exported_invoices.decide(session, run_id, ar_company, decided)
    await exported_invoices.decide_orders(
        session, [invoice for invoice in invoices if invoice.key in written], WITHDRAWN
    )
    await _report(session, run_id, ar_company, invoices)


async def _report(
    session: AsyncSession, run_id: int, ar_company: int, invoices: Sequence[HandedInvoice | WithdrawnInvoice]
) -> None:
    keys = [invoice.key for invoice in invoices]
    await exported_invoices.publish_exported(session, run_id, ar_company, keys)
    await exported_invoices.publish_refused(session, run_id, ar_company, keys)
