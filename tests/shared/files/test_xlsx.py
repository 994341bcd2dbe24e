"""XLSX files: read like CSV, with limits, and written without formulas."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import BaseModel

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
    return (await xlsx.read(content, MOST_ROWS)).decode().split("\r\n")


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


async def test_a_formula_is_read_as_its_saved_value() -> None:
    assert (await lines_of(workbook(("code",), ("=1+1",))))[1] == ""


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
