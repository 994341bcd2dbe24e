"""Owns tables as files: CSV and XLSX, checked as a whole before anything is loaded, and written for spreadsheets."""

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
from shared.values.text import words_of_fault

RowT = TypeVar("RowT")
CSV_TYPE = "text/csv"
MOST_ROWS = 100_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Numbered(Generic[RowT]):
    """A row and the line of the file it stands on; the heading is line 1."""

    line: int
    row: RowT

    def fault(self, column: str, detail: str) -> Fault:
        return Fault(f"line {self.line}, column {column}", detail)


def read_csv(content: bytes, kind: type[RowT], *, key: Callable[[RowT], Hashable]) -> list[Numbered[RowT]]:
    """The rows of a CSV file with a heading line, each checked against `kind`; empty cells take the default.

    Raises ImportRefused that names every faulty place when anything is wrong anywhere: the encoding (UTF-8),
    a column, a value, or two rows with the same `key`.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ImportRefused(
            "The file is not UTF-8; save it as CSV UTF-8.", faults=[Fault(f"line {line}", "not UTF-8")]
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
                faults.append(Fault(f"line {line}", f"{len(cells)} cells, but the heading has {len(heading)}"))
                continue
            given = {name: _entered(cell) for name, cell in zip(heading, cells, strict=True) if cell.strip()}
            try:
                rows.append(Numbered(line, checked.validate_python(given)))
            except ValidationError as error:
                faults += [_fault(line, one) for one in error.errors()]
            if len(rows) > MOST_ROWS:
                raise ImportRefused(f"The file has more than {MOST_ROWS} rows; split it.")
    except csv.Error as error:
        faults.append(Fault(f"line {reader.line_num}", str(error)))
    faults += _repeated(rows, key)
    if faults:
        refuse_import(faults)
    return rows


def _entered(cell: str) -> str:
    """A cell without the apostrophe that our own exports put before what a spreadsheet would run."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def refuse_import(faults: Sequence[Fault]) -> None:
    """Raises ImportRefused for the faults, if there are any."""
    if faults:
        raise ImportRefused(f"Nothing was loaded: {len(faults)} faults in the file.", faults=faults)


def _check_heading(heading: Sequence[str], kind: type[object]) -> None:
    known, required = field_names(kind), required_names(kind)
    faults = [Fault("line 1", f"unknown column {name or '(empty)'}") for name in heading if name not in known]
    faults += [Fault("line 1", f"column {name} twice") for name in known if heading.count(name) > 1]
    faults += [
        Fault("line 1", f"column {name} is missing") for name in known if name in required and name not in heading
    ]
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
            faults.append(Fault(f"line {numbered.line}", f"{shown} stands on line {first[name]} already"))
        first.setdefault(name, numbered.line)
    return faults


def shown_cell(value: object) -> str | Decimal | int | date | None:
    """A value as a spreadsheet shows it: numbers stay numbers and dates stay dates, everything else is text."""
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
        # A spreadsheet would run text that begins like a formula; imports take the apostrophe off again.
        return f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown
    return "" if shown is None else str(shown)


def write_csv(columns: Sequence[str], rows: Iterable[object]) -> bytes:
    """The rows as CSV, one column for each attribute named in `columns`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(getattr(row, name)) for name in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")
