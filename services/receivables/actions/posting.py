"""Posting a batch: a clerk submits it, and a job posts it part by part and continues after any interruption."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.book import book_of_batch
from services.receivables.actions.credit_memos import PostedCredit, announce_credits
from services.receivables.actions.exported_invoices import report_posted
from services.receivables.errors import MonthClosed, OwnBatch
from services.receivables.rules import batches as rules
from services.receivables.rules.batches import Batch, Finding
from services.receivables.rules.credit_memos import CreditDraft
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
"""How many entries one transaction posts. Others who need numbers of the same company wait that long at most."""


async def submit(session: AsyncSession, batch: Batch, sent_by: str) -> str:
    """Submits a valid batch for posting and returns its new status. Over the four-eyes limit it awaits approval first.

    Raises BatchNotValid, BatchEmpty, BatchBusy or BatchClosed.
    """
    rules.next_status(batch, rules.POST)
    company = await ar_companies.find_company(session, batch.ar_company)
    assert company is not None
    content = await batches.content(session, batch.id)
    following = rules.status_after_submission(batch, content.entries, content.size, company.four_eyes_limit)
    await batches.set_status(session, batch.id, following, sent_by=sent_by)
    return following


async def approve(session: AsyncSession, batch: Batch, approved_by: str) -> None:
    """Approves a batch over the four-eyes limit, so that it is posted.

    Raises OwnBatch, BatchNotValid, BatchBusy or BatchClosed.
    """
    following = rules.next_status(batch, rules.APPROVE)
    submitter = await batches.submitter_of(session, batch.id)
    if submitter == approved_by:
        raise OwnBatch(f"You submitted {batch.name} yourself. Ask another approver.")
    await batches.set_status(session, batch.id, following)


async def reject(session: AsyncSession, batch: Batch) -> None:
    """Rejects a batch, which is open again; raises BatchNotValid, BatchBusy or BatchClosed."""
    await batches.set_status(session, batch.id, rules.next_status(batch, rules.REJECT))


async def post_part(session: AsyncSession, now: datetime, today: date) -> bool:
    """Posts the next part of a batch that is being posted. Returns False without such a batch.

    Each part is one transaction in which its entries are marked as posted, so that no entry is ever posted twice.
    Before the first part the whole batch is validated once more. If that finds an error, nothing is posted.
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
    await applied.hold(session, touched_invoices(entry.header for entry in part))
    company = await ar_companies.find_company(session, batch.ar_company, lock="FOR SHARE")
    assert company is not None
    book = await book_of_batch(session, batch.ar_company, batch.id, part, today)
    if first:
        errors = [finding for finding in validate(batch, book, part, Environment()) if finding.severity == ERROR]
        if errors:
            await _stop(session, batch, errors)
            return True
        part = part[: len(seqs)]
    elif not is_open(batch.month, company.last_closed_month, company.max_open_months):
        raise MonthClosed(f"Month {batch.month} was closed while batch {batch.number} was being posted.")
    try:
        async with session.begin_nested():
            await _post(session, batch, book, part, now)
    except DBAPIError as error:
        if not first or is_transient(error) or is_disconnect(error):
            raise
        detail = f"the database rejected it: {constraint_of(error) or type(error.orig).__name__}"
        await _stop(session, batch, [Finding(0, None, "batch", "REJECTED", ERROR, detail)])
        return True
    if len(seqs) < PART_ENTRIES:
        await batches.set_status(session, batch.id, rules.POSTED)
    return True


async def _stop(session: AsyncSession, batch: Batch, errors: Sequence[Finding]) -> None:
    await batches.replace_findings(session, batch.id, errors)
    await batches.set_status(session, batch.id, rules.ERRORS)


async def _post(session: AsyncSession, batch: Batch, book: Book, part: Sequence[Entry], now: datetime) -> None:
    brought_back = [entry.header.changes_id for entry in part if entry.header.changes_id is not None]
    new_posting = post_entries(
        book,
        part,
        await posted_transactions.read(session, EVERYTHING, brought_back),
        await posting.take_ids(session, len(part)),
        await applied.next_lines(session, touched_invoices(entry.header for entry in part)),
    )
    submitter = await batches.submitter_of(session, batch.id)
    numbered = await posting.post(
        session,
        new_posting,
        ar_company=batch.ar_company,
        gl_company=book.company.gl_company,
        month=batch.month,
        batch_id=batch.id,
        posted_by=submitter,
        posted_at=now,
    )
    await contracts.add_billed(session, batch.ar_company, billed_by(new_posting))
    await rows.mark_posted(session, batch.id, [entry.seq for entry in part])
    await report_posted(session, batch, part)
    numbers = [transaction.number for transaction in numbered]
    await announce_credits(session, await _credits(session, batch, book, part, numbers, submitter))


async def _credits(
    session: AsyncSession, batch: Batch, book: Book, part: Sequence[Entry], numbers: Sequence[int], submitter: str
) -> list[PostedCredit]:
    """The credit memos of a part that are published to rating, each with its work orders after it."""
    ids = {invoice.id for invoice in book.invoices.values() if invoice.from_rating}
    invoices_from_rating = await credit_memos.find_for_credit(session, EVERYTHING, ids) if ids else {}
    lines = dict(book.lines)
    found = []
    for entry, number in zip(part, numbers, strict=True):
        header = entry.header
        invoice = invoices_from_rating.get(header.apply_to_id or 0)
        if invoice is None:
            continue
        if header.type == CREDIT_MEMO:
            draft = CreditDraft(
                work_order_ids=None,
                lines=None,
                disposition=header.disposition,
                reason=header.reason or header.description,
                month=batch.month,
                credit_date=header.invoice_date,
                credited_by=submitter,
            )
            found.append(PostedCredit(invoice, draft, number, orders_credited(entry, lines[invoice.id])))
        # Later entries of the same part see what this one left of the invoice.
        lines[invoice.id] = take_from(lines[invoice.id], entry)
    return found
