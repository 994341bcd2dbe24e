"""Invoices handed over by rating: booked, refused or withdrawn, and answered as often as they are asked."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.batches import CANCELLED, OPEN, POSTING, Batch
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.exported_invoices.booking import Accepted, BookingFacts, examine
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
from services.receivables.store import batches, exported_invoices, posting
from services.receivables.store.entries import rows
from shared.contracts.invoice_refused import RefusalReason
from shared.database.failures import constraint_of, is_disconnect, is_transient

_MOST_IN_ANSWER = 500


async def book_chunk(session: AsyncSession, chunk: HandedChunk, now: datetime) -> None:
    """Books what can be booked of a chunk, refuses the rest with reasons, and answers for every invoice of it.

    Hand-overs that were decided before are answered again and not touched. The number of statements does not depend
    on the size of the chunk, unless the database rejects a part of it.
    """
    facts = await exported_invoices.booking_facts(session, chunk)
    examination = examine(chunk, facts)
    waits = facts.company is not None and facts.company.exported_invoices == "batch"
    await _book(session, chunk, facts, examination.accepted, None if waits else now)
    await _refuse(session, chunk, examination.refused)
    if waits or any(one.outcome == BATCHED for one in examination.decided_before):
        await exported_invoices.answer_batched(
            session, chunk.run_id, chunk.ar_company, [one.key for one in chunk.invoices]
        )
    await _answer(session, chunk.run_id, chunk.ar_company, chunk.invoices)


async def _book(
    session: AsyncSession, chunk: HandedChunk, facts: BookingFacts, accepted: Sequence[Accepted], now: datetime | None
) -> None:
    """Books the accepted invoices, or without a time puts them into a batch for review.

    What the database rejects is halved until the culprits stand alone.
    """
    if not accepted:
        return
    try:
        async with session.begin_nested():
            if now is None:
                await _batch(session, chunk, facts, accepted)
            else:
                await _write(session, chunk, facts, accepted, now)
    except DBAPIError as error:
        if is_transient(error) or is_disconnect(error):
            raise
        if len(accepted) == 1:
            invoice = accepted[0].invoice
            detail = f"the database refuses it: {constraint_of(error) or type(error.orig).__name__}"
            await _refuse(session, chunk, [Outcome(invoice.invoice_id, invoice.attempt, REFUSED, "REJECTED", detail)])
            return
        middle = len(accepted) // 2
        await _book(session, chunk, facts, accepted[:middle], now)
        await _book(session, chunk, facts, accepted[middle:], now)


async def _write(
    session: AsyncSession, chunk: HandedChunk, facts: BookingFacts, accepted: Sequence[Accepted], now: datetime
) -> None:
    """Decides and posts; an invoice that somebody has decided in the meantime is left out."""
    assert facts.company is not None
    decided = [Outcome(one.invoice.invoice_id, one.invoice.attempt, BOOKED, "", "") for one in accepted]
    written = await exported_invoices.decide(session, chunk.run_id, chunk.ar_company, decided)
    accepted = [one for one in accepted if one.invoice.key in written]
    if not accepted:
        return
    await exported_invoices.decide_orders(session, [one.invoice for one in accepted], BOOKED)
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
    """Puts invoices into the batch of their run; one that somebody has decided or batched in the meantime is left out."""
    assert facts.company is not None
    await exported_invoices.hold_run(session, chunk.run_id)
    known = await exported_invoices.outcomes(session, [one.invoice.key for one in accepted])
    taken = {(one.invoice_id, one.attempt) for one in known}
    accepted = [one for one in accepted if one.invoice.key not in taken]
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
            restricted=False,
            run_id=chunk.run_id,
        )
        found = (batch_id, await posting.take_seqs(session, batch_id, len(accepted)))
    batch_id, first_seq = found
    await rows.write(session, batch_id, batch_accepted(chunk, facts.company, accepted, first_seq))


async def answer_posted(session: AsyncSession, batch: Batch, posted: Sequence[Entry]) -> None:
    """Decides the hand-overs whose entries a batch has just posted, and tells rating where they stand."""
    invoices = handed_over(posted)
    if batch.run_id is None or not invoices:
        return
    decided = [Outcome(one.invoice_id, one.attempt, BOOKED, "", "") for one in invoices]
    await exported_invoices.decide(session, batch.run_id, batch.ar_company, decided)
    await exported_invoices.decide_orders(session, invoices, BOOKED)
    for part in _parts([one.key for one in invoices]):
        await exported_invoices.answer_exported(session, batch.run_id, batch.ar_company, part)


async def answer_removed(session: AsyncSession, batch: Batch, removed: Sequence[Entry], why: str) -> None:
    """Refuses the hand-overs whose entries were taken out of a batch: rating unlocks their orders."""
    invoices = handed_over(removed)
    if batch.run_id is None or not invoices:
        return
    decided = [Outcome(one.invoice_id, one.attempt, REFUSED, RefusalReason.REMOVED_IN_AR, why) for one in invoices]
    await exported_invoices.decide(session, batch.run_id, batch.ar_company, decided)
    await exported_invoices.decide_orders(session, invoices, REFUSED)
    for part in _parts([one.key for one in invoices]):
        await exported_invoices.answer_refused(session, batch.run_id, batch.ar_company, part)


def _parts(pairs: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
    """An answer names so many invoices at most."""
    for first in range(0, len(pairs), _MOST_IN_ANSWER):
        yield pairs[first : first + _MOST_IN_ANSWER]


async def _refuse(session: AsyncSession, chunk: HandedChunk, refused: Sequence[Outcome]) -> None:
    if not refused:
        return
    written = await exported_invoices.decide(session, chunk.run_id, chunk.ar_company, refused)
    await exported_invoices.decide_orders(session, [one for one in chunk.invoices if one.key in written], REFUSED)


async def withdraw(session: AsyncSession, run_id: int, ar_company: int, invoices: Sequence[WithdrawnInvoice]) -> None:
    """Never books these hand-overs from now on, unless they were decided before; answers for every one of them.

    One that waits in a batch is taken out of it, and a batch that is empty then is cancelled; while the batch is being posted, its answer comes with the posting.
    """
    await exported_invoices.hold_run(session, run_id)
    waiting = await exported_invoices.hold_batches(session, [one.key for one in invoices])
    being_posted = {one.key for one in waiting if one.batch_status == POSTING}
    for one in waiting:
        if one.key not in being_posted:
            await rows.remove(session, one.batch_id, one.seq)
    for batch_id in sorted({one.batch_id for one in waiting if one.key not in being_posted}):
        left = (await batches.content(session, batch_id)).entries
        await batches.set_status(session, batch_id, OPEN if left else CANCELLED)
    invoices = [one for one in invoices if one.key not in being_posted]
    if not invoices:
        return
    decided = [
        Outcome(one.invoice_id, one.attempt, WITHDRAWN, "WITHDRAWN", "withdrawn before it was booked")
        for one in invoices
    ]
    written = await exported_invoices.decide(session, run_id, ar_company, decided)
    await exported_invoices.decide_orders(session, [one for one in invoices if one.key in written], WITHDRAWN)
    await _answer(session, run_id, ar_company, invoices)


async def _answer(
    session: AsyncSession, run_id: int, ar_company: int, invoices: Sequence[HandedInvoice | WithdrawnInvoice]
) -> None:
    pairs = [one.key for one in invoices]
    await exported_invoices.answer_exported(session, run_id, ar_company, pairs)
    await exported_invoices.answer_refused(session, run_id, ar_company, pairs)
