"""XLSX files: read like CSV, with limits, and written without formulas."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import BaseModel
from xlsxwriter import Workbook as Writer

from shared.errors import ImportRefused
from shared.files import xlsx
from shared.files.csv import MOST_ROWS, read_csv, write_csv


def first_sheet(book: Workbook) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return sheet


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        first_sheet(book).append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def lines_of(content: bytes) -> list[str]:
    return (await xlsx.read(content, MOST_ROWS)).csv.decode().split("\r\n")


async def test_cells_read_like_those_of_a_csv_file() -> None:
    content = workbook(
        ("code", "rate", "pages", "on", "taxable", "note"),
        ("A", 0.65, 12, date(2026, 11, 2), True, "x, y"),
        ("B", 1e-05, 78205, None, False, "=1+1"),
    )  # fmt: skip
    assert (await lines_of(content))[1] == 'A,0.65,12,2026-11-02,yes,"x, y"'
    assert (await lines_of(content))[2].startswith("B,0.00001,78205,,no,")


async def test_rows_keep_their_numbers_over_blank_rows_and_line_breaks() -> None:
    class Row(BaseModel):
        code: str
        pages: int = 0

    content = workbook(("code", "pages"), ("A", 1), (None, None), ("two\nlines", 2), ("D", "many"))
    with pytest.raises(ImportRefused) as refused:
        (await read_csv(await xlsx.read(content, MOST_ROWS), Row, key=lambda row: row.code)).refuse()
    assert [fault.pointer for fault in refused.value.faults] == ["line 5, column pages"]


def formatted(value: object, number_format: str) -> bytes:
    """A book with one value and its number format, as a spreadsheet program writes it."""
    book = Workbook()
    first_sheet(book).append([value])
    first_sheet(book)["A1"].number_format = number_format
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def replaced(content: bytes, before: bytes, after: bytes) -> bytes:
    """The book with other bytes in its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as file, zipfile.ZipFile(out, "w") as made:
        for part in file.infolist():
            made.writestr(part, file.read(part).replace(before, after))
    return out.getvalue()


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (0.0825, "0.00%", "8.25"),
        (0.0825, "General", "0.0825"),
        (0.07, "0%;[Red]-0%", "7"),
        (0.1 + 0.2, "0.00", "0.3"),
        (0, '_("$"* #,##0.00_)', "0"),
        (1234.5, "[$€-407] #,##0.00", "1234.5"),
        (date(2026, 11, 1), "mmm-yy", "2026-11"),
        (date(2026, 11, 1), "[$-409]mmmm\\ yyyy;@", "2026-11"),
        (date(2026, 11, 1), "yyyy-mm", "2026-11"),
        (date(2026, 11, 1), "yyyy-mm-dd", "2026-11-01"),
        (date(2026, 11, 2), "m/d/yy", "2026-11-02"),
        (1234, "00000", "01234"),
        (782050012, "00000-0000", "78205-0012"),
        (42, '"W-"0000', "W-0042"),
        (5125551234, "(000) 000-0000", "(512) 555-1234"),
        (12.5, "00", "12.5"),
    ],
)
async def test_a_cell_is_read_as_it_is_shown(value: object, number_format: str, shown: str) -> None:
    assert await lines_of(formatted(value, number_format)) == [shown, ""]


@pytest.mark.parametrize(
    ("value", "number_format", "words"),
    [
        ("=1+1", "General", "cell A1 is a formula without a saved value"),
        (date(2026, 11, 3), "d-mmm", "cell A1 is a date of which only a part is shown"),
        (date(2026, 11, 3), "mmm-yy", "cell A1 is a date of which only a part is shown"),
        (time(1, 30), "h:mm", "cell A1 is a time"),
        (12_500, "#,##0,", "cell A1 is shown in thousands"),
        ("#N/A", "General", "cell A1 shows the error #N/A"),
    ],
)
async def test_a_cell_that_is_uncertain_is_named(value: object, number_format: str, words: str) -> None:
    found = (await xlsx.read(formatted(value, number_format), MOST_ROWS)).cells
    assert list(found) == [(1, 0)]
    assert found[1, 0].startswith(words)


async def test_an_uncertain_cell_is_reported_in_its_column_beside_other_faults() -> None:
    class Row(BaseModel):
        code: str
        pages: int = 0
        lines: int = 0

    content = workbook(("code", "pages", "lines"), ("A", "=1+1", "many"), ("B", 1, 2))
    table = await read_csv(await xlsx.read(content, MOST_ROWS), Row)
    with pytest.raises(ImportRefused) as refused:
        table.refuse()
    first, second = refused.value.faults
    assert (first.pointer, first.detail[:15]) == ("line 2, column pages", "cell B2 is a fo")
    assert second.pointer == "line 2, column lines"


async def test_a_formula_is_read_as_its_saved_value() -> None:
    out = io.BytesIO()
    with Writer(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["code", "rate", "note"])
        sheet.write_string(1, 0, "A")
        sheet.write_formula(1, 1, "=33/400", book.add_format({"num_format": "0.00%"}), 0.0825)
        sheet.write_formula(1, 2, '=IF(A1="","x","")', None, "")
    # Excel and LibreOffice give the type of an empty text, XlsxWriter does not.
    content = replaced(out.getvalue(), b'<c r="C2">', b'<c r="C2" t="str">')
    assert await lines_of(content) == ["code,rate,note", "A,8.25,", ""]


async def test_the_visible_sheet_is_read() -> None:
    book = Workbook()
    first_sheet(book).append(["hidden"])
    book.create_sheet("Rates").append(["rates"])
    first_sheet(book).sheet_state = "hidden"
    assert await lines_of(saved(book)) == ["rates", ""]
    book.create_sheet("Notes").append(["notes"])
    # Openpyxl itself never leaves a hidden sheet open.
    in_doubt = replaced(saved(book), b'activeTab="1"', b'activeTab="0"')
    with pytest.raises(ImportRefused, match="which of its sheets is meant"):
        await xlsx.read(in_doubt, MOST_ROWS)
    book.active = 2
    assert await lines_of(saved(book)) == ["notes", ""]


async def test_a_strict_workbook_is_refused_as_such() -> None:
    before = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    after = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    with pytest.raises(ImportRefused, match="Strict Open XML"):
        await xlsx.read(replaced(workbook(("code",)), before, after), MOST_ROWS)


async def test_a_workbook_with_a_password_is_refused_as_such() -> None:
    with pytest.raises(ImportRefused, match="protected by a password"):
        await xlsx.read(bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 100, MOST_ROWS)


def packed(name: str, content: bytes, declared: int | None = None) -> bytes:
    """A ZIP file with one part; `declared` is a false size."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    made = out.getvalue()
    return (
        made if declared is None else made.replace(len(content).to_bytes(4, "little"), declared.to_bytes(4, "little"))
    )


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: b"code,name\nA,B", "not a readable .xlsx workbook"),
        (lambda: packed("xl/workbook.xml", b"<x/>"), "not a readable .xlsx workbook"),
        (lambda: packed("xl/worksheets/sheet1.xml", bytes(201 * 2**20)), "unpacks to more than 200 MiB"),
        (lambda: packed("xl/worksheets/sheet1.xml", bytes(2**20), declared=1000), "not a readable .xlsx workbook"),
    ],
    ids=["csv", "empty", "bomb", "bomb that lies"],
)
async def test_a_file_that_is_not_a_workbook_is_refused(make: Callable[[], bytes], words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        await xlsx.read(make(), MOST_ROWS)


async def test_more_rows_or_columns_than_allowed_are_refused() -> None:
    with pytest.raises(ImportRefused, match="more than 3 rows"):
        await xlsx.read(workbook(("code",), *(("A",) for _ in range(4))), 3)
    with pytest.raises(ImportRefused, match="more than 200 columns"):
        await xlsx.read(workbook(tuple(range(300))), 3)


async def test_one_cell_at_the_far_end_of_a_sheet_costs_nothing() -> None:
    book = Workbook()
    first_sheet(book)["A1"] = "code"
    first_sheet(book)["XFD1048576"] = "far"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(ImportRefused):
        await xlsx.read(out.getvalue(), MOST_ROWS)


async def test_entities_are_not_expanded() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(("code",), ("A",)))) as file, zipfile.ZipFile(out, "w") as made:
        for part in file.infolist():
            content = file.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
                content = content.replace(b"<worksheet", bomb + b"<worksheet", 1)
            made.writestr(part, content)
    with pytest.raises(ImportRefused, match=r"not a readable \.xlsx workbook"):
        await xlsx.read(out.getvalue(), MOST_ROWS)


def test_written_text_never_becomes_a_formula() -> None:
    content = xlsx.write("t", ["note", "amount", "on"], [["=1+1", Decimal("12.50"), date(2026, 11, 2)]])
    assert content is not None
    cells = next(first_sheet(load_workbook(io.BytesIO(content))).iter_rows(min_row=2))
    assert [(cell.data_type, cell.value) for cell in cells[:2]] == [("s", "=1+1"), ("n", 12.5)]
    assert isinstance(cells[2], Cell)
    assert cells[2].is_date


def test_text_too_long_for_a_cell_is_not_silently_dropped() -> None:
    assert xlsx.write("t", ["zips"], [["x" * 32_768]]) is None


async def test_an_import_removes_the_apostrophe_that_an_export_added() -> None:
    class Row(BaseModel):
        note: str

    exported = write_csv(["note"], [Row(note="=1+1"), Row(note="plain"), Row(note="'quoted'")])
    assert b"'=1+1" in exported
    assert [numbered.row.note for numbered in (await read_csv(exported, Row, key=lambda row: row.note)).rows] == [
        "=1+1",
        "plain",
        "'quoted'",
    ]
