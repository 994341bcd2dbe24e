"""Posting a batch: a clerk submits it, and a job posts it part by part and continues after any interruption."""

import logging
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.batches import stop_batch
from services.receivables.actions.book import book_of_batch
from services.receivables.actions.credit_memos import PostedCredit, announce_credits
from services.receivables.actions.exported_invoices import report_posted
from services.receivables.errors import MonthClosed, OwnBatch
from services.receivables.records.ar_companies import ArCompany
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
from shared.database.attempts import Attempts, isolate
from shared.database.failures import words_of

log = logging.getLogger(__name__)
_REJECTED = "REJECTED"
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


async def post_part(session: AsyncSession, now: datetime, today: date, attempts: Attempts) -> bool:
    """Posts the next part of a batch that is being posted. Returns False without such a batch.

    Each part is one transaction in which its entries are marked as posted, so that no entry is ever posted twice. If
    the first part fails, nothing is posted, and the batch has the reason as its finding. If a later part fails again
    and again, the batch has a finding too, and others are posted meanwhile.
    """
    batch = await batches.take_posting(session, attempts.left_out)
    if batch is None:
        return False
    seqs = await rows.unposted_seqs(session, batch.id, PART_ENTRIES)
    if not seqs:
        await batches.set_status(session, batch.id, rules.POSTED)
        return True
    if await rows.anything_posted(session, batch.id):
        async with attempts.attempt(session, batch.id, batch.name):
            await _post_later_part(session, batch, seqs, now, today)
            await batches.remove_finding(session, batch.id, _REJECTED)
        if (error := attempts.given_up.get(batch.id)) is not None:
            findings = [one for one in await batches.list_findings(session, batch.id) if one.rule != _REJECTED]
            await batches.replace_findings(session, batch.id, [*findings, _rejected(error)])
        return True

    async def post_first(_batches: Sequence[Batch]) -> None:
        await _post_first_part(session, batch, seqs, now, today)

    for _, error in await isolate(session, [batch], post_first):
        log.error("%s cannot be posted: %r", batch.name, error)
        await stop_batch(session, batch, [_rejected(error)])
    return True


def _rejected(error: Exception) -> Finding:
    return Finding(0, None, "batch", _REJECTED, ERROR, words_of(error))


async def _post_first_part(
    session: AsyncSession, batch: Batch, seqs: Sequence[int], now: datetime, today: date
) -> None:
    """Validates the whole batch once more, and posts its first part. If there is an error, nothing is posted."""
    entries, book, _ = await _open(session, batch, None, today)
    errors = [finding for finding in validate(batch, book, entries, Environment()) if finding.severity == ERROR]
    if errors:
        await stop_batch(session, batch, errors)
        return
    await _post(session, batch, book, entries[: len(seqs)], now)
    await _finish(session, batch, seqs)


async def _post_later_part(
    session: AsyncSession, batch: Batch, seqs: Sequence[int], now: datetime, today: date
) -> None:
    part, book, company = await _open(session, batch, seqs, today)
    if not is_open(batch.month, company.last_closed_month, company.max_open_months):
        raise MonthClosed(f"Month {batch.month} was closed while batch {batch.number} was being posted.")
    await _post(session, batch, book, part, now)
    await _finish(session, batch, seqs)


async def _open(
    session: AsyncSession, batch: Batch, seqs: Sequence[int] | None, today: date
) -> tuple[list[Entry], Book, ArCompany]:
    """The entries to post, or all of them if `seqs` is None, and what is known about their company."""
    entries = await rows.read(session, batch.id, seqs=seqs)
    await applied.hold(session, touched_invoices(entry.header for entry in entries))
    company = await ar_companies.find_company(session, batch.ar_company, lock="FOR SHARE")
    assert company is not None
    return entries, await book_of_batch(session, batch.ar_company, batch.id, entries, today), company


async def _finish(session: AsyncSession, batch: Batch, seqs: Sequence[int]) -> None:
    if len(seqs) < PART_ENTRIES:
        await batches.set_status(session, batch.id, rules.POSTED)


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
