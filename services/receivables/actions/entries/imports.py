"""Entries taken in as a table: all of them, or none and every faulty place named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.batches import add_to_batch
from services.receivables.actions.book import open_book
from services.receivables.actions.entries.desk import Desk
from services.receivables.rules.entries.book import (
    Book,
    complete_line,
    faults_in_applied,
    fill_header,
    header_of,
    take_from,
)
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.entries.facts import AppliedLine
from services.receivables.rules.entries.line_facts import BatchLine
from services.receivables.store import applied, posting
from services.receivables.store.entries import rows as store
from shared.errors import Fault
from shared.files.csv import Numbered, refuse_import


@dataclass(frozen=True)
class ImportedRow:
    """A row of the table: the entry that it belongs to, and the fields typed of its header and of its line."""

    entry: str
    header: Mapping[str, Any]
    line: Mapping[str, Any]


Group = list[Numbered[ImportedRow]]


async def import_entries(session: AsyncSession, desk: Desk, rows: Sequence[Numbered[ImportedRow]]) -> int:
    """Adds the entries of a table to the batch and returns how many; raises ImportRefused that names every faulty row."""
    await add_to_batch(session, desk.batch)
    groups: dict[str, Group] = {}
    for row in rows:
        groups.setdefault(row.row.entry, []).append(row)
    faults = [fault for group in groups.values() for fault in _faults_in_group(group)]
    invoices, unknown = await _find_invoices(session, desk, list(groups.values()))
    refuse_import([*faults, *unknown])
    first = await posting.take_seqs(session, desk.batch.id, len(groups))
    book = await _book(session, desk, list(groups.values()), set(invoices.values()))
    made = _fill(desk, book, list(groups.values()), invoices, first)
    await store.write(session, desk.batch.id, made)
    return len(made)


def _faults_in_group(group: Group) -> list[Fault]:
    """A header field that a later row gives another value than the first."""
    head = group[0].row.header
    return [
        one.fault(name, f"entry {one.row.entry} says {head.get(name, '(nothing)')} on line {group[0].line}")
        for one in group[1:]
        for name, value in one.row.header.items()
        if value != head.get(name)
    ]


async def _find_invoices(
    session: AsyncSession, desk: Desk, groups: Sequence[Group]
) -> tuple[dict[int, int], list[Fault]]:
    """The ids of the invoices that the groups apply to, by the position of the group."""
    wanted = {
        index: (group[0].row.header.get("customer"), group[0].row.header["apply_to"])
        for index, group in enumerate(groups)
        if group[0].row.header.get("apply_to") is not None
    }
    if not wanted:
        return {}, []
    known = await applied.find_numbers(
        session, desk.scope, desk.batch.ar_company, sorted({number for _, number in wanted.values()})
    )
    found: dict[int, int] = {}
    faults: list[Fault] = []
    for index, (customer, number) in wanted.items():
        fitting = [one.id for one in known if one.number == number and customer in {None, one.customer}]
        if len(fitting) == 1:
            found[index] = fitting[0]
        else:
            words = f"{len(fitting)} posted invoices have number {number}: name the customer" if fitting else None
            faults.append(groups[index][0].fault("apply_to", words or f"there is no posted invoice {number}"))
    return found, faults


async def _book(session: AsyncSession, desk: Desk, groups: Sequence[Group], invoice_ids: set[int]) -> Book:
    heads = [group[0].row.header for group in groups]
    await applied.hold(session, invoice_ids)
    return await open_book(
        session,
        desk.scope,
        desk.batch.ar_company,
        desk.today,
        customers={one["customer"] for one in heads if one.get("customer") is not None},
        contracts={one["contract"] for one in heads if one.get("contract") is not None},
        invoices=invoice_ids,
    )


def _fill(desk: Desk, book: Book, groups: Sequence[Group], invoices: Mapping[int, int], first: int) -> list[Entry]:
    """The entries of all groups; raises ImportRefused."""
    made: list[Entry] = []
    faults: list[Fault] = []
    lines: dict[int, Mapping[int, AppliedLine]] = dict(book.lines)
    for index, group in enumerate(groups):
        head = dict(group[0].row.header)
        if index in invoices:
            head["apply_to"] = invoices[index]
        entry, wrong = _entry(desk, book, group, head, first + index)
        faults += wrong
        invoice_id = invoices.get(index)
        if entry is None:
            continue
        if invoice_id is not None:
            faults += _faults_in_applied(book, group, entry, lines.get(invoice_id, {}), invoice_id)
            lines[invoice_id] = take_from(lines.get(invoice_id, {}), entry)
        made.append(entry)
    refuse_import(faults)
    return made


def _entry(desk: Desk, book: Book, group: Group, head: Mapping[str, Any], seq: int) -> tuple[Entry | None, list[Fault]]:
    form, facts = fill_header(book, head)
    if form.faults:
        return None, [group[0].fault(name, words) for name, words in form.faults]
    header = header_of(form, facts, seq, desk.name)
    if not desk.scope.covers(branch=header.branch, customer=header.customer, ar_company=book.company.number):
        return None, [group[0].fault("customer", "lies outside what you may enter")]
    lines: list[BatchLine] = []
    faults: list[Fault] = []
    for number, row in enumerate(group, start=1):
        line, wrong = complete_line(book, header, number, row.row.line)
        faults += [row.fault("line_description" if name == "description" else name, words) for name, words in wrong]
        if line is not None:
            lines.append(line)
    if faults:
        return None, faults
    return Entry(replace(header, last_line=len(lines)), lines), []


def _faults_in_applied(
    book: Book, group: Group, entry: Entry, lines: Mapping[int, AppliedLine], invoice_id: int
) -> list[Fault]:
    held = book.invoices[invoice_id].held_by
    if held is not None:
        return [group[0].fault("apply_to", f"is held by {held}")]
    return [group[line - 1].fault(name, words) for line, name, words in faults_in_applied(entry, lines)]
