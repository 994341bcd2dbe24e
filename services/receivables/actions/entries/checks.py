"""What keeps an entry from being saved, as faults of its fields."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.receivables.errors import EntryFaulty
from services.receivables.rules.entries.book import Book, faults_in_applied, unknown_in_line
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.entries.limits import fault_in_total
from shared.errors import Fault
from shared.values.money import ZERO
from shared.values.numbers import counted


def check(book: Book, entry: Entry, before: Entry | None = None) -> None:
    """Raises EntryFaulty if the entry is too large, or exceeds the invoice that it applies to, changes or deletes.

    An entry that was too large `before` may stay so, as long as it does not grow.
    """
    too_large = fault_in_total(entry.header, entry.amount)
    if too_large is not None and (before is None or abs(entry.amount) > abs(before.amount)):
        refuse([Fault("/lines", too_large)])
    header = entry.header
    invoice_id = header.changes_id if header.apply_to_id is None else header.apply_to_id
    if invoice_id is None:
        return
    found = faults_in_applied(entry, book.lines.get(invoice_id, {}), book.totals.get(invoice_id, ZERO))
    numbers = [line.line for line in entry.lines]
    refuse(
        [
            Fault(f"/lines/{numbers.index(line)}/{name}" if line in numbers else f"/{name}", detail)
            for line, name, detail in found
        ]
    )


def refuse(faults: Sequence[Fault]) -> None:
    """Raises EntryFaulty if there are faults."""
    if faults:
        invalid = counted(len(faults), "field is", "fields are")
        raise EntryFaulty(f"This cannot be saved: {invalid} invalid; see `errors`.", faults=faults)


def unknown_in_lines(book: Book, lines: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """The codes and accounts in lines that do not exist. Without a valid header, nothing else of a line is certain."""
    return [
        Fault(f"/lines/{index}/{name}", detail)
        for index, line in enumerate(lines)
        for name, detail in unknown_in_line(book, line)
    ]


def unknown_misc_codes(book: Book, rows: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """The codes of miscellaneous distributions that do not exist."""
    return [
        Fault(f"/misc_distributions/{index}/code", no_misc_code(row["code"]))
        for index, row in enumerate(rows)
        if row.get("code") is not None and row["code"] not in book.codes.misc_codes
    ]


def no_misc_code(code: str) -> str:
    """What is wrong with an unknown code of a miscellaneous distribution."""
    return f"there is no active miscellaneous distribution code {code}"
