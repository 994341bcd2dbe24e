"""Importing entries from a file: all of them, or none and a fault for each error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.batches import add_to_batch
from services.receivables.actions.book import open_book
from services.receivables.actions.entries import changes
from services.receivables.actions.entries.desk import Desk
from services.receivables.rules.entries.book import (
    Book,
    complete_line,
    faults_in_applied,
    fill_header,
    header_of,
    take_from,
    total_after,
    unknown_in_header,
    unknown_in_line,
)
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.entries.facts import AppliedLine
from services.receivables.rules.entries.header import HEADER
from services.receivables.rules.entries.limits import fault_in_total
from services.receivables.rules.entries.line_facts import BatchLine
from services.receivables.rules.entries.numbers import normalized
from services.receivables.store import applied, posting
from shared.files.changes import Outcome
from shared.files.csv import Numbered, TableFile
from shared.values.money import ZERO


@dataclass(frozen=True)
class ImportedRow:
    """A row of the file: the entry that it belongs to, and the filled-in fields of its header and its line."""

    entry: str | None
    header: Mapping[str, Any]
    line: Mapping[str, Any]


Group = list[Numbered[ImportedRow]]
RowFault = tuple[Numbered[ImportedRow], str, str]
"""A row, a column and what is wrong with it."""
_HEADER_NAMES = frozenset({*HEADER})
_SHOWN = (
    *("type", "customer", "contract", "invoice_number", "receivable_type", "description", "purchase_order"),
    *("invoice_date", "pay_terms", "due_on", "discount_on", "disposition", "reason"),
)
"""What a check shows of an entry."""


async def import_entries(session: AsyncSession, desk: Desk, file: TableFile[ImportedRow]) -> Outcome:
    """Adds the entries of a file to the batch.

    Raises ImportRefused with a fault for each error, and the errors of `add_to_batch`.
    """
    await add_to_batch(session, desk.batch)
    by_entry: dict[str, Group] = {}
    for row in file.in_order:
        if row.row.entry is not None:
            by_entry.setdefault(row.row.entry, []).append(row)
    groups = list(by_entry.values())
    faults = [fault for group in groups for fault in _faults_in_group(group)]
    invoices, unknown = await _find_invoices(session, desk, groups)
    first = 0 if file.invalid else await posting.take_seqs(session, desk.batch.id, len(groups))
    book = await _book(session, desk, groups, set(invoices.values()))
    entries, others = _fill(desk, book, groups, invoices, first)
    file.refuse([*faults, *unknown, *others])
    await changes.write(session, desk.batch.id, entries, "imported")
    outcome = Outcome()
    for group, entry in zip(groups, entries, strict=True):
        outcome.create(group[0].line, group[0].row.entry, entry.header, _SHOWN)
    return outcome


def _faults_in_group(group: Group) -> list[RowFault]:
    """A fault for each header field whose value in a later row differs from the first row."""
    head = group[0].row.header
    return [
        (row, name, f"must be empty or the same as on line {group[0].line}, which has {head.get(name, 'no value')}")
        for row in group[1:]
        for name, value in row.row.header.items()
        if not _same(name, value, head.get(name)) and name not in group[0].faulty
    ]


def _same(name: str, value: object, other: object) -> bool:
    """Whether two rows have the same value in a field of the header; customers and numbers may be spelled differently."""
    if name in {"customer", "apply_to", "invoice_number"} and isinstance(value, str) and isinstance(other, str):
        return normalized(value) == normalized(other)
    return value == other


async def _find_invoices(
    session: AsyncSession, desk: Desk, groups: Sequence[Group]
) -> tuple[dict[int, int], list[RowFault]]:
    """The ids of the invoices that the groups apply to, by the position of the group, and the faults."""
    named = {
        index: (group[0].row.header.get("customer"), group[0].row.header["apply_to"])
        for index, group in enumerate(groups)
        if group[0].row.header.get("apply_to") is not None
    }
    if not named:
        return {}, []
    known = await applied.find_numbers(
        session, desk.scope, desk.batch.ar_company, sorted({number for _, number in named.values()})
    )
    found: dict[int, int] = {}
    faults: list[RowFault] = []
    for index, (customer, number) in named.items():
        matches = [
            invoice.id
            for invoice in known
            if normalized(invoice.number) == normalized(number)
            and (customer is None or normalized(customer) == normalized(invoice.customer))
        ]
        if len(matches) == 1:
            found[index] = matches[0]
            continue
        detail = f"there is no posted invoice {number}"
        if matches:
            detail = f"{len(matches)} posted invoices have the number {number}; fill in the customer"
        faults.append((groups[index][0], "apply_to", detail))
    return found, faults


async def _book(session: AsyncSession, desk: Desk, groups: Sequence[Group], invoice_ids: set[int]) -> Book:
    heads = [group[0].row.header for group in groups]
    await applied.hold(session, invoice_ids)
    return await open_book(
        session,
        desk.scope,
        desk.batch.ar_company,
        desk.today,
        customers={head["customer"] for head in heads if head.get("customer") is not None},
        contracts={head["contract"] for head in heads if head.get("contract") is not None},
        invoices=invoice_ids,
    )


def _fill(
    desk: Desk, book: Book, groups: Sequence[Group], invoices: Mapping[int, int], first: int
) -> tuple[list[Entry], list[RowFault]]:
    """The entries of the groups that are valid, and the faults of the others."""
    entries: list[Entry] = []
    faults: list[RowFault] = []
    # Updated after each entry, so that several entries for the same invoice cannot exceed it together.
    lines: dict[int, Mapping[int, AppliedLine]] = dict(book.lines)
    totals = dict(book.totals)
    for index, group in enumerate(groups):
        head = dict(group[0].row.header)
        invoice_id = invoices.get(index)
        if (invoice_id is None and "apply_to" in head) or group[0].faulty & _HEADER_NAMES:
            faults += _unknown_names(book, group)
            continue
        if invoice_id is not None:
            head["apply_to"] = invoice_id
        entry, entry_faults = _entry(desk, book, group, head, first + index)
        faults += entry_faults
        if entry is None:
            continue
        if invoice_id is not None:
            total = totals.get(invoice_id, ZERO)
            faults += _faults_in_applied(book, group, entry, lines.get(invoice_id, {}), total)
            lines[invoice_id] = take_from(lines.get(invoice_id, {}), entry)
            totals[invoice_id] = total_after(entry, total)
        entries.append(entry)
    return entries, faults


def _unknown_names(book: Book, group: Group) -> list[RowFault]:
    """The names that do not exist in an entry whose header is invalid, so that its lines cannot be completed."""
    return [
        *((group[0], *fault) for fault in unknown_in_header(book, group[0].row.header)),
        *_unknown_in_lines(book, group),
    ]


def _unknown_in_lines(book: Book, group: Group) -> list[RowFault]:
    return [(row, *fault) for row in group for fault in unknown_in_line(book, row.row.line)]


def _entry(
    desk: Desk, book: Book, group: Group, head: Mapping[str, Any], seq: int
) -> tuple[Entry | None, list[RowFault]]:
    form, facts = fill_header(book, head)
    if form.faults:
        return None, [*((group[0], *fault) for fault in form.faults), *_unknown_in_lines(book, group)]
    header = header_of(form, facts, seq, desk.name)
    if not desk.scope.covers(branch=header.branch, customer=header.customer, ar_company=book.company.number):
        return None, [(group[0], "customer", "is outside the customers that you may enter entries for")]
    lines: list[BatchLine] = []
    faults: list[RowFault] = []
    for number, row in enumerate(group, start=1):
        if row.faulty:
            faults += _unknown_in_lines(book, [row])
            continue
        line, line_faults = complete_line(book, header, number, row.row.line)
        faults += [(row, "line_description" if name == "description" else name, detail) for name, detail in line_faults]
        if line is not None:
            lines.append(line)
    if len(lines) < len(group):
        return None, faults
    entry = Entry(replace(header, last_line=len(lines)), lines)
    too_large = fault_in_total(header, entry.amount)
    return (entry, []) if too_large is None else (None, [(group[0], "entry", too_large)])


def _faults_in_applied(
    book: Book, group: Group, entry: Entry, lines: Mapping[int, AppliedLine], total: Decimal
) -> list[RowFault]:
    held = book.invoices[entry.header.apply_to_id or 0].held_by
    if held is not None:
        return [(group[0], "apply_to", f"a transaction of this invoice is in {held}; post or remove it first")]
    return [(group[line - 1], name, detail) for line, name, detail in faults_in_applied(entry, lines, total)]
