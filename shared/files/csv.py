"""Tables as files: read and checked as a whole before anything is imported, and written as CSV for spreadsheets."""

import asyncio
import csv
import io
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Generic, TypeVar

import anyio.to_process
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from shared.errors import Fault, ImportRefused
from shared.values.fields import field_names, required_names
from shared.values.numbers import counted
from shared.values.text import shown_key, words_of_fault

RowT = TypeVar("RowT")
CSV_TYPE = "text/csv"
MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_FAULTS = 200
# Smaller files are checked at once: passing them to a worker process would take longer.
_QUICK_BYTES = 16 * 1024
_READ_IN_ONE_GO = 500
ROWS_IN_ONE_GO = 2_000
"""The rows of a file that are checked or stored before other requests have their turn."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Numbered(Generic[RowT]):
    """A row with its line in the file; the heading is line 1."""

    line: int
    row: RowT

    def fault(self, column: str, detail: str) -> Fault:
        return Fault(f"line {self.line}, column {column}", detail)


@dataclass(frozen=True)
class TableFile(Generic[RowT]):
    """A file that was read: its rows, and the columns in its heading, because others leave known records alone."""

    rows: Sequence[Numbered[RowT]]
    columns: frozenset[str]


@dataclass(frozen=True)
class _Refused:
    """Why a file is refused, as a worker process answers it: all faults are counted, the first ones are named."""

    detail: str
    faults: tuple[Fault, ...] = ()


async def read_csv(
    content: bytes, kind: type[RowT], *, key: Callable[[RowT], Hashable] | None = None
) -> TableFile[RowT]:
    """The rows of a CSV file with a heading line, each checked against `kind`; an empty cell takes the default.

    Raises ImportRefused with the faults in the file: its encoding (UTF-8), its size, a column, a value, or two rows
    with the same `key`. A worker process checks the file, and is ended when the caller leaves; so `kind` and `key` must
    be importable by name. Others wait for none of it: the rows of a file without faults are read here a few at a time.
    """
    check = partial(_find_refusal, content, kind, key)
    quick = len(content) <= _QUICK_BYTES
    refused = check() if quick else await anyio.to_process.run_sync(check, cancellable=True)
    if refused is not None:
        raise ImportRefused(refused.detail, faults=refused.faults)
    rows: list[Numbered[RowT]] = []
    text = content.decode("utf-8-sig")
    for numbered in rows_of(text, kind):
        rows.append(numbered)
        if len(rows) % _READ_IN_ONE_GO == 0:
            await asyncio.sleep(0)
    return TableFile(rows, frozenset(_heading(csv.reader(io.StringIO(text, newline=""), strict=True))))


def _find_refusal(content: bytes, kind: type[RowT], key: Callable[[RowT], Hashable] | None) -> _Refused | None:
    """What is wrong with a file, or None; a worker process runs it for all but small files."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _Refused(
            "The file is not in UTF-8. Save it as CSV UTF-8.", faults=(Fault(f"line {line}", "is not in UTF-8"),)
        )
    try:
        found = _find_size_fault(text) or _find_faults(text, kind, key)
    except csv.Error as error:
        return _Refused("The file cannot be read as CSV.", faults=(Fault("file", str(error)),))
    except ImportRefused as error:
        return _Refused(error.detail, tuple(error.faults))
    return found


def _find_size_fault(text: str) -> _Refused | None:
    """Whether the file has too many columns or rows, or no rows: counted before anything is checked."""
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = len(next(lines, ()))
    if columns > MOST_COLUMNS:
        return _Refused(f"The file has {columns:,} columns; {MOST_COLUMNS} are allowed.")
    filled = 0
    try:
        # Lines without a value count as well: they are work, too.
        for number, cells in enumerate(lines, start=1):
            if number > MOST_ROWS:
                return _Refused(f"The file has more than {MOST_ROWS:,} rows. Split it.")
            filled += any(map(str.strip, cells))
    except csv.Error:
        # Reported with its line, beside what is wrong before it.
        return None
    return None if filled else _Refused("The file has no rows under its heading.")


def _find_faults(text: str, kind: type[RowT], key: Callable[[RowT], Hashable] | None) -> _Refused | None:
    faults = _Faults()
    first: dict[Hashable, int] = {}
    for numbered in rows_of(text, kind, faults):
        if key is None:
            continue
        name = key(numbered.row)
        if name in first:
            faults.add(Fault(f"line {numbered.line}", f"repeats {shown_key(name)} of line {first[name]}"))
        first.setdefault(name, numbered.line)
    return _Refused(*_refusal(faults.first, faults.count)) if faults.count else None


class _Faults:
    """The faults of a file: the first ones, and how many there are."""

    def __init__(self) -> None:
        self.first: list[Fault] = []
        self.count = 0

    def add(self, fault: Fault) -> None:
        self.count += 1
        if len(self.first) < MOST_FAULTS:
            self.first.append(fault)


def rows_of(text: str, kind: type[RowT], faults: _Faults | None = None) -> Iterator[Numbered[RowT]]:
    """The rows that are valid; others are added to `faults`. Raises ImportRefused for a wrong heading."""
    faults = _Faults() if faults is None else faults
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    heading = _heading(reader)
    _check_heading(heading, kind)
    checked = TypeAdapter(kind)
    try:
        for cells in reader:
            if not any(map(str.strip, cells)):
                continue
            line = reader.line_num
            if len(cells) != len(heading):
                detail = f"has {counted(len(cells), 'cell')}; the heading has {len(heading)}"
                faults.add(Fault(f"line {line}", detail))
                continue
            given = {name: _entered(cell) for name, cell in zip(heading, cells, strict=True) if cell.strip()}
            try:
                yield Numbered(line, checked.validate_python(given))
            except ValidationError as error:
                if len(faults.first) >= MOST_FAULTS:
                    faults.count += error.error_count()
                    continue
                for details in error.errors(include_url=False):
                    faults.add(_fault(line, details))
    except csv.Error as error:
        faults.add(Fault(f"line {reader.line_num}", str(error)))


def _heading(lines: Iterator[list[str]]) -> list[str]:
    return [name.strip() for name in next(lines, [])]


def _entered(cell: str) -> str:
    """The cell without the apostrophe that exports put in front of text that a spreadsheet would run as a formula."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def refuse_import(faults: Sequence[Fault]) -> None:
    """Raises ImportRefused if there are any faults; the first 200 are named, the others counted."""
    if faults:
        detail, named = _refusal(faults, len(faults))
        raise ImportRefused(detail, faults=named)


def _refusal(faults: Sequence[Fault], count: int) -> tuple[str, tuple[Fault, ...]]:
    detail = f"Nothing was imported: the file has {counted(count, 'error')}"
    if count > MOST_FAULTS:
        detail += f"; the first {MOST_FAULTS} are listed, and {count - MOST_FAULTS:,} more are not"
    return f"{detail}.", tuple(faults[:MOST_FAULTS])


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
