"""Values that are read as far as they are valid."""

from collections.abc import Sequence

from pydantic import BaseModel

from shared.values.partly import read_partly


class Line(BaseModel):
    item: str
    units: int = 1


class Sheet(BaseModel):
    name: str
    lines: Sequence[Line] = ()
    tags: Sequence[str] = ("new",)


def test_valid_fields_are_read_beside_invalid_ones_and_lines_keep_their_places() -> None:
    sheet, faulty = read_partly(Sheet, {"lines": [5, {"item": "Copies", "units": "many"}, {}], "tags": None, "more": 1})
    assert [tuple(vars(line).values()) for line in sheet.lines] == [(None, 1), ("Copies", 1), (None, 1)]
    assert vars(sheet)["name"] is None
    assert sheet.tags == ("new",)
    assert faulty == {"name", "lines"}
