"""Automatic write-offs: previewed, put into a batch to be reviewed; and write-offs undone by their mirror."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.batches import make_batch
from services.receivables.actions.book import open_book
from services.receivables.actions.credit_memos import require_open
from services.receivables.errors import EntryFaulty, NotForBatch, NothingToWriteOff, TransactionHeld
from services.receivables.rules.entries.book import Book, complete_line, fill_header, header_of
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.entries.facts import WRITE_OFF
from services.receivables.rules.entries.line_facts import BatchLine
from services.receivables.rules.entries.posting import post_undoing
from services.receivables.rules.write_offs import Candidate, Choice, Criteria, WrittenOff, choose
from services.receivables.store import applied, posted_transactions, posting
from services.receivables.store import write_offs as store
from services.receivables.store.entries import rows
from shared.access.grants import Scope
from shared.errors import Fault, NotFound


async def preview(session: AsyncSession, scope: Scope, criteria: Criteria) -> Choice:
    """What the criteria would write off, and what they leave alone and why; nothing is written."""
    found = await store.candidates(session, scope, criteria)
    invoices = await applied.invoices(session, scope, [one.id for one in found])
    lines = await applied.lines(session, invoices)
    return choose(
        criteria,
        [
            Candidate(
                one.id,
                one.number,
                one.customer,
                one.invoice_date,
                invoices[one.id].held_by,
                [*lines[one.id].values()],
            )
            for one in found
            if one.id in invoices
        ],
    )


@dataclass(frozen=True)
class Made:
    batch_id: int
    choice: Choice


async def write_off(
    session: AsyncSession, scope: Scope, criteria: Criteria, month: str, name: str, today: date
) -> Made:
    """Puts what the criteria choose into a new batch, unposted, to be reviewed and edited.

    Raises NotFound, MonthClosed, NothingToWriteOff.
    """
    found = await store.candidates(session, scope, criteria)
    await applied.hold(session, [one.id for one in found])
    choice = await preview(session, scope, criteria)
    if not choice.taken:
        raise NothingToWriteOff("Nothing that fits the criteria is to be written off.")
    batch_id = await make_batch(session, scope, criteria.ar_company, month, name, restricted=False, source="write_off")
    first = await posting.take_seqs(session, batch_id, len(choice.taken))
    book = await open_book(
        session, scope, criteria.ar_company, today, invoices=[one.candidate.id for one in choice.taken]
    )
    made = [_entry(book, one, seq, name) for seq, one in enumerate(choice.taken, start=first)]
    await rows.write(session, batch_id, made)
    return Made(batch_id, choice)


def _entry(book: Book, taken: WrittenOff, seq: int, name: str) -> Entry:
    typed = {"type": WRITE_OFF, "apply_to": taken.candidate.id, "description": "Automatic write-off"}
    form, facts = fill_header(book, typed)
    faults = [Fault(f"invoice {taken.candidate.number}, {field}", words) for field, words in form.faults]
    lines: list[BatchLine] = []
    if not faults:
        header = header_of(form, facts, seq, name)
        for number, take in enumerate(taken.takes, start=1):
            fields: dict[str, Any] = {"apply_line": take.line, "amount": take.amount}
            if take.finance_charge is not None:
                fields["finance_charge"] = take.finance_charge
                fields["retainage"] = Decimal("0.00")
            line, wrong = complete_line(book, header, number, fields)
            faults += [
                Fault(f"invoice {taken.candidate.number}, line {take.line}, {one}", words) for one, words in wrong
            ]
            if line is not None:
                lines.append(line)
        if not faults:
            return Entry(replace(header, last_line=len(lines)), lines)
    raise EntryFaulty("A write-off cannot be made.", faults=faults)


@dataclass(frozen=True)
class UndoRequest:
    """Which month and date the mirror gets, why, and by whom."""

    month: str
    on: date
    reason: str
    undone_by: str


async def undo(
    session: AsyncSession, scope: Scope, invoice_id: int, transaction_id: int, request: UndoRequest, now: datetime
) -> int:
    """Posts the mirror of a posted write-off and returns its id; what it had written off is open again.

    Raises NotFound, NotForBatch, TransactionHeld, MonthClosed.
    """
    await applied.hold(session, [invoice_id])
    found = (await posted_transactions.read(session, scope, [transaction_id])).get(transaction_id)
    if found is None or found.applies_to_id != invoice_id or found.header.type != WRITE_OFF:
        raise NotFound(f"Invoice {invoice_id} has no write-off {transaction_id}.")
    if found.undone:
        raise NotForBatch(f"Write-off {transaction_id} is undone already.")
    (invoice,) = (await applied.invoices(session, scope, [invoice_id])).values()
    if invoice.held_by is not None:
        raise TransactionHeld(f"Invoice {invoice.invoice_number} is held by {invoice.held_by}.")
    mirror = await posting.post_alone(
        session,
        lambda mirror_id: post_undoing(found, mirror_id, request.on, request.reason),
        company=await require_open(session, found.ar_company, request.month),
        month=request.month,
        source="write_off",
        posted_by=request.undone_by,
        posted_at=now,
    )
    return mirror.transaction.id
