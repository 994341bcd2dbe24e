"""Tables as files: read and checked as a whole before anything is imported, and written as CSV for spreadsheets."""

import csv
import io
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from shared.errors import Fault, ImportRefused
from shared.values.fields import field_names, required_names
from shared.values.numbers import counted
from shared.values.text import words_of_fault

RowT = TypeVar("RowT")
CSV_TYPE = "text/csv"
MOST_ROWS = 100_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Numbered(Generic[RowT]):
    """A row with its line in the file; the heading is line 1."""

    line: int
    row: RowT

    def fault(self, column: str, detail: str) -> Fault:
        return Fault(f"line {self.line}, column {column}", detail)


def read_csv(content: bytes, kind: type[RowT], *, key: Callable[[RowT], Hashable]) -> list[Numbered[RowT]]:
    """The rows of a CSV file with a heading line, each checked against `kind`; an empty cell takes the default.

    Raises ImportRefused with every fault in the file: its encoding (UTF-8), a column, a value, or two rows with the
    same `key`.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ImportRefused(
            "The file is not in UTF-8. Save it as CSV UTF-8.", faults=[Fault(f"line {line}", "is not in UTF-8")]
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    faults: list[Fault] = []
    rows: list[Numbered[RowT]] = []
    checked = TypeAdapter(kind)
    try:
        heading = [name.strip() for name in next(reader, [])]
        _check_heading(heading, kind)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            line = reader.line_num
            if len(cells) != len(heading):
                faults.append(
                    Fault(f"line {line}", f"has {counted(len(cells), 'cell')}; the heading has {len(heading)}")
                )
                continue
            given = {name: _entered(cell) for name, cell in zip(heading, cells, strict=True) if cell.strip()}
            try:
                rows.append(Numbered(line, checked.validate_python(given)))
            except ValidationError as error:
                faults += [_fault(line, details) for details in error.errors()]
            if len(rows) > MOST_ROWS:
                raise ImportRefused(f"The file has more than {MOST_ROWS:,} rows. Split it.")
    except csv.Error as error:
        faults.append(Fault(f"line {reader.line_num}", str(error)))
    faults += _repeated(rows, key)
    if faults:
        refuse_import(faults)
    return rows


def _entered(cell: str) -> str:
    """The cell without the apostrophe that exports put in front of text that a spreadsheet would run as a formula."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def refuse_import(faults: Sequence[Fault]) -> None:
    """Raises ImportRefused if there are any faults."""
    if faults:
        raise ImportRefused(f"Nothing was imported: the file has {counted(len(faults), 'error')}.", faults=faults)


def _check_heading(heading: Sequence[str], kind: type[object]) -> None:
    known, required = field_names(kind), required_names(kind)
    faults = [Fault("line 1", f"has the unknown column {name or '(empty)'}") for name in heading if name not in known]
    faults += [Fault("line 1", f"has column {name} more than once") for name in known if heading.count(name) > 1]
    faults += [Fault("line 1", f"lacks column {name}") for name in known if name in required and name not in heading]
    refuse_import(faults)


def _fault(line: int, error: ErrorDetails) -> Fault:
    column = error["loc"][0] if error["loc"] else "(row)"
    kind = error["type"]
    detail = "is empty" if kind == "missing" else words_of_fault(kind, error["msg"], error.get("ctx", {}))
    return Fault(f"line {line}, column {column}", detail)


def _repeated(rows: Sequence[Numbered[RowT]], key: Callable[[RowT], Hashable]) -> list[Fault]:
    first: dict[Hashable, int] = {}
    faults = []
    for numbered in rows:
        name = key(numbered.row)
        if name in first:
            shown = " / ".join(map(str, name)) if isinstance(name, tuple) else str(name)
            faults.append(Fault(f"line {numbered.line}", f"repeats {shown} of line {first[name]}"))
        first.setdefault(name, numbered.line)
    return faults


def shown_cell(value: object) -> str | Decimal | int | date | None:
    """A value as a spreadsheet shows it: numbers and dates stay what they are, everything else becomes text."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat()
        case None | Decimal() | int() | date():
            return value
        case tuple() | list():
            return "; ".join(map(str, value))
        case _:
            return str(value)


def _cell(value: object) -> str:
    shown = shown_cell(value)
    if isinstance(shown, str):
        # A spreadsheet would run text that begins like a formula; imports remove the apostrophe again.
        return f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown
    return "" if shown is None else str(shown)


def write_csv(columns: Sequence[str], rows: Iterable[object]) -> bytes:
    """Returns the rows as CSV, with one column for each attribute in `columns`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(getattr(row, name)) for name in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")
