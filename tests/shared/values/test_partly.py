"""Values that are read as far as they are valid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel

from shared.values.partly import PartlyRead, read_partly


class Line(BaseModel):
    item: str
    units: int = 1


class Sheet(BaseModel):
    name: str
    lines: Sequence[Line] = ()
    tags: Sequence[str] = ("new",)


def test_valid_fields_are_read_beside_invalid_ones_and_lines_keep_their_places() -> None:
    sheet, faulty, _ = read_partly(
        Sheet, {"lines": [5, {"item": "Copies", "units": "many"}, {}], "tags": None, "more": 1}
    )
    assert [tuple(vars(line).values()) for line in sheet.lines] == [(None, 1), ("Copies", 1), (None, 1)]
    assert vars(sheet)["name"] is None
    assert sheet.tags == ("new",)
    assert faulty == {"name", "lines"}


def test_a_place_is_valid_if_nothing_in_it_or_around_it_is_invalid() -> None:
    read = PartlyRead(None, {"/lines/1/rate", "/tags", "/lines/10"})
    places = (
        "/lines",
        "/lines/0",
        "/lines/1",
        "/lines/1/item",
        "/lines/1/rate",
        "/lines/10/rate",
        "/lines/100",
        "/tags/0",
    )
    assert [place for place in places if read.is_valid(place)] == ["/lines/0", "/lines/1/item", "/lines/100"]


@dataclass(frozen=True)
class Choice:
    codes: Sequence[int] | None = None
    until: date | None = None
    name: str = "all"


class Request(BaseModel):
    choice: Choice = Choice()
    sheet: Sheet | None = None
    choices: list[Choice] = []


def test_a_dataclass_or_a_model_in_a_field_is_read_as_far_as_it_goes() -> None:
    read, faulty, _ = read_partly(
        Request,
        {
            "choice": {"codes": [1], "until": "soon"},
            "sheet": {"lines": [{"item": "Copies", "units": "many"}]},
            "choices": [{"codes": "x", "name": "b"}, 7],
        },
    )
    assert faulty == {"choice", "sheet", "choices"}
    assert read.choice == Choice(codes=[1])
    assert read.sheet is not None
    assert [line.item for line in read.sheet.lines] == ["Copies"]
    assert read.choices == [Choice(name="b"), Choice()]


def test_the_valid_items_of_a_list_are_kept_with_their_places() -> None:
    given = {"sheet": {"name": "A", "tags": ["a", 5, "b"]}, "choices": [{}, {"codes": ["x", 3]}]}
    read = read_partly(Request, given)
    assert read.value.sheet is not None
    assert (read.value.sheet.tags, read.value.choices) == (["a", "b"], [Choice(), Choice(codes=[3])])
    places = ("/sheet/tags/0", "/sheet/tags/1", "/choices/1/codes/0", "/choices/1", "/sheet/name")
    assert [read.place_given(place) for place in places] == [
        "/sheet/tags/0",
        "/sheet/tags/2",
        "/choices/1/codes/1",
        "/choices/1",
        "/sheet/name",
    ]
    assert read_partly(Sheet, {"name": "A", "tags": "a"}).value.tags == ("new",)
