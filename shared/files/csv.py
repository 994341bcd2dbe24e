"""Tables as files: read and checked as a whole before anything is imported, and written as CSV for spreadsheets."""

import asyncio
import csv
import io
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from shared.errors import Fault, ImportRefused
from shared.files.faults import Faults
from shared.values.fields import field_names, required_names
from shared.values.numbers import counted, plain
from shared.values.partly import read_partly
from shared.values.text import shown_key, words_of_fault

RowT = TypeVar("RowT")
OtherT = TypeVar("OtherT")
CSV_TYPE = "text/csv"
MOST_ROWS = 100_000
MOST_COLUMNS = 200
_TURN_SECONDS = 0.005
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


async def read_csv(
    content: bytes | Content, kind: type[RowT], *, key: Callable[[RowT], Hashable] | None = None
) -> TableFile[RowT]:
    """The rows of a CSV file with a heading line, each checked against `kind`; an empty cell takes the default.

    Raises ImportRefused for a file that is no table: its encoding (UTF-8), its size. Other faults are collected, so
    that the caller adds its own before it refuses the file: a column, a value, or two rows with the same `key`.
    Others have their turns while it is read, and the reading ends when the caller leaves.
    """
    content = content if isinstance(content, Content) else Content(content)
    text = _decode(content.csv)
    _refuse_other_separator(text, kind)
    await _refuse_size(text)
    faults = Faults()
    reader = Reader(kind, content.cells, faults)
    rows: list[Numbered[RowT]] = []
    invalid: list[Numbered[RowT]] = []
    first: dict[Hashable, int] = {}
    clock = asyncio.get_running_loop().time
    turn_ends_at = clock() + _TURN_SECONDS
    for numbered in reader.rows_of(text):
        if clock() > turn_ends_at:
            await asyncio.sleep(0)
            turn_ends_at = clock() + _TURN_SECONDS
        if numbered is None:
            continue
        (invalid if numbered.faulty else rows).append(numbered)
        name = None if key is None else _key_of(numbered, key)
        if name is None:
            continue
        if name in first:
            detail = f"repeats {shown_key(name)} of line {first[name]}"
            faults.add(Fault(f"line {numbered.line}", detail, "repeats another line"))
        first.setdefault(name, numbered.line)
    return TableFile(rows, frozenset(reader.heading), invalid, faults, reader.lost)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ImportRefused(
            "The file is not in UTF-8. Save it as CSV UTF-8.", faults=[Fault(f"line {line}", "is not in UTF-8")]
        ) from error


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


def _refuse_other_separator(text: str, kind: type[Any]) -> None:
    """Refuses a file whose columns are separated as spreadsheet programs do it where the comma is the decimal sign."""
    heading = text.partition("\n")[0]
    for separator, words in ((";", "semicolons"), ("\t", "tabs")):
        names = {name.strip().strip('"') for name in heading.split(separator)}
        if len(names.intersection(field_names(kind))) > 1:
            raise ImportRefused(
                f"The columns of the file are separated by {words}. Save it with commas, as CSV UTF-8, or as .xlsx.",
                faults=[Fault("line 1", f"is separated by {words}")],
            )


async def _refuse_size(text: str) -> None:
    """Refuses a file with too many columns or rows, or without rows: counted before anything is checked."""
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = len(next(lines, ()))
    except csv.Error as error:
        raise ImportRefused("The file cannot be read as CSV.", faults=[Fault("file", str(error))]) from error
    if columns > MOST_COLUMNS:
        raise ImportRefused(f"The file has {columns:,} columns; {MOST_COLUMNS} are allowed.")
    filled = 0
    try:
        # Lines without a value count as well: they are work, too.
        for number, cells in enumerate(lines, start=1):
            if number > MOST_ROWS:
                raise ImportRefused(f"The file has more than {MOST_ROWS:,} rows. Split it.")
            filled += any(map(str.strip, cells))
            if number % ROWS_IN_ONE_GO == 0:
                await asyncio.sleep(0)
    except csv.Error:
        # Reported with its line, beside what is wrong before it.
        return
    if not filled:
        raise ImportRefused("The file has no rows under its heading.")


class Reader(Generic[RowT]):
    """Reads the rows of a file as `kind`, and adds what is wrong with them to `faults`."""

    def __init__(self, kind: type[RowT], cells: Mapping[tuple[int, int], str], faults: Faults):
        self.heading: list[str] = []
        self._kind = kind
        self._cells = cells
        self._faults = faults
        self._checked = TypeAdapter(kind)
        self._known = frozenset(field_names(kind))
        self._invalid_rows = 0
        self.lost = False
        """Whether there are rows that were not read."""

    def rows_of(self, text: str) -> Iterator[Numbered[RowT] | None]:
        """The rows that are valid, and the others as far as they can be read, or None for those that are left out.

        A column that is unknown or repeated is reported once and left out; without a known column no row is read.
        """
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        self.heading = [name.strip() for name in next(reader, [])]
        lacking = self._check_heading()
        try:
            for cells in reader:
                filled = any(map(str.strip, cells)) and self._known.intersection(self.heading)
                numbered = self._row(reader.line_num, cells, lacking) if filled else None
                self.lost |= bool(filled) and numbered is None
                yield numbered
        except csv.Error as error:
            self.lost = True
            self._faults.add(Fault(f"line {reader.line_num}", str(error)))

    def _check_heading(self) -> frozenset[str]:
        """Reports unknown and repeated columns; returns the required ones that are missing."""
        unknown = [name for name in self.heading if name not in self._known]
        repeated = [name for name in self._known if self.heading.count(name) > 1]
        lacking = required_names(self._kind) - set(self.heading)
        ordered = [name for name in field_names(self._kind) if name in lacking]
        self._faults.extend(Fault("line 1", f"has the unknown column {name or '(empty)'}") for name in unknown)
        self._faults.extend(Fault("line 1", f"has column {name} more than once") for name in sorted(repeated))
        self._faults.extend(Fault("line 1", f"lacks column {name}") for name in ordered)
        return frozenset(lacking)

    def _row(self, line: int, cells: Sequence[str], lacking: frozenset[str]) -> Numbered[RowT] | None:
        if len(cells) != len(self.heading):
            detail = f"has {counted(len(cells), 'cell')}; the heading has {len(self.heading)}"
            self._faults.add(Fault(f"line {line}", detail, "has another number of cells than the heading"))
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
            found = error.errors(include_url=False, include_input=False)
            for details in found:
                if not details["loc"] or details["loc"][0] not in unreadable | lacking:
                    self._faults.add(_fault(line, details))
            faulty = {str(details["loc"][0]) if details["loc"] else _WHOLE_ROW for details in found}
            return self._invalid(line, given, frozenset(faulty) | unreadable | lacking) if few else None
        return Numbered(line, row, unreadable)

    def _unreadable(self, line: int) -> frozenset[str]:
        """The columns of a line whose cells in the workbook cannot be read, which are reported here."""
        found = {}
        for index, name in enumerate(self.heading):
            if (detail := self._cells.get((line, index))) is not None:
                found[name] = Fault(f"line {line}, column {name}", detail, f"column {name}: {detail.split(' ', 2)[2]}")
        self._faults.extend(found.values())
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
    """A value as a spreadsheet shows it: numbers and dates stay what they are, everything else becomes text.

    Several values are separated by semicolons; named ones are like `COPIES = 3; WORDS = 1200`.
    """
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat()
        case None | Decimal() | int() | date():
            return value
        case tuple() | list():
            return "; ".join(map(str, value))
        case dict():
            return "; ".join(f"{name} = {_plainly(part)}" for name, part in value.items())
        case _:
            return str(value)


def _plainly(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


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
