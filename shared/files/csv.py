"""Tables as files: read and checked as a whole before anything is imported, and written as CSV for spreadsheets."""

import asyncio
import csv
import io
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, partial
from operator import attrgetter
from typing import Any, Generic, TypeVar

import anyio.to_process
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from shared.errors import Fault, ImportRefused
from shared.files.faults import Faults
from shared.values.fields import field_names, required_names
from shared.values.numbers import counted
from shared.values.partly import read_partly
from shared.values.text import shown_key, words_of_fault

RowT = TypeVar("RowT")
OtherT = TypeVar("OtherT")
CSV_TYPE = "text/csv"
MOST_ROWS = 100_000
MOST_COLUMNS = 200
# Smaller files are checked at once: passing them to a worker process would take longer.
_QUICK_BYTES = 16 * 1024
_READ_IN_ONE_GO = 100
ROWS_IN_ONE_GO = 2_000
"""The rows of a file that are checked or stored before other requests have their turn."""
MOST_INVALID = 1_000
"""The invalid rows whose names are looked up; reading what is valid of a row costs ten times as much as checking it."""
_WHOLE_ROW = "(row)"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Content:
    """A file as CSV. `cells` are the cells of a workbook that cannot be read, by line and column from 0."""

    csv: bytes
    cells: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Numbered(Generic[RowT]):
    """A row with its line in the file; the heading is line 1.

    `faulty` are the columns that are invalid: their values are defaults, or None, and have been reported.
    """

    line: int
    row: RowT
    faulty: frozenset[str] = frozenset()

    def fault(self, column: str, detail: str) -> Fault:
        value = str(getattr(self.row, column, None) or "")
        kind = f"column {column}: {detail.replace(value, '…') if value else detail}"
        return Fault(f"line {self.line}, column {column}", detail, kind)


@dataclass(frozen=True)
class TableFile(Generic[RowT]):
    """A file that was read: its valid rows, its faults so far, and the columns in its heading.

    `invalid` are the first of the other rows, as far as they can be read, so that unknown names are found beside other
    faults. `lost` says that there are rows in neither.
    """

    rows: Sequence[Numbered[RowT]]
    columns: frozenset[str]
    invalid: Sequence[Numbered[RowT]] = ()
    faults: Faults = field(default_factory=Faults)
    lost: bool = False

    @cached_property
    def all_rows(self) -> Sequence[Numbered[RowT]]:
        """All rows, for checks that invalid values do not disturb."""
        return [*self.rows, *self.invalid]

    @property
    def in_order(self) -> Sequence[Numbered[RowT]]:
        """All rows in the order of the file."""
        return sorted(self.all_rows, key=attrgetter("line"))

    def mapped(self, to: Callable[[RowT], OtherT]) -> "TableFile[OtherT]":
        """The file with other rows that are made from these."""
        rows, invalid = (
            [Numbered(numbered.line, to(numbered.row), numbered.faulty) for numbered in some]
            for some in (self.rows, self.invalid)
        )
        return TableFile(rows, self.columns, invalid, self.faults, self.lost)

    def refuse(self, found: Iterable[tuple[Numbered[RowT], str, str]] = (), others: Iterable[Fault] = ()) -> None:
        """Raises ImportRefused if the file has any faults, these included: row, column and sentence of each."""
        self.faults.extend(row.fault(column, detail) for row, column, detail in found if column not in row.faulty)
        self.faults.extend(others)
        self.faults.refuse()


@dataclass(frozen=True)
class _Refused:
    """Why a file is refused before any row is checked, as a worker process answers it."""

    detail: str
    faults: tuple[Fault, ...] = ()


async def read_csv(
    content: bytes | Content, kind: type[RowT], *, key: Callable[[RowT], Hashable] | None = None
) -> TableFile[RowT]:
    """The rows of a CSV file with a heading line, each checked against `kind`; an empty cell takes the default.

    Raises ImportRefused for a file that is no table: its encoding (UTF-8), its size. Other faults are collected, so
    that the caller adds its own before it refuses the file: a column, a value, or two rows with the same `key`.
    A worker process checks the file, and is ended when the caller leaves; so `kind` and `key` must be importable by
    name. Others wait for none of it: the rows are read here a few at a time.
    """
    content = content if isinstance(content, Content) else Content(content)
    check = partial(_find_faults, content, kind, key)
    quick = len(content.csv) <= _QUICK_BYTES
    faults = check() if quick else await anyio.to_process.run_sync(check, cancellable=True)
    if isinstance(faults, _Refused):
        raise ImportRefused(faults.detail, faults=faults.faults)
    text = content.csv.decode("utf-8-sig")
    reader = Reader(kind, content.cells)
    rows: list[Numbered[RowT]] = []
    invalid: list[Numbered[RowT]] = []
    for number, numbered in enumerate(reader.rows_of(text)):
        (invalid if numbered.faulty else rows).append(numbered)
        if number % _READ_IN_ONE_GO == 0:
            await asyncio.sleep(0)
    return TableFile(rows, frozenset(reader.heading), invalid, faults, reader.lost)


def _find_faults(content: Content, kind: type[RowT], key: Callable[[RowT], Hashable] | None) -> Faults | _Refused:
    """What is wrong with a file; a worker process runs it for all but small files."""
    try:
        text = content.csv.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.csv.count(b"\n", 0, error.start) + 1
        return _Refused(
            "The file is not in UTF-8. Save it as CSV UTF-8.", faults=(Fault(f"line {line}", "is not in UTF-8"),)
        )
    try:
        refused = _find_other_separator(text, kind) or _find_size_fault(text)
    except csv.Error as error:
        return _Refused("The file cannot be read as CSV.", faults=(Fault("file", str(error)),))
    if refused is not None:
        return refused
    faults = Faults()
    first: dict[Hashable, int] = {}
    for numbered in Reader(kind, content.cells, faults).rows_of(text):
        name = None if key is None else _key_of(numbered, key)
        if name is None:
            continue
        if name in first:
            detail = f"repeats {shown_key(name)} of line {first[name]}"
            faults.add(Fault(f"line {numbered.line}", detail, "repeats another line"))
        first.setdefault(name, numbered.line)
    return faults


def _key_of(numbered: Numbered[RowT], key: Callable[[RowT], Hashable]) -> Hashable | None:
    """The key of a row, or None if an invalid value may be part of it."""
    try:
        name = key(numbered.row)
    except (AttributeError, TypeError):
        if not numbered.faulty:
            raise
        return None
    parts = name if isinstance(name, tuple) else (name,)
    unknown = numbered.faulty and (isinstance(name, BaseModel) or any(part is None for part in parts))
    return None if unknown else name


def _find_other_separator(text: str, kind: type[Any]) -> _Refused | None:
    """Whether the columns are separated as spreadsheet programs do it where the comma is the decimal sign."""
    heading = text.partition("\n")[0]
    for separator, words in ((";", "semicolons"), ("\t", "tabs")):
        names = {name.strip().strip('"') for name in heading.split(separator)}
        if len(names.intersection(field_names(kind))) > 1:
            return _Refused(
                f"The columns of the file are separated by {words}. Save it with commas, as CSV UTF-8, or as .xlsx.",
                faults=(Fault("line 1", f"is separated by {words}"),),
            )
    return None


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


class Reader(Generic[RowT]):
    """Reads the rows of a file as `kind`, and adds what is wrong with them to `faults`, if given."""

    def __init__(self, kind: type[RowT], cells: Mapping[tuple[int, int], str], faults: Faults | None = None):
        self.heading: list[str] = []
        self._kind = kind
        self._cells = cells
        self._faults = faults
        self._checked = TypeAdapter(kind)
        self._known = frozenset(field_names(kind))
        self._invalid_rows = 0
        self.lost = False
        """Whether there are rows that were not read."""

    def rows_of(self, text: str) -> Iterator[Numbered[RowT]]:
        """The rows that are valid, and the others as far as they can be read.

        A column that is unknown or repeated is reported once and left out; without a known column no row is read.
        """
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        self.heading = [name.strip() for name in next(reader, [])]
        lacking = self._check_heading()
        try:
            for cells in reader:
                if any(map(str.strip, cells)) and self._known.intersection(self.heading):
                    numbered = self._row(reader.line_num, cells, lacking)
                    if numbered is None:
                        self.lost = True
                    else:
                        yield numbered
        except csv.Error as error:
            self.lost = True
            self._report(Fault(f"line {reader.line_num}", str(error)))

    def _report(self, *faults: Fault) -> None:
        if self._faults is not None:
            self._faults.extend(faults)

    def _check_heading(self) -> frozenset[str]:
        """Reports unknown and repeated columns; returns the required ones that are missing."""
        unknown = [name for name in self.heading if name not in self._known]
        repeated = [name for name in self._known if self.heading.count(name) > 1]
        lacking = required_names(self._kind) - set(self.heading)
        ordered = [name for name in field_names(self._kind) if name in lacking]
        self._report(*(Fault("line 1", f"has the unknown column {name or '(empty)'}") for name in unknown))
        self._report(*(Fault("line 1", f"has column {name} more than once") for name in sorted(repeated)))
        self._report(*(Fault("line 1", f"lacks column {name}") for name in ordered))
        return frozenset(lacking)

    def _row(self, line: int, cells: Sequence[str], lacking: frozenset[str]) -> Numbered[RowT] | None:
        if len(cells) != len(self.heading):
            detail = f"has {counted(len(cells), 'cell')}; the heading has {len(self.heading)}"
            self._report(Fault(f"line {line}", detail, "has another number of cells than the heading"))
            return None
        unreadable = self._unreadable(line) if self._cells else frozenset()
        given = {
            name: _entered(cell)
            for name, cell in zip(self.heading, cells, strict=True)
            if cell.strip() and name in self._known and name not in unreadable
        }
        try:
            row = self._checked.validate_python(given)
        except ValidationError as error:
            self._invalid_rows += 1
            few = self._invalid_rows <= MOST_INVALID and issubclass(self._kind, BaseModel)
            if self._faults is None and not few:
                return None
            found = error.errors(include_url=False, include_input=False)
            for details in found:
                if not details["loc"] or details["loc"][0] not in unreadable | lacking:
                    self._report(_fault(line, details))
            faulty = {str(details["loc"][0]) if details["loc"] else _WHOLE_ROW for details in found}
            return self._invalid(line, given, frozenset(faulty) | unreadable | lacking) if few else None
        return Numbered(line, row, unreadable)

    def _unreadable(self, line: int) -> frozenset[str]:
        """The columns of a line whose cells in the workbook cannot be read, which are reported here."""
        found = {}
        for index, name in enumerate(self.heading):
            if (detail := self._cells.get((line, index))) is not None:
                found[name] = Fault(f"line {line}, column {name}", detail, f"column {name}: {detail.split(' ', 2)[2]}")
        self._report(*found.values())
        return frozenset(found)

    def _invalid(self, line: int, given: Mapping[str, str], faulty: frozenset[str]) -> Numbered[RowT]:
        """A row with some invalid values, which become the default or None."""
        assert issubclass(self._kind, BaseModel)
        read = read_partly(self._kind, {name: cell for name, cell in given.items() if name not in faulty})
        return Numbered(line, read.value, faulty | read.faulty)


def _entered(cell: str) -> str:
    """The cell without the apostrophe that exports put in front of text that a spreadsheet would run as a formula."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def _fault(line: int, error: ErrorDetails) -> Fault:
    column = error["loc"][0] if error["loc"] else _WHOLE_ROW
    kind = error["type"]
    detail = "is empty" if kind == "missing" else words_of_fault(kind, error["msg"], error.get("ctx", {}))
    return Fault(f"line {line}, column {column}", detail, f"column {column}: {detail}")


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


def write_csv(columns: Sequence[str], rows: Iterable[object], *, heading: bool = True) -> bytes:
    """Returns the rows as CSV, with one column for each attribute in `columns`.

    Without `heading` they are the continuation of such a file.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    if heading:
        writer.writerow(columns)
    writer.writerows([_cell(getattr(row, name)) for name in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig" if heading else "utf-8")
