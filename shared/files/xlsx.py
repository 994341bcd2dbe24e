"""XLSX, read with limits and written without formulas, in worker processes so that other requests need not wait."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from shared.errors import ImportRefused
from shared.files.cells import Unreadable, text_of
from shared.files.csv import Content
from shared.files.workers import in_worker

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | Decimal | int | date | None
_MOST_PARTS = 1_000
_MOST_UNPACKED_BYTES = 200 * 2**20
_MOST_COLUMNS = 200
_CHUNK_BYTES = 2**20
_MOST_UNREADABLE = 10_000
# About 1,500 cells.
_SMALL_BYTES = 16 * 2**10
_SMALL_UNPACKED_BYTES = 128 * 2**10
_FEW_CELLS = 2_000
_EMPTY_TEXT = "str"
"""The type that a formula keeps whose saved value is a text without characters."""
_BOOK = "xl/workbook.xml"
_STRICT = b"http://purl.oclc.org/ooxml/"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_UNREADABLE = "The file is not a readable .xlsx workbook. Save it again as .xlsx, or as CSV UTF-8."


async def read(content: bytes, most_rows: int) -> Content:
    """The visible sheet of a workbook as CSV, with one line for each row of the sheet, so that line numbers agree.

    Cells are read as they are shown (`shared.files.cells`); those that are uncertain are in `cells` of the answer.
    Raises ImportRefused for a file that is not a workbook, does not say which sheet is meant, has more than `most_rows`
    rows, or unpacks to an excessive size.
    """
    made = await in_worker(partial(_to_csv, content, most_rows), quick=_is_small(content))
    if isinstance(made, str):
        raise ImportRefused(made)
    return made


def _to_csv(content: bytes, most_rows: int) -> Content | str:
    """The sheet as CSV, or a sentence that says why the file is refused; runs in a worker process."""
    wrong = _what_is_wrong(content)
    if wrong is not None:
        return wrong
    try:
        return _read_sheet(content, most_rows)
    except _Refused as refused:
        return str(refused)
    except Exception:
        return _UNREADABLE


def _read_sheet(content: bytes, most_rows: int) -> Content:
    from openpyxl import load_workbook

    shown = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    sheet = _visible_sheet(shown)
    saved = _Saved(content, sheet.title)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    width = 0
    unreadable: dict[tuple[int, int], str] = {}
    # The size stated in the sheet cannot be trusted.
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > most_rows + 1:
            raise _Refused(f"The sheet has more than {most_rows:,} rows. Split it.")
        if len(row) > _MOST_COLUMNS:
            raise _Refused(f"Row {number} of the sheet has more than {_MOST_COLUMNS} columns.")
        cells = []
        for column, cell in enumerate(row):
            try:
                cells.append(_text(cell, saved, number, column))
            except Unreadable as error:
                cells.append("?")
                unreadable[number, column] = f"cell {cell.coordinate} {error}"
        if len(unreadable) > _MOST_UNREADABLE:
            raise _Refused(f"The sheet has more than {_MOST_UNREADABLE:,} cells that cannot be read.")
        while cells and not cells[-1]:
            cells.pop()
        width = width or len(cells)
        # Filled up to the width of the heading, because sheets omit empty cells at the end of a row.
        writer.writerow([*cells, *[""] * (width - len(cells))] if cells else [])
    return Content(out.getvalue().encode(), unreadable)


class _Refused(Exception):
    """Why a workbook is refused."""


class _Saved:
    """The saved values of the formulas of a sheet, which are asked for row by row.

    A book is read either with formulas or with their values, so it is opened again for the first formula.
    """

    def __init__(self, content: bytes, title: str):
        self._content, self._title = content, title
        self._rows: Iterator[tuple[int, Sequence[Any]]] | None = None
        self._number = 0
        self._row: Sequence[Any] = ()

    def cell(self, number: int, column: int) -> Any:
        if self._rows is None:
            self._rows = self._open()
        while self._number < number:
            self._number, self._row = next(self._rows)
        return self._row[column]

    def _open(self) -> Iterator[tuple[int, Sequence[Any]]]:
        from openpyxl import load_workbook

        book = load_workbook(io.BytesIO(self._content), read_only=True, keep_links=False, data_only=True)
        sheet = book[self._title]
        sheet.reset_dimensions()
        return enumerate(sheet.iter_rows(), start=1)


def _visible_sheet(book: Any) -> Any:
    """The only visible sheet, or the one that was open when the book was saved."""
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if len(visible) == 1:
        return visible[0]
    if book.active in visible:
        return book.active
    raise _Refused(
        "The workbook does not say which of its sheets is meant. Save it with the sheet open that is to be imported."
    )


def _text(cell: Any, saved: _Saved, number: int, column: int) -> str:
    """What the cell shows; raises Unreadable."""
    if cell.value is None:
        return ""
    if cell.data_type == "f":
        cell = saved.cell(number, column)
        if cell.value is None and cell.data_type == _EMPTY_TEXT:
            return ""
        if cell.value is None:
            raise Unreadable("is a formula without a saved value; open the file in a spreadsheet program and save it")
    if cell.data_type == "e":
        raise Unreadable(f"shows the error {cell.value}")
    if isinstance(cell.value, str):
        return text_of(cell.value, "")
    return text_of(cell.value, cell.number_format)


def _what_is_wrong(content: bytes) -> str | None:
    """Unpacks every part once and counts the bytes. Stated sizes may be wrong; then the checksum fails as well."""
    if content.startswith(_OLE):
        return "The file is protected by a password, or of the older format .xls. Save it as .xlsx without a password."
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > _MOST_PARTS:
                return f"The workbook has more than {_MOST_PARTS} parts."
            left = _MOST_UNPACKED_BYTES
            for part in parts:
                with packed.open(part) as stream:
                    while chunk := stream.read(_CHUNK_BYTES):
                        left -= len(chunk)
                        if left < 0:
                            return f"The workbook unpacks to more than {_MOST_UNPACKED_BYTES // 2**20} MiB. Split it."
                        if part.filename == _BOOK and _STRICT in chunk:
                            return (
                                "The workbook is a Strict Open XML Spreadsheet, which cannot be read. "
                                "Save it as an Excel Workbook (.xlsx)."
                            )
    except Exception:
        return _UNREADABLE
    return None


def _is_small(content: bytes) -> bool:
    """Whether a workbook is read in a few hundredths of a second, by the sizes that it states."""
    if len(content) > _SMALL_BYTES:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return sum(part.file_size for part in packed.infolist()) <= _SMALL_UNPACKED_BYTES
    except zipfile.BadZipFile:
        return True


async def make(name: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes | None:
    """A workbook with one sheet, where no text becomes a formula; None when the rows do not fit on a sheet."""
    return await in_worker(partial(write, name, columns, rows), quick=len(columns) * len(rows) <= _FEW_CELLS)


def write(name: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes | None:
    """The workbook of `make`."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, {"constant_memory": True, "in_memory": True}) as book:
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for row, cells in enumerate((columns, *rows)):
            for column, value in enumerate(cells):
                if isinstance(value, str):
                    left_out = sheet.write_string(row, column, value)
                elif isinstance(value, date):
                    left_out = sheet.write_datetime(row, column, value, day)
                else:
                    left_out = 0 if value is None else sheet.write_number(row, column, value)
                if left_out:
                    return None
    return out.getvalue()
