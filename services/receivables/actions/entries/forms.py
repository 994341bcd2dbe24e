"""The forms of entries: which fields are open, their defaults, and why others are closed. Nothing is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.book import open_book
from services.receivables.actions.entries.desk import Desk, line_of_entry, read_book, read_entry, warnings_of
from services.receivables.rules.batches import Finding
from services.receivables.rules.entries.book import Book, fill_header, form_of_line, header_of
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.entries.fields import Field, Form, Values
from shared.access.grants import Scope
from shared.errors import Fault


@dataclass(frozen=True)
class FormsRead:
    """The form of a header and of one of its lines. `faults` are the values that would be refused, by JSON pointer."""

    header: Mapping[str, Field]
    line: Mapping[str, Field]
    faults: Sequence[Fault]


@dataclass(frozen=True)
class EntryForms:
    """The forms of a header and of several of its lines, the values that would be refused, and what looks wrong."""

    header: Mapping[str, Field]
    lines: Sequence[Mapping[str, Field]]
    faults: Sequence[Fault]
    warnings: Sequence[Finding]


async def preview_forms(
    session: AsyncSession, scope: Scope, ar_company: int, today: date, header: Values, line: Values
) -> FormsRead:
    """The forms that a front end shows before anything is saved; raises NotFound."""
    apply_to = header.get("apply_to")
    book = await open_book(
        session,
        scope,
        ar_company,
        today,
        customers={number for number in (header.get("customer"),) if number},
        contracts={number for number in (header.get("contract"),) if number},
        invoices=[] if apply_to is None else [apply_to],
    )
    form, of_header = fill_header(book, header)
    faults = [Fault(f"/header/{name}", detail) for name, detail in form.faults]
    # A line depends on a complete header, so its form has to wait until the header has no faults.
    if form.faults:
        return FormsRead(form.fields, {}, faults)
    of_line = form_of_line(book, header_of(form, of_header, 0, ""), line)
    return FormsRead(form.fields, of_line.fields, [Fault(f"/line/{name}", detail) for name, detail in of_line.faults])


async def read_entry_forms(session: AsyncSession, desk: Desk, seq: int, line: int | None) -> FormsRead:
    """The forms of an existing entry and of one of its lines, or of a new line; raises NotFound."""
    entry = await read_entry(session, desk.batch.id, seq)
    book = await read_book(session, desk, {}, entry)
    form, _ = fill_header(book, {}, entry)
    of_line = form_of_line(book, entry.header, {}, None if line is None else line_of_entry(entry, line))
    return FormsRead(form.fields, of_line.fields, ())


@dataclass(frozen=True)
class FormsDraft:
    """An entry as it is entered: its header, the lines whose forms are wanted, and whether it has lines at all.

    `seq` is the saved entry that is changed, `keeps_lines` whether lines stay that it was saved with.
    """

    seq: int | None
    header: Values
    lines: Sequence[Values]
    has_lines: bool
    keeps_lines: bool


async def preview_entry(session: AsyncSession, desk: Desk, draft: FormsDraft) -> EntryForms:
    """The forms of an entry while it is entered or changed, as saving it as a whole would judge it; raises NotFound."""
    saved = None if draft.seq is None else await read_entry(session, desk.batch.id, draft.seq)
    book = await read_book(session, desk, draft.header, saved)
    form, entry = _header(book, desk, draft, saved)
    if entry is None:
        return EntryForms(form.fields, [], [Fault(f"/header/{name}", detail) for name, detail in form.faults], [])
    found = [form_of_line(book, entry.header, line) for line in draft.lines]
    faults = [Fault(f"/lines/{at}/{name}", detail) for at, one in enumerate(found) for name, detail in one.faults]
    return EntryForms(form.fields, [one.fields for one in found], faults, await warnings_of(session, desk, entry))


def _header(book: Book, desk: Desk, draft: FormsDraft, saved: Entry | None) -> tuple[Form, Entry | None]:
    """The form of the header, and the entry that it makes if nothing about it is wrong.

    Lines that are only entered fix the header as those that are saved do.
    """
    left = None if saved is None else replace(saved, lines=saved.lines if draft.keeps_lines else ())
    fixed = left if left is not None and (left.lines or left.header.brought_back) else None
    form, facts = fill_header(book, draft.header, fixed, whole=True)
    if form.faults:
        return form, None
    header = header_of(form, facts, draft.seq or 0, desk.name, None if saved is None else saved.header)
    if fixed is None and draft.has_lines:
        form, _ = fill_header(book, draft.header, Entry(header), whole=True, has_lines=True)
    return form, Entry(header) if left is None else replace(left, header=header)
