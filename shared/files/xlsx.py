"""XLSX, read with limits and written without formulas, in worker processes so that other requests need not wait."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial

import anyio.to_process

from shared.errors import ImportRefused

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | Decimal | int | date | None
_MOST_PARTS = 1_000
_MOST_UNPACKED_BYTES = 200 * 2**20
_MOST_COLUMNS = 200
_CHUNK_BYTES = 2**20
_UNREADABLE = "The file is not a readable .xlsx workbook. Save it again as .xlsx, or as CSV UTF-8."


async def read(content: bytes, most_rows: int) -> bytes:
    """The first sheet of a workbook as CSV, with one line for each row of the sheet, so that line numbers agree.

    Raises ImportRefused for a file that is not a workbook, has more than `most_rows` rows, or unpacks to an excessive
    size.
    """
    made = await anyio.to_process.run_sync(partial(_to_csv, content, most_rows), cancellable=True)
    if isinstance(made, str):
        raise ImportRefused(made)
    return made


def _to_csv(content: bytes, most_rows: int) -> bytes | str:
    """The sheet as CSV, or a sentence that says why the file is refused; runs in a worker process."""
    from openpyxl import load_workbook

    wrong = _what_is_wrong(content)
    if wrong is not None:
        return wrong
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    width = 0
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # The size stated in the sheet cannot be trusted.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > most_rows + 1:
                return f"The first sheet has more than {most_rows:,} rows. Split it."
            if len(row) > _MOST_COLUMNS:
                return f"Row {number} of the first sheet has more than {_MOST_COLUMNS} columns."
            cells = [_text(value) for value in row]
            while cells and not cells[-1]:
                cells.pop()
            width = width or len(cells)
            # Filled up to the width of the heading, because sheets omit empty cells at the end of a row.
            writer.writerow([*cells, *[""] * (width - len(cells))] if cells else [])
    except Exception:
        return _UNREADABLE
    return out.getvalue().encode()


def _what_is_wrong(content: bytes) -> str | None:
    """Unpacks every part once and counts the bytes. Stated sizes may be wrong; then the checksum fails as well."""
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
    except Exception:
        return _UNREADABLE
    return None


def _text(value: object) -> str:
    """The cell as text in a CSV file."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{Decimal(repr(value)).normalize():f}"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date():
            return value.isoformat()
        case _:
            # Each row must stay one line. Vertical tabs are refused later as control characters, like the line breaks.
            return str(value).replace("\r", "\v").replace("\n", "\v")


def write(name: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes | None:
    """A workbook with one sheet, where no text becomes a formula; None when the rows do not fit on a sheet."""
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
