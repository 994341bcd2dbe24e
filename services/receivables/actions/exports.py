"""Invoices handed over by rating: booked, refused or withdrawn, and answered as often as they are asked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.booking import (
    BOOKED,
    REFUSED,
    WITHDRAWN,
    Accepted,
    BookingFacts,
    HandedChunk,
    HandedInvoice,
    Outcome,
    WithdrawnInvoice,
    examine,
    post_accepted,
)
from services.receivables.store import exports, posting
from shared.database import constraint_of, is_disconnect, is_transient


async def book_chunk(session: AsyncSession, chunk: HandedChunk, now: datetime) -> None:
    """Books what can be booked of a chunk, refuses the rest with reasons, and answers for every invoice of it.

    Hand-overs that were decided before are answered again and not touched. The number of statements does not depend
    on the size of the chunk, unless the database rejects a part of it.
    """
    facts = await exports.booking_facts(session, chunk)
    examination = examine(chunk, facts)
    await _book(session, chunk, facts, examination.accepted, now)
    await _refuse(session, chunk, examination.refused)
    await _answer(session, chunk.run_id, chunk.ar_company, chunk.invoices)


async def _book(
    session: AsyncSession, chunk: HandedChunk, facts: BookingFacts, accepted: Sequence[Accepted], now: datetime
) -> None:
    """Books the accepted invoices; what the database rejects is halved until the culprits stand alone."""
    if not accepted:
        return
    try:
        async with session.begin_nested():
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
    written = await exports.decide(session, chunk.run_id, chunk.ar_company, decided)
    accepted = [one for one in accepted if one.invoice.key in written]
    if not accepted:
        return
    await exports.decide_orders(session, [one.invoice for one in accepted], BOOKED)
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


async def _refuse(session: AsyncSession, chunk: HandedChunk, refused: Sequence[Outcome]) -> None:
    if not refused:
        return
    written = await exports.decide(session, chunk.run_id, chunk.ar_company, refused)
    await exports.decide_orders(session, [one for one in chunk.invoices if one.key in written], REFUSED)


async def withdraw(session: AsyncSession, run_id: int, ar_company: int, invoices: Sequence[WithdrawnInvoice]) -> None:
    """Never books these hand-overs from now on, unless they were decided before; answers for every one of them."""
    decided = [
        Outcome(one.invoice_id, one.attempt, WITHDRAWN, "WITHDRAWN", "withdrawn before it was booked")
        for one in invoices
    ]
    written = await exports.decide(session, run_id, ar_company, decided)
    await exports.decide_orders(session, [one for one in invoices if one.key in written], WITHDRAWN)
    await _answer(session, run_id, ar_company, invoices)


async def _answer(
    session: AsyncSession, run_id: int, ar_company: int, invoices: Sequence[HandedInvoice | WithdrawnInvoice]
) -> None:
    pairs = [one.key for one in invoices]
    await exports.answer_exported(session, run_id, ar_company, pairs)
    await exports.answer_refused(session, run_id, ar_company, pairs)
