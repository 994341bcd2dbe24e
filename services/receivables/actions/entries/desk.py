"""The use cases of a clerk who works on the entries of a batch, their lines and miscellaneous distributions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.batches import add_to_batch, edit_batch
from services.receivables.actions.book import open_book
from services.receivables.actions.entries import changes
from services.receivables.actions.entries.checks import check, refuse, unknown_in_lines, unknown_misc_codes
from services.receivables.actions.entries.parts import (
    kept_lines,
    require_misc_code,
    with_lines,
    with_lines_replaced,
    with_misc,
    with_misc_rows,
)
from services.receivables.actions.exported_invoices import report_removed
from services.receivables.errors import EntryReadOnly, NotForBatch
from services.receivables.rules.batches import Batch, Finding
from services.receivables.rules.entries.book import (
    Book,
    complete_line,
    fill_header,
    follow_header,
    header_facts,
    header_of,
    unknown_in_header,
)
from services.receivables.rules.entries.entries import Entry, Header
from services.receivables.rules.entries.facts import DELETE, Action, require_not_held
from services.receivables.rules.entries.fields import Form, Values
from services.receivables.rules.entries.header import header_warnings
from services.receivables.rules.entries.line_facts import BatchLine
from services.receivables.rules.entries.posting import bring_back as back_into_batch
from services.receivables.rules.entries.posting import why_not_bring_back
from services.receivables.rules.entries.validation import WARNING, Uses, credit_warnings, number_warnings
from services.receivables.store import applied, posted_transactions, posting
from services.receivables.store.entries import facts, rows
from shared.access.grants import Scope
from shared.audit.changes import HistoryStep
from shared.database.pages import PageQuery
from shared.errors import Fault, NotFound
from shared.values.versions import require_version


@dataclass(frozen=True)
class EntryDraft:
    """An entry as it was sent: the fields of its header, of each line and of each miscellaneous distribution."""

    header: Mapping[str, Any]
    lines: Sequence[Mapping[str, Any]] = ()
    misc: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Desk:
    """A clerk at work: the batch, what they may see, their name, and today's date at the company."""

    batch: Batch
    scope: Scope
    name: str
    today: date


async def read_entry(session: AsyncSession, batch_id: int, seq: int) -> Entry:
    """One entry; raises NotFound."""
    found = await rows.read(session, batch_id, seqs=[seq])
    if not found:
        raise NotFound(f"Batch {batch_id} has no entry {seq}.")
    return found[0]


list_entries = rows.list_items


async def list_history(
    session: AsyncSession, batch_id: int, seq: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what was done with an entry, newest first, the next cursor, and the number of steps; raises NotFound."""
    await read_entry(session, batch_id, seq)
    return await changes.list_history(session, batch_id, seq, query)


async def add(session: AsyncSession, desk: Desk, draft: EntryDraft) -> int:
    """Adds an entry with its lines and returns its seq.

    Raises EntryFaulty, TransactionHeld, NotFound, and the errors of `add_to_batch`.
    """
    await add_to_batch(session, desk.batch)
    book = await _book(session, desk, draft.header)
    form, of_header = fill_header(book, draft.header)
    misc = unknown_misc_codes(book, draft.misc)
    _refuse_header(book, form, draft, misc)
    seq = await posting.take_seqs(session, desk.batch.id, 1)
    entry = Entry(header_of(form, of_header, seq, desk.name))
    _require_in_scope(desk.scope, book, entry.header)
    entry = with_misc_rows(book, with_lines(book, entry, draft.lines, also=misc), draft.misc)
    check(book, entry)
    await changes.write(session, desk.batch.id, [entry], "created")
    return seq


async def bring_back(session: AsyncSession, desk: Desk, transaction_id: int, action: Action) -> int:
    """Brings a posted transaction back into the batch to be changed or deleted. Returns the seq of its entry.

    Raises NotFound, NotForBatch, TransactionHeld, EntryFaulty, and the errors of `add_to_batch`.
    """
    await add_to_batch(session, desk.batch)
    found = (await posted_transactions.read(session, desk.scope, [transaction_id])).get(transaction_id)
    if found is None:
        raise NotFound(f"There is no posted transaction {transaction_id}.")
    reason = why_not_bring_back(found, desk.batch.ar_company, desk.batch.month)
    if reason is not None:
        raise NotForBatch(f"Transaction {transaction_id} cannot be brought back into this batch: {reason}.")
    invoice_id = transaction_id if found.applies_to_id is None else found.applies_to_id
    await applied.hold(session, [invoice_id])
    (invoice,) = (await applied.invoices(session, desk.scope, [invoice_id])).values()
    require_not_held(invoice)
    next_lines = await applied.next_lines(session, [invoice_id])
    seq = await posting.take_seqs(session, desk.batch.id, 1)
    entry = back_into_batch(found, action, seq, next_lines.get(invoice_id, 1), desk.name)
    if action == DELETE:
        check(await read_book(session, desk, {}, entry), entry, entry)
    await changes.write(session, desk.batch.id, [entry], "brought_back")
    return seq


async def change(session: AsyncSession, desk: Desk, seq: int, expected: int, typed: Mapping[str, Any]) -> None:
    """Changes fields of the header. Fields that depend on them get their defaults again, and so do discounts of lines.

    Raises NotFound, VersionStale, EntryFaulty, EntryReadOnly, TransactionHeld, and the errors of `edit_batch`.
    """
    entry = await _to_edit(session, desk, seq, expected)
    book = await _book(session, desk, typed, entry)
    form, of_header = fill_header(book, typed, entry)
    refuse([Fault(f"/{name}", detail) for name, detail in form.faults])
    header = header_of(form, of_header, seq, desk.name, entry.header)
    lines = [follow_header(book, entry.header, line, header) for line in entry.lines]
    changed = replace(entry, header=header, lines=lines)
    _require_in_scope(desk.scope, book, changed.header)
    check(book, changed, entry)
    await changes.replace(session, desk.batch.id, entry, changed)


async def replace_entry(session: AsyncSession, desk: Desk, seq: int, expected: int, draft: EntryDraft) -> None:
    """Replaces header, lines and miscellaneous distributions. What the draft leaves out gets its default.

    A line of the draft with the number of a line that the entry has stays that line, and then the header is fixed as far
    as it is for an entry with lines. Raises the errors of `change`.
    """
    entry = await _to_edit(session, desk, seq, expected)
    left = replace(entry, lines=kept_lines(entry, draft.lines), misc=())
    book = await _book(session, desk, draft.header, entry)
    fixed = left if left.lines or left.header.brought_back else None
    form, of_header = fill_header(book, draft.header, fixed, whole=True)
    misc = unknown_misc_codes(book, draft.misc)
    _refuse_header(book, form, draft, misc)
    left = replace(left, header=header_of(form, of_header, seq, desk.name, entry.header))
    _require_in_scope(desk.scope, book, left.header)
    after = with_misc_rows(book, with_lines_replaced(book, left, draft.lines, also=misc), draft.misc)
    check(book, after, entry)
    await changes.replace(session, desk.batch.id, entry, after)


async def remove(session: AsyncSession, desk: Desk, seq: int, expected: int) -> None:
    """Removes an entry, which releases a brought-back transaction and refuses a hand-over from rating.

    Raises NotFound, VersionStale, and the errors of `edit_batch`.
    """
    entry = await _to_edit(session, desk, seq, expected, removing=True)
    await report_removed(session, desk.batch, [entry], f"it was deleted from {desk.batch.name}")
    await rows.remove(session, desk.batch.id, seq)


async def add_line(session: AsyncSession, desk: Desk, seq: int, expected: int, typed: Mapping[str, Any]) -> int:
    """Adds a line and returns its number. Raises the errors of `change`."""
    entry = await _to_edit(session, desk, seq, expected)
    book = await _book(session, desk, {}, entry)
    changed = with_lines(book, entry, [typed], pointer="")
    check(book, changed, entry)
    await changes.replace(session, desk.batch.id, entry, changed)
    return changed.header.last_line


async def change_line(
    session: AsyncSession, desk: Desk, seq: int, line: int, expected: int, typed: Mapping[str, Any]
) -> None:
    """Changes fields of a line. Fields that depend on them are calculated again. Raises the errors of `change`."""
    entry = await _to_edit(session, desk, seq, expected)
    before = line_of_entry(entry, line)
    book = await _book(session, desk, {}, entry)
    after, faults = complete_line(book, entry.header, line, typed, before)
    refuse([Fault(f"/{name}", detail) for name, detail in faults])
    assert after is not None
    changed = replace(entry, lines=[after if known.line == line else known for known in entry.lines])
    check(book, changed, entry)
    await changes.replace(session, desk.batch.id, entry, changed)


async def remove_line(session: AsyncSession, desk: Desk, seq: int, line: int, expected: int) -> None:
    """Removes a line. Raises the errors of `change`."""
    entry = await _to_edit(session, desk, seq, expected)
    line_of_entry(entry, line)
    book = await _book(session, desk, {}, entry)
    changed = replace(entry, lines=[known for known in entry.lines if known.line != line])
    check(book, changed, entry)
    await changes.replace(session, desk.batch.id, entry, changed)


async def add_misc(session: AsyncSession, desk: Desk, seq: int, expected: int, typed: Mapping[str, Any]) -> None:
    """Adds a miscellaneous distribution. Raises the errors of `change`."""
    entry = await _to_edit(session, desk, seq, expected)
    book = await _book(session, desk, {}, entry)
    await changes.replace(session, desk.batch.id, entry, with_misc(book, entry, typed))


async def change_misc(
    session: AsyncSession, desk: Desk, seq: int, row: int, expected: int, typed: Mapping[str, Any]
) -> None:
    """Changes fields of a miscellaneous distribution. Raises the errors of `change`."""
    entry = await _to_edit(session, desk, seq, expected)
    before = next((known for known in entry.misc if known.row == row), None)
    if before is None:
        raise NotFound(f"Entry {seq} has no miscellaneous distribution {row}.")
    book = await _book(session, desk, {}, entry)
    after = replace(before, **typed)
    require_misc_code(book, after.code)
    changed = replace(entry, misc=[after if known.row == row else known for known in entry.misc])
    await changes.replace(session, desk.batch.id, entry, changed)


async def remove_misc(session: AsyncSession, desk: Desk, seq: int, row: int, expected: int) -> None:
    """Removes a miscellaneous distribution. Raises the errors of `change`."""
    entry = await _to_edit(session, desk, seq, expected)
    left = [known for known in entry.misc if known.row != row]
    if len(left) == len(entry.misc):
        raise NotFound(f"Entry {seq} has no miscellaneous distribution {row}.")
    await changes.replace(session, desk.batch.id, entry, replace(entry, misc=left))


async def warnings_of(session: AsyncSession, desk: Desk, entry: Entry) -> list[Finding]:
    """The warnings about an entry: invoice numbers in use, credit limits, and dates."""
    book = await read_book(session, desk, {}, entry)
    of_header = header_facts(book, {}, entry)
    number = entry.header.invoice_number
    uses = await facts.numbers_in_use(session, book.company.number, [number] if number is not None else [])
    owed = await facts.exposures(session, {entry.header.customer_id}, None)
    return [
        *(
            Finding(entry.seq, None, field, rule, WARNING, detail)
            for field, rule, detail in header_warnings(of_header, entry.header.typed(), desk.batch.month)
        ),
        *number_warnings(desk.batch.id, entry, Uses(uses)),
        *credit_warnings(book, entry, owed[entry.header.customer_id]),
    ]


async def find_unknown(session: AsyncSession, desk: Desk, draft: EntryDraft) -> list[tuple[str, str]]:
    """The names in an entry that do not exist, by JSON pointer; the draft has only the fields that are valid."""
    book = await read_book(session, desk, draft.header, None)
    found = [Fault(f"/{name}", detail) for name, detail in unknown_in_header(book, draft.header)]
    found += [*unknown_in_lines(book, draft.lines), *unknown_misc_codes(book, draft.misc)]
    return [(fault.pointer, fault.detail) for fault in found]


async def _book(session: AsyncSession, desk: Desk, typed: Values, entry: Entry | None = None) -> Book:
    """The book for a change of an entry. The invoice that it applies to is locked, so that its amendments take turns.

    Raises TransactionHeld.
    """
    invoice_id = _invoice_of(typed, entry)
    if invoice_id is not None:
        await applied.hold(session, [invoice_id])
    book = await read_book(session, desk, typed, entry)
    for invoice in book.invoices.values():
        require_not_held(invoice)
    return book


async def read_book(session: AsyncSession, desk: Desk, typed: Values, entry: Entry | None) -> Book:
    """The book for the input and for the values that the entry has already."""
    kept = entry.header.typed() if entry else {}
    invoice_id = _invoice_of(typed, entry)
    changed = entry.header.changes_id if entry else None
    return await open_book(
        session,
        desk.scope,
        desk.batch.ar_company,
        desk.today,
        customers={number for number in (typed.get("customer"), kept.get("customer")) if number},
        contracts={number for number in (typed.get("contract"), kept.get("contract")) if number},
        invoices=[] if invoice_id is None else [invoice_id],
        own=(desk.batch.id, entry.seq if entry else 0),
        without=[] if changed is None else [changed],
    )


def _invoice_of(typed: Values, entry: Entry | None) -> int | None:
    """The id of the posted invoice that an entry applies to, changes or deletes."""
    found: int | None = typed.get("apply_to")
    if found is None and entry is not None:
        found = entry.header.changes_id if entry.header.apply_to_id is None else entry.header.apply_to_id
    return found


async def _to_edit(session: AsyncSession, desk: Desk, seq: int, expected: int, *, removing: bool = False) -> Entry:
    await edit_batch(session, desk.batch)
    entry = await read_entry(session, desk.batch.id, seq)
    require_version(entry.header.revision, expected, f"Entry {seq}")
    if removing:
        return entry
    if entry.header.from_rating:
        raise EntryReadOnly(
            f"Entry {seq} came from rating. Post it as it is, or remove it and correct its orders in rating."
        )
    if entry.header.action == DELETE:
        raise EntryReadOnly(
            f"Entry {seq} deletes a posted transaction and cannot be edited. "
            "Remove it, then bring the transaction back to be changed."
        )
    return entry


def _refuse_header(book: Book, form: Form, draft: EntryDraft, misc: Sequence[Fault]) -> None:
    """Raises EntryFaulty if the header has faults, with those that are certain without a valid header."""
    if form.faults:
        of_form = [Fault(f"/{name}", detail) for name, detail in form.faults]
        refuse([*of_form, *unknown_in_lines(book, draft.lines), *misc])


def line_of_entry(entry: Entry, line: int) -> BatchLine:
    """A line of an entry by its number; raises NotFound."""
    found = next((known for known in entry.lines if known.line == line), None)
    if found is None:
        raise NotFound(f"Entry {entry.seq} has no line {line}.")
    return found


def _require_in_scope(scope: Scope, book: Book, header: Header) -> None:
    if not scope.covers(branch=header.branch, customer=header.customer, ar_company=book.company.number):
        raise NotFound(f"Customer {header.customer} is outside the customers that you may enter entries for.")
