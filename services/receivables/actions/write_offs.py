"""Automatic write-offs: previewing them, creating a batch of them, and undoing posted ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.batches import create_batch
from services.receivables.actions.book import open_book
from services.receivables.actions.credit_memos import require_open
from services.receivables.actions.entries import changes
from services.receivables.errors import EntryFaulty, NotForBatch, NothingToWriteOff, UnknownReference
from services.receivables.rules.batches import BatchDetails
from services.receivables.rules.credit_memos import CreditWarning, date_warnings
from services.receivables.rules.entries.book import Book, complete_line, fill_header, header_of
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.entries.facts import WRITE_OFF, require_not_held
from services.receivables.rules.entries.line_facts import BatchLine
from services.receivables.rules.entries.posting import post_undoing
from services.receivables.rules.write_offs import Candidate, Choice, Criteria, WrittenOff, choose
from services.receivables.store import applied, posted_transactions, posting
from services.receivables.store import write_offs as store
from shared.access.grants import Scope
from shared.errors import Fault, NotFound
from shared.values.numbers import counted

_NAMES = {"customers": "customer", "receivable_types": "receivable type", "contracts": "contract"}


async def _require_known(session: AsyncSession, scope: Scope, criteria: Criteria) -> None:
    """Raises UnknownReference for the company, customers, types and contracts that do not exist."""
    faults = [Fault(pointer, detail) for pointer, detail in await find_unknown(session, scope, criteria)]
    if faults:
        raise UnknownReference(f"{counted(len(faults), 'name')} in the criteria could not be found.", faults=faults)


async def find_unknown(session: AsyncSession, scope: Scope, criteria: Criteria) -> list[tuple[str, str]]:
    """The company, customers, types and contracts that do not exist, by JSON pointer."""
    unknown = await store.find_unknown(session, scope, criteria)
    if ("ar_company", str(criteria.ar_company)) in unknown:
        return [("/ar_company", f"there is no AR company {criteria.ar_company}")]
    return [
        (f"/{field}/{index}", f"company {criteria.ar_company} has no {noun} {named}")
        for field, noun in _NAMES.items()
        for index, named in enumerate(getattr(criteria, field) or ())
        if (field, str(named)) in unknown
    ]


async def preview(session: AsyncSession, scope: Scope, criteria: Criteria) -> Choice:
    """What the criteria would write off, and what they skip and why. Nothing is saved. Raises UnknownReference."""
    await _require_known(session, scope, criteria)
    found = await store.candidates(session, scope, criteria)
    invoices = await applied.invoices(session, scope, [row.id for row in found])
    lines = await applied.lines(session, invoices)
    return choose(
        criteria,
        [
            Candidate(
                row.id,
                row.number,
                row.customer,
                row.invoice_date,
                invoices[row.id].held_by,
                [*lines[row.id].values()],
            )
            for row in found
            if row.id in invoices
        ],
    )


@dataclass(frozen=True)
class WriteOffBatch:
    """A batch of write-offs that was created, and what was written off and skipped."""

    batch_id: int
    choice: Choice


async def create_write_offs(
    session: AsyncSession, scope: Scope, criteria: Criteria, month: str, name: str, today: date
) -> WriteOffBatch:
    """Creates a batch of write-offs by the criteria, to be reviewed, edited and posted.

    Raises NotFound, MonthClosed, UnknownReference or NothingToWriteOff.
    """
    found = await store.candidates(session, scope, criteria)
    await applied.hold(session, [row.id for row in found])
    choice = await preview(session, scope, criteria)
    if not choice.taken:
        raise NothingToWriteOff("No invoice that matches the criteria can be written off. See the preview for reasons.")
    batch_id = await create_batch(session, scope, criteria.ar_company, month, name, BatchDetails(), source="write_off")
    first = await posting.take_seqs(session, batch_id, len(choice.taken))
    book = await open_book(
        session, scope, criteria.ar_company, today, invoices=[write_off.candidate.id for write_off in choice.taken]
    )
    entries = [_entry(book, write_off, seq, name) for seq, write_off in enumerate(choice.taken, start=first)]
    await changes.write(session, batch_id, entries, "created")
    return WriteOffBatch(batch_id, choice)


def _entry(book: Book, taken: WrittenOff, seq: int, name: str) -> Entry:
    typed = {"type": WRITE_OFF, "apply_to": taken.candidate.id, "description": "Automatic write-off"}
    form, facts = fill_header(book, typed)
    faults = [Fault(f"invoice {taken.candidate.number}, {field}", detail) for field, detail in form.faults]
    lines: list[BatchLine] = []
    if not faults:
        header = header_of(form, facts, seq, name)
        for number, take in enumerate(taken.takes, start=1):
            fields: dict[str, Any] = {"apply_line": take.line, "amount": abs(take.amount)}
            if take.finance_charge is not None:
                fields["finance_charge"] = abs(take.finance_charge)
                fields["retainage"] = Decimal("0.00")
            line, line_faults = complete_line(book, header, number, fields)
            faults += [
                Fault(f"invoice {taken.candidate.number}, line {take.line}, {field}", detail)
                for field, detail in line_faults
            ]
            if line is not None:
                lines.append(line)
        if not faults:
            return Entry(replace(header, last_line=len(lines)), lines)
    raise EntryFaulty(f"Invoice {taken.candidate.number} cannot be written off; see `errors`.", faults=faults)


@dataclass(frozen=True)
class UndoRequest:
    """The month and date of a reversal, its reason, and the user."""

    month: str
    on: date
    reason: str
    undone_by: str


@dataclass(frozen=True)
class Undone:
    """The id of the reversal of a write-off, and what looks wrong with its date."""

    reversal_id: int
    warnings: Sequence[CreditWarning]


async def undo(
    session: AsyncSession, scope: Scope, invoice_id: int, transaction_id: int, request: UndoRequest, now: datetime
) -> Undone:
    """Posts the reversal of a posted write-off, so that its amount is open again.

    Raises NotFound, NotForBatch, TransactionHeld or MonthClosed.
    """
    await applied.hold(session, [invoice_id])
    found = (await posted_transactions.read(session, scope, [transaction_id])).get(transaction_id)
    if found is None or found.applies_to_id != invoice_id or found.header.type != WRITE_OFF:
        raise NotFound(f"Invoice {invoice_id} has no write-off {transaction_id}.")
    if found.undone:
        raise NotForBatch(f"Write-off {transaction_id} is already undone.")
    (invoice,) = (await applied.invoices(session, scope, [invoice_id])).values()
    require_not_held(invoice)
    reversal = await posting.post_alone(
        session,
        lambda reversal_id: post_undoing(found, reversal_id, request.on, request.reason),
        company=await require_open(session, found.ar_company, request.month),
        month=request.month,
        source="write_off",
        posted_by=request.undone_by,
        posted_at=now,
    )
    return Undone(reversal.transaction.id, date_warnings(invoice, "undo_date", request.on, request.month))
