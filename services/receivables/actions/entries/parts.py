"""The lines and miscellaneous distributions of an entry, as a clerk enters them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.receivables.actions.entries.checks import no_misc_code, refuse
from services.receivables.errors import EntryFaulty
from services.receivables.rules.entries.book import Book, complete_line
from services.receivables.rules.entries.entries import Entry, MiscRow, next_misc_amount
from services.receivables.rules.entries.line_facts import BatchLine
from shared.errors import Fault


def with_lines(
    book: Book,
    entry: Entry,
    typed: Sequence[Mapping[str, Any]],
    pointer: str = "/lines/{0}",
    also: Sequence[Fault] = (),
) -> Entry:
    """The entry with more lines, numbered after the last one.

    Raises EntryFaulty with the faults of all of them, and those of the rest of the entry in `also`.
    """
    numbers = range(entry.header.last_line + 1, entry.header.last_line + 1 + len(typed))
    added = _lines(book, entry, list(zip(numbers, typed, strict=True)), pointer, also)
    last = entry.header.last_line + len(typed)
    return replace(entry, header=replace(entry.header, last_line=last), lines=[*entry.lines, *added])


def with_lines_replaced(
    book: Book, entry: Entry, typed: Sequence[Mapping[str, Any]], also: Sequence[Fault] = ()
) -> Entry:
    """The entry with these lines instead of its own. A line that is `kept_lines` keeps its number, others get new ones.

    Raises EntryFaulty like `with_lines`.
    """
    known = {line.line: line for line in entry.lines}
    last, numbered = entry.header.last_line, []
    for fields in typed:
        number = fields.get("line")
        if number is None:
            last = number = last + 1
        numbered.append((number, {name: value for name, value in fields.items() if name != "line"}))
    lines = _lines(book, entry, numbered, "/lines/{0}", also)
    # A line that was brought back keeps its place on the invoice.
    lines = [
        replace(line, invoice_line=known[line.line].invoice_line) if line.line in known else line for line in lines
    ]
    return replace(entry, header=replace(entry.header, last_line=last), lines=lines)


def kept_lines(entry: Entry, typed: Sequence[Mapping[str, Any]]) -> list[BatchLine]:
    """The lines of the entry that the input names by their number; raises EntryFaulty for unknown and repeated ones."""
    numbers = [(index, fields["line"]) for index, fields in enumerate(typed) if fields.get("line") is not None]
    known = {line.line for line in entry.lines}
    first = {number: index for index, number in reversed(numbers)}
    faults = [
        Fault(f"/lines/{index}/line", f"entry {entry.seq} has no line {number}")
        for index, number in numbers
        if number not in known
    ]
    faults += [
        Fault(f"/lines/{index}/line", f"line {number} is given more than once")
        for index, number in numbers
        if index > first[number]
    ]
    refuse(faults)
    return [line for line in entry.lines if line.line in first]


def _lines(
    book: Book,
    entry: Entry,
    numbered: Sequence[tuple[int, Mapping[str, Any]]],
    pointer: str,
    also: Sequence[Fault],
) -> list[BatchLine]:
    lines: list[BatchLine] = []
    faults: list[Fault] = []
    for index, (number, fields) in enumerate(numbered):
        line, line_faults = complete_line(book, entry.header, number, fields)
        faults += [Fault(f"{pointer.format(index)}/{name}", detail) for name, detail in line_faults]
        if line is not None:
            lines.append(line)
    refuse([*faults, *also])
    return lines


def with_misc(book: Book, entry: Entry, typed: Mapping[str, Any], pointer: str = "") -> Entry:
    """The entry with another miscellaneous distribution; raises EntryFaulty without an active code."""
    code = typed.get("code") or _default_code(book, entry, pointer)
    require_misc_code(book, code, pointer)
    amount = typed.get("amount")
    row = MiscRow(
        row=max((known.row for known in entry.misc), default=0) + 1,
        code=code,
        description=typed.get("description") or book.codes.misc_codes[code],
        distributed_on=typed.get("distributed_on") or entry.header.invoice_date,
        amount=next_misc_amount(entry) if amount is None else amount,
    )
    return replace(entry, misc=[*entry.misc, row])


def with_misc_rows(book: Book, entry: Entry, typed: Sequence[Mapping[str, Any]]) -> Entry:
    """The entry with more miscellaneous distributions. Raises EntryFaulty."""
    for index, row in enumerate(typed):
        entry = with_misc(book, entry, row, f"/misc_distributions/{index}")
    return entry


def _default_code(book: Book, entry: Entry, pointer: str) -> str:
    customer = book.customers.get(entry.header.customer)
    code = customer.misc_distribution_code if customer else None
    if code is None:
        detail = "is required, because the customer has no default code"
        raise EntryFaulty("The miscellaneous distribution has no code.", faults=[Fault(f"{pointer}/code", detail)])
    return code


def require_misc_code(book: Book, code: str, pointer: str = "") -> None:
    """Raises EntryFaulty if there is no active code like this."""
    if code not in book.codes.misc_codes:
        fault = Fault(f"{pointer}/code", no_misc_code(code))
        raise EntryFaulty("The miscellaneous distribution cannot be saved; see `errors`.", faults=[fault])
