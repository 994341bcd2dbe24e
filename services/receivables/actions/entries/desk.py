"""Entries of a batch: typed, changed, removed, with their lines and misc. distributions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.batches import add_to_batch, edit_batch
from services.receivables.actions.book import open_book
from services.receivables.actions.exported_invoices import answer_removed
from services.receivables.errors import EntryFaulty, EntryReadOnly, NotForBatch, TransactionHeld
from services.receivables.rules.batches import Batch, Finding
from services.receivables.rules.entries.book import (
    Book,
    complete_line,
    faults_in_applied,
    fill_header,
    follow_header,
    form_of_line,
    header_facts,
    header_of,
)
from services.receivables.rules.entries.entries import Entry, Header, MiscRow, next_misc_amount
from services.receivables.rules.entries.facts import DELETE, Action
from services.receivables.rules.entries.fields import Field, Values
from services.receivables.rules.entries.header import header_warnings
from services.receivables.rules.entries.line_facts import BatchLine
from services.receivables.rules.entries.posting import bring_back as back_into_batch
from services.receivables.rules.entries.posting import faults_in_return
from services.receivables.rules.entries.validation import WARNING, Uses, credit_warnings, number_warnings
from services.receivables.store import applied, posted_transactions, posting
from services.receivables.store.entries import facts, rows
from shared.access.grants import Scope
from shared.errors import Fault, NotFound
from shared.values.versions import require_version


@dataclass(frozen=True)
class Typed:
    """An entry as it was typed: the fields sent of its header, of each line and of each misc. distribution."""

    header: Mapping[str, Any]
    lines: Sequence[Mapping[str, Any]] = ()
    misc: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Desk:
    """Where a clerk works: the batch, held, and who and when."""

    batch: Batch
    scope: Scope
    name: str
    today: date


async def read_entry(session: AsyncSession, batch_id: int, seq: int) -> Entry:
    """One entry whole; raises NotFound."""
    found = await rows.read(session, batch_id, seqs=[seq])
    if not found:
        raise NotFound(f"Batch {batch_id} has no entry {seq}.")
    return found[0]


list_entries = rows.list_headers


async def enter(session: AsyncSession, desk: Desk, typed: Typed) -> int:
    """Adds an entry with its lines; returns its seq. Raises EntryFaulty, TransactionHeld, and what add_to_batch raises."""
    await add_to_batch(session, desk.batch)
    book = await _book(session, desk, typed.header)
    form, of_header = fill_header(book, typed.header)
    _refuse([Fault(f"/{name}", words) for name, words in form.faults])
    seq = await posting.take_seqs(session, desk.batch.id, 1)
    entry = Entry(header_of(form, of_header, seq, desk.name))
    _require_in_scope(desk.scope, book, entry.header)
    entry = _with_lines(book, entry, typed.lines)
    for row in typed.misc:
        entry = _with_misc(book, entry, row)
    _check(book, entry)
    await rows.write(session, desk.batch.id, [entry])
    return seq


async def bring_back(session: AsyncSession, desk: Desk, transaction_id: int, action: Action) -> int:
    """Brings a posted transaction back into the batch, to be changed or deleted, and holds it; returns its seq.

    Raises NotFound, NotForBatch, TransactionHeld, EntryFaulty, and what add_to_batch raises.
    """
    await add_to_batch(session, desk.batch)
    found = (await posted_transactions.read(session, desk.scope, [transaction_id])).get(transaction_id)
    if found is None:
        raise NotFound(f"There is no posted transaction {transaction_id}.")
    why = faults_in_return(found, desk.batch.ar_company, desk.batch.month)
    if why is not None:
        raise NotForBatch(f"Transaction {transaction_id} cannot be brought back: {why}.")
    invoice_id = transaction_id if found.applies_to_id is None else found.applies_to_id
    await applied.hold(session, [invoice_id])
    (invoice,) = (await applied.invoices(session, desk.scope, [invoice_id])).values()
    if invoice.held_by is not None:
        raise TransactionHeld(f"Invoice {invoice.invoice_number} is held by {invoice.held_by}.")
    next_lines = await applied.next_lines(session, [invoice_id])
    seq = await posting.take_seqs(session, desk.batch.id, 1)
    entry = back_into_batch(found, action, seq, next_lines.get(invoice_id, 1), desk.name)
    _check(await _read_book(session, desk, {}, entry), entry)
    await rows.write(session, desk.batch.id, [entry])
    return seq


async def change(session: AsyncSession, desk: Desk, seq: int, expected: int, typed: Mapping[str, Any]) -> None:
    """Changes fields of the header; those that follow from them take their defaults again, discounts of lines too.

    Raises NotFound, VersionStale, EntryFaulty, EntryReadOnly, and what edit_batch raises.
    """
    entry = await _to_edit(session, desk, seq, expected)
    book = await _book(session, desk, typed, entry)
    form, of_header = fill_header(book, typed, entry)
    _refuse([Fault(f"/{name}", words) for name, words in form.faults])
    header = header_of(form, of_header, seq, desk.name, entry.header)
    lines = [follow_header(book, entry.header, line, header) for line in entry.lines]
    changed = replace(entry, header=header, lines=lines)
    _require_in_scope(desk.scope, book, changed.header)
    _check(book, changed)
    await rows.replace(session, desk.batch.id, changed)


async def remove(session: AsyncSession, desk: Desk, seq: int, expected: int) -> None:
    """Deletes an entry; one that was brought back is released. Raises NotFound, VersionStale."""
    entry = await _to_edit(session, desk, seq, expected, removing=True)
    await answer_removed(session, desk.batch, [entry], f"it was deleted from {desk.batch.title.rstrip(',')}")
    await rows.remove(session, desk.batch.id, seq)


async def enter_line(session: AsyncSession, desk: Desk, seq: int, expected: int, typed: Mapping[str, Any]) -> int:
    """Adds a line and returns its number; raises what `change` raises."""
    entry = await _to_edit(session, desk, seq, expected)
    book = await _book(session, desk, {}, entry)
    changed = _with_lines(book, entry, [typed], pointer="")
    _check(book, changed)
    await rows.replace(session, desk.batch.id, changed)
    return changed.header.last_line


async def change_line(
    session: AsyncSession, desk: Desk, seq: int, line: int, expected: int, typed: Mapping[str, Any]
) -> None:
    """Changes fields of a line; those that follow from them are calculated again. Raises what `change` raises."""
    entry = await _to_edit(session, desk, seq, expected)
    before = _line_of(entry, line)
    book = await _book(session, desk, {}, entry)
    after, faults = complete_line(book, entry.header, line, typed, before)
    _refuse([Fault(f"/{name}", words) for name, words in faults])
    assert after is not None
    changed = replace(entry, lines=[after if one.line == line else one for one in entry.lines])
    _check(book, changed)
    await rows.replace(session, desk.batch.id, changed)


async def remove_line(session: AsyncSession, desk: Desk, seq: int, line: int, expected: int) -> None:
    """Removes a line; raises what `change` raises."""
    entry = await _to_edit(session, desk, seq, expected)
    _line_of(entry, line)
    book = await _book(session, desk, {}, entry)
    changed = replace(entry, lines=[one for one in entry.lines if one.line != line])
    _check(book, changed)
    await rows.replace(session, desk.batch.id, changed)


async def enter_misc(session: AsyncSession, desk: Desk, seq: int, expected: int, typed: Mapping[str, Any]) -> None:
    """Adds a misc. distribution; without an amount it takes what the others have left of the amount without tax."""
    entry = await _to_edit(session, desk, seq, expected)
    book = await _book(session, desk, {}, entry)
    await rows.replace(session, desk.batch.id, _with_misc(book, entry, typed))


async def change_misc(
    session: AsyncSession, desk: Desk, seq: int, row: int, expected: int, typed: Mapping[str, Any]
) -> None:
    """Changes fields of a misc. distribution; raises what `change` raises."""
    entry = await _to_edit(session, desk, seq, expected)
    before = next((one for one in entry.misc if one.row == row), None)
    if before is None:
        raise NotFound(f"Entry {seq} has no misc. distribution {row}.")
    book = await _book(session, desk, {}, entry)
    after = replace(before, **typed)
    _require_misc_code(book, after.code)
    changed = replace(entry, misc=[after if one.row == row else one for one in entry.misc])
    await rows.replace(session, desk.batch.id, changed)


async def remove_misc(session: AsyncSession, desk: Desk, seq: int, row: int, expected: int) -> None:
    """Removes a misc. distribution; raises what `change` raises."""
    entry = await _to_edit(session, desk, seq, expected)
    left = [one for one in entry.misc if one.row != row]
    if len(left) == len(entry.misc):
        raise NotFound(f"Entry {seq} has no misc. distribution {row}.")
    await rows.replace(session, desk.batch.id, replace(entry, misc=left))


async def warnings_of(session: AsyncSession, desk: Desk, entry: Entry) -> list[Finding]:
    """What is allowed in an entry and yet worth a word: numbers that stand elsewhere, limits, dates."""
    book = await _read_book(session, desk, {}, entry)
    of_header = header_facts(book, {}, entry)
    number = entry.header.invoice_number
    uses = await facts.numbers_in_use(session, book.company.number, [number] if number is not None else [])
    owed = await facts.exposures(session, {entry.header.customer_id}, None)
    return [
        *(
            Finding(entry.seq, None, field, rule, WARNING, words)
            for field, rule, words in header_warnings(of_header, entry.header.typed())
        ),
        *number_warnings(desk.batch.id, entry, Uses(uses)),
        *credit_warnings(book, entry, owed[entry.header.customer_id]),
    ]


@dataclass(frozen=True)
class FormsRead:
    """The form of a header and of one line under it, with what of the typing would be refused, by JSON pointer."""

    header: Mapping[str, Field]
    line: Mapping[str, Field]
    faults: Sequence[Fault]


async def read_forms(
    session: AsyncSession, scope: Scope, ar_company: int, today: date, header: Values, line: Values
) -> FormsRead:
    """What a front end shows before anything is saved: each field's default, whether it is open, and why not."""
    apply_to = header.get("apply_to")
    book = await open_book(
        session,
        scope,
        ar_company,
        today,
        customers={one for one in (header.get("customer"),) if one},
        contracts={one for one in (header.get("contract"),) if one},
        invoices=[] if apply_to is None else [apply_to],
    )
    form, of_header = fill_header(book, header)
    faults = [Fault(f"/header/{name}", words) for name, words in form.faults]
    if form.faults:
        return FormsRead(form.fields, {}, faults)
    of_line = form_of_line(book, header_of(form, of_header, 0, ""), line)
    return FormsRead(form.fields, of_line.fields, [Fault(f"/line/{name}", words) for name, words in of_line.faults])


async def read_forms_of(session: AsyncSession, desk: Desk, seq: int, line: int | None) -> FormsRead:
    """The forms of an entry as it stands, with that of one of its lines, or of a new one."""
    entry = await read_entry(session, desk.batch.id, seq)
    book = await _read_book(session, desk, {}, entry)
    form, _ = fill_header(book, {}, entry)
    of_line = form_of_line(book, entry.header, {}, None if line is None else _line_of(entry, line))
    return FormsRead(form.fields, of_line.fields, ())


async def _book(session: AsyncSession, desk: Desk, typed: Values, entry: Entry | None = None) -> Book:
    """The book to change an entry by: amendments of one invoice take turns, and wait while one of it is held."""
    invoice_id = _invoice_of(typed, entry)
    if invoice_id is not None:
        await applied.hold(session, [invoice_id])
    book = await _read_book(session, desk, typed, entry)
    for invoice in book.invoices.values():
        if invoice.held_by is not None:
            raise TransactionHeld(f"Invoice {invoice.invoice_number} is held by {invoice.held_by}.")
    return book


async def _read_book(session: AsyncSession, desk: Desk, typed: Values, entry: Entry | None) -> Book:
    """The book for what is typed or stands in the entry already."""
    kept = entry.header.typed() if entry else {}
    invoice_id = _invoice_of(typed, entry)
    changed = entry.header.changes_id if entry else None
    return await open_book(
        session,
        desk.scope,
        desk.batch.ar_company,
        desk.today,
        customers={one for one in (typed.get("customer"), kept.get("customer")) if one},
        contracts={one for one in (typed.get("contract"), kept.get("contract")) if one},
        invoices=[] if invoice_id is None else [invoice_id],
        own=(desk.batch.id, entry.seq if entry else 0),
        without=[] if changed is None else [changed],
    )


def _invoice_of(typed: Values, entry: Entry | None) -> int | None:
    """The posted invoice that an entry applies to, or is."""
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
        raise EntryReadOnly(f"Entry {seq} came from rating: post it, or delete it here and mend its orders there.")
    if entry.header.action == DELETE:
        raise EntryReadOnly(f"Entry {seq} deletes a posted transaction: release it, or bring it back to be changed.")
    return entry


def _with_lines(book: Book, entry: Entry, typed: Sequence[Mapping[str, Any]], pointer: str = "/lines/{0}") -> Entry:
    """The entry with further lines, numbered on; raises EntryFaulty for all of them at once."""
    made: list[BatchLine] = []
    faults: list[Fault] = []
    number = entry.header.last_line
    for index, one in enumerate(typed):
        number += 1
        line, wrong = complete_line(book, entry.header, number, one)
        faults += [Fault(f"{pointer.format(index)}/{name}", words) for name, words in wrong]
        if line is not None:
            made.append(line)
    _refuse(faults)
    return replace(entry, header=replace(entry.header, last_line=number), lines=[*entry.lines, *made])


def _with_misc(book: Book, entry: Entry, typed: Mapping[str, Any]) -> Entry:
    code = typed.get("code") or _default_code(book, entry)
    _require_misc_code(book, code)
    amount = typed.get("amount")
    row = MiscRow(
        row=max((one.row for one in entry.misc), default=0) + 1,
        code=code,
        description=typed.get("description") or book.codes.misc_codes[code],
        distributed_on=typed.get("distributed_on") or entry.header.invoice_date,
        amount=next_misc_amount(entry) if amount is None else amount,
    )
    return replace(entry, misc=[*entry.misc, row])


def _default_code(book: Book, entry: Entry) -> str:
    customer = book.customers.get(entry.header.customer)
    code = customer.misc_distribution_code if customer else None
    if code is None:
        raise EntryFaulty("The misc. distribution has no code.", faults=[Fault("/code", "is required")])
    return code


def _require_misc_code(book: Book, code: str) -> None:
    if code not in book.codes.misc_codes:
        fault = Fault("/code", f"there is no misc. distribution code {code}")
        raise EntryFaulty("The misc. distribution cannot be saved.", faults=[fault])


def _check(book: Book, entry: Entry) -> None:
    """Raises EntryFaulty where the entry goes beyond the invoice that it applies to, or is."""
    header = entry.header
    invoice_id = header.changes_id if header.apply_to_id is None else header.apply_to_id
    if invoice_id is None:
        return
    found = faults_in_applied(entry, book.lines.get(invoice_id, {}))
    order = [one.line for one in entry.lines]
    _refuse(
        [
            Fault(f"/lines/{order.index(line)}/{name}" if line in order else f"/{name}", words)
            for line, name, words in found
        ]
    )


def _line_of(entry: Entry, line: int) -> BatchLine:
    found = next((one for one in entry.lines if one.line == line), None)
    if found is None:
        raise NotFound(f"Entry {entry.seq} has no line {line}.")
    return found


def _require_in_scope(scope: Scope, book: Book, header: Header) -> None:
    if not scope.covers(branch=header.branch, customer=header.customer, ar_company=book.company.number):
        raise NotFound(f"Customer {header.customer} lies outside what you may enter.")


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise EntryFaulty("This cannot be saved as it was typed.", faults=faults)
