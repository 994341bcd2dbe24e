"""Light dataclasses are made like others: same fields, defaults and equality."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.values.fields import light


@light
@dataclass(frozen=True, slots=True)
class Point:
    """A point with a default and a list of its own."""

    x: int
    y: int = 2
    names: list[str] = field(default_factory=list)


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Point):
    """A point with a field that must be named."""

    label: str


def test_they_have_the_fields_defaults_and_equality_of_the_dataclass() -> None:
    assert (Point(1), Point(x=1, y=2)) == (Point(1, 2), Point(1))
    assert Point(1).names is not Point(1).names
    assert replace(Named(1, label="a"), y=5) == Named(1, 5, label="a")
    assert repr(Point(1)) == "Point(x=1, y=2, names=[])"
    make: Any = Named
    with pytest.raises(TypeError):
        make(1)


def test_a_class_that_checks_itself_cannot_be_light() -> None:
    @dataclass(frozen=True)
    class Checked:
        x: int

        def __post_init__(self) -> None:
            raise ValueError

    with pytest.raises(AssertionError, match="checks itself"):
        light(Checked)
