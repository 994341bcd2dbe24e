"""CSV files: limits before work, the first faults by name, and no file that holds up the others."""

import asyncio
import re
from operator import attrgetter
from typing import Self

import pytest
from pydantic import BaseModel, model_validator

from shared.errors import ImportRefused
from shared.files.csv import MOST_ROWS, read_csv
from shared.files.faults import MOST_FAULTS


class Row(BaseModel):
    code: str
    pages: int = 0


async def refusal_of(content: bytes) -> ImportRefused:
    with pytest.raises(ImportRefused) as refused:
        (await read_csv(content, Row, key=attrgetter("code"))).refuse()
    return refused.value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file has no rows under its heading"),
        (b"code,pages\n", "The file has no rows under its heading"),
        (b"code,pages\n" + b",\n" * 50, "The file has no rows under its heading"),
        (b"code," + b"x," * 1_000_000 + b"\n", r"The file has 1,000,002 columns; 200 are allowed"),
        (b"code\n" + b"\n" * (MOST_ROWS + 1), "The file has more than 100,000 rows"),
        (b"code\n" + b"a\n" * (MOST_ROWS + 1), "The file has more than 100,000 rows"),
        (b"code;pages\nA;1\n", "separated by semicolons. Save it with commas, as CSV UTF-8, or as .xlsx"),
        (b'"code"\t"pages"\r\nA\t1\r\n', "is separated by tabs"),
        (b"code\n" + "é".encode("latin-1") * 40_000, "is not in UTF-8"),
    ],
)
async def test_a_file_without_rows_or_with_too_many_is_refused_before_any_is_checked(content: bytes, said: str) -> None:
    refused = await refusal_of(content)
    assert re.search(said, f"{refused.detail} {[fault.detail for fault in refused.faults]}")


async def test_the_first_faults_are_named_and_the_others_counted() -> None:
    for rows in (250, 60_000):
        refused = await refusal_of(b"code,pages\n" + b"".join(b"A%d,x\n" % number for number in range(rows)))
        assert len(refused.faults) == MOST_FAULTS == 200
        assert refused.detail == (
            f"Nothing was imported: the file has {rows:,} errors; the first 200 are listed, and {rows - 200:,} more "
            "are counted by kind in `more`."
        )
        assert refused.members["more"] == [{"kind": "column pages: must be a whole number", "count": rows - 200}]
    refused = await refusal_of(b"code,pages\n" + b"A,1\n" * 10_000)
    assert refused.faults[0].detail == "repeats A of line 2"
    assert "9,999 errors" in refused.detail


async def test_header_and_lines_are_reported_together() -> None:
    refused = await refusal_of(b"code,colour,pages,pages\nA,red,x,y\n,blue,1,1\nB\nA,,,3\nA,,,4\n")
    assert [(fault.pointer, fault.detail) for fault in refused.faults] == [
        ("line 1", "has the unknown column colour"),
        ("line 1", "has column pages more than once"),
        ("line 2, column pages", "must be a whole number"),
        ("line 3, column code", "is empty"),
        ("line 4", "has 1 cell; the heading has 4"),
        ("line 5", "repeats A of line 2"),
        ("line 6", "repeats A of line 2"),
    ]
    lacking = await refusal_of(b"pages\nx\n")
    assert [fault.pointer for fault in lacking.faults] == ["line 1", "line 2, column pages"]


async def test_faults_of_the_first_lines_are_named_by_all_checks() -> None:
    table = await read_csv(b"code,pages\n" + b"A,x\n" * 300, Row, key=None)
    with pytest.raises(ImportRefused) as refused:
        table.refuse((numbered, "code", f"there is no code {numbered.row.code}") for numbered in table.all_rows)
    assert [fault.pointer for fault in refused.value.faults[:2]] == ["line 2, column pages", "line 2, column code"]
    assert refused.value.members["more"] == [
        {"kind": "column pages: must be a whole number", "count": 200},
        {"kind": "column code: there is no code …", "count": 200},
    ]


async def test_a_large_file_is_read_whole_and_in_its_order() -> None:
    content = b"code,pages\n" + b"".join(b"C%d,%d\n" % (number, number) for number in range(20_000))
    rows = (await read_csv(content, Row, key=attrgetter("code"))).rows
    assert [(numbered.line, numbered.row.pages) for numbered in rows[:2]] == [(2, 0), (3, 1)]
    assert len(rows) == 20_000


@pytest.mark.parametrize("row", [b"C%d,%d\n", b"C%d,x%d\n", b" ,%d%d\n", b"C%d%d\n"])
async def test_others_go_first_while_a_large_file_is_read(row: bytes) -> None:
    """A turn of the loop in between is late by much less than the file takes, whatever its rows are."""
    content = b"code,pages\n" + b"".join(row % (number, number) for number in range(40_000))
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    others = asyncio.create_task(turn())
    await read_csv(content, Row, key=attrgetter("code"))
    others.cancel()
    assert turns > 25


async def test_reading_ends_when_the_caller_leaves() -> None:
    checked = 0

    class Counting(Row):
        @model_validator(mode="after")
        def count(self) -> Self:
            nonlocal checked
            checked += 1
            return self

    reading = asyncio.create_task(read_csv(b"code\n" + b"A\n" * 100_000, Counting))
    while not checked:
        await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert checked < 100_000
