"""Posting a batch: sent by a clerk, carried out part by part, and taken up again after any interruption."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.book import book_of_batch
from services.receivables.actions.credit_memos import PostedCredit, announce_credits
from services.receivables.actions.exported_invoices import answer_posted
from services.receivables.errors import MonthClosed, OwnBatch
from services.receivables.rules import batches as rules
from services.receivables.rules.batches import Batch, Finding
from services.receivables.rules.credit_memos import WantedCredit
from services.receivables.rules.entries.book import Book, orders_credited, take_from, touched_invoices
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.entries.facts import CREDIT_MEMO
from services.receivables.rules.entries.posting import billed_by, post_entries
from services.receivables.rules.entries.validation import ERROR, Environment, validate
from services.receivables.rules.months import is_open
from services.receivables.store import (
    applied,
    ar_companies,
    batches,
    contracts,
    credit_memos,
    posted_transactions,
    posting,
)
from services.receivables.store.entries import rows
from shared.access.grants import EVERYTHING
from shared.database.failures import constraint_of, is_disconnect, is_transient

PART_ENTRIES = 2_000
"""How many entries one transaction posts: whoever wants numbers of the same company waits that long, and no longer."""


async def send(session: AsyncSession, batch: Batch, sent_by: str) -> str:
    """Sends a valid batch on its way into the ledger; returns its new state.

    Over the company's four-eyes limit it awaits approval first. Raises BatchNotValid, BatchEmpty, BatchBusy, BatchClosed.
    """
    rules.after(batch, rules.POST)
    company = await ar_companies.find_company(session, batch.ar_company)
    assert company is not None
    content = await batches.content(session, batch.id)
    following = rules.to_post(batch, content.entries, content.size, company.four_eyes_limit)
    await batches.set_status(session, batch.id, following, sent_by=sent_by)
    return following


async def approve(session: AsyncSession, batch: Batch, approved_by: str) -> None:
    """Lets a batch over the four-eyes limit be posted; raises OwnBatch, BatchNotValid, BatchBusy, BatchClosed."""
    following = rules.after(batch, rules.APPROVE)
    sender = await batches.sender_of(session, batch.id)
    if sender == approved_by:
        raise OwnBatch(f"{batch.title} was sent by {sender}: somebody else approves it.")
    await batches.set_status(session, batch.id, following)


async def reject(session: AsyncSession, batch: Batch) -> None:
    """Opens a batch again instead of approving it; raises BatchNotValid, BatchBusy, BatchClosed."""
    await batches.set_status(session, batch.id, rules.after(batch, rules.REJECT))


async def post_part(session: AsyncSession, now: datetime, today: date) -> bool:
    """Posts the next part of a batch that is on its way; False when none is.

    A part is a transaction: what is posted is marked in it, so that no seq is ever posted twice. Before the first part
    the batch is held against everything once more; what is found then makes it `errors`, and nothing is posted.
    """
    batch = await batches.take_posting(session)
    if batch is None:
        return False
    seqs = await rows.unposted_seqs(session, batch.id, PART_ENTRIES)
    if not seqs:
        await batches.set_status(session, batch.id, rules.POSTED)
        return True
    first = not await rows.anything_posted(session, batch.id)
    part = await rows.read(session, batch.id, seqs=None if first else seqs)
    await applied.hold(session, touched_invoices(one.header for one in part))
    company = await ar_companies.find_company(session, batch.ar_company, lock="FOR SHARE")
    assert company is not None
    book = await book_of_batch(session, batch.ar_company, batch.id, part, today)
    if first:
        found = [one for one in validate(batch, book, part, Environment()) if one.severity == ERROR]
        if found:
            await _stop(session, batch, found)
            return True
        part = part[: len(seqs)]
    elif not is_open(batch.month, company.last_closed_month, company.max_open_months):
        raise MonthClosed(f"{batch.month} was closed while batch {batch.number} was being posted.")
    try:
        async with session.begin_nested():
            await _post(session, batch, book, part, now)
    except DBAPIError as error:
        if not first or is_transient(error) or is_disconnect(error):
            raise
        words = f"the database refuses it: {constraint_of(error) or type(error.orig).__name__}"
        await _stop(session, batch, [Finding(0, None, "batch", "REJECTED", ERROR, words)])
        return True
    if len(seqs) < PART_ENTRIES:
        await batches.set_status(session, batch.id, rules.POSTED)
    return True


async def _stop(session: AsyncSession, batch: Batch, found: Sequence[Finding]) -> None:
    await batches.replace_findings(session, batch.id, found)
    await batches.set_status(session, batch.id, rules.ERRORS)


async def _post(session: AsyncSession, batch: Batch, book: Book, part: Sequence[Entry], now: datetime) -> None:
    brought_back = [one.header.changes_id for one in part if one.header.changes_id is not None]
    made = post_entries(
        book,
        part,
        await posted_transactions.read(session, EVERYTHING, brought_back),
        await posting.take_ids(session, len(part)),
        await applied.next_lines(session, touched_invoices(one.header for one in part)),
    )
    sender = await batches.sender_of(session, batch.id)
    numbered = await posting.post(
        session,
        made,
        ar_company=batch.ar_company,
        gl_company=book.company.gl_company,
        month=batch.month,
        batch_id=batch.id,
        posted_by=sender,
        posted_at=now,
    )
    await contracts.add_billed(session, batch.ar_company, billed_by(made))
    await rows.mark_posted(session, batch.id, [one.seq for one in part])
    await answer_posted(session, batch, part)
    await announce_credits(
        session, await _credits(session, batch, book, part, [one.number for one in numbered], sender)
    )


async def _credits(
    session: AsyncSession, batch: Batch, book: Book, part: Sequence[Entry], numbers: Sequence[int], sender: str
) -> list[PostedCredit]:
    """The credit memos of a part that rating must hear of, each with its work orders after it."""
    ids = {one.id for one in book.invoices.values() if one.from_rating}
    invoices_from_rating = await credit_memos.find_for_credit(session, EVERYTHING, ids) if ids else {}
    lines = dict(book.lines)
    found = []
    for entry, number in zip(part, numbers, strict=True):
        header = entry.header
        invoice = invoices_from_rating.get(header.apply_to_id or 0)
        if invoice is None:
            continue
        if header.type == CREDIT_MEMO:
            request = WantedCredit(
                work_order_ids=None,
                lines=None,
                disposition=header.disposition,
                reason=header.reason or header.description,
                month=batch.month,
                credit_date=header.invoice_date,
                credited_by=sender,
            )
            found.append(PostedCredit(invoice, request, number, orders_credited(entry, lines[invoice.id])))
        lines[invoice.id] = take_from(lines[invoice.id], entry)
    return found
