"""What differs between two values of a record, named as people read it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from shared.audit.changes import changes_between


@dataclass(frozen=True)
class Part:
    line: int
    rate: Decimal


FIRST, SECOND = Part(1, Decimal("2.00")), Part(2, Decimal("5.00"))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"name": "A"}, {"name": "A"}, []),
        ({"name": "A"}, {"name": "B"}, [("name", "A", "B")]),
        ({"rate": Decimal("2.00")}, {"rate": Decimal(2)}, []),
        ({"zips": ["1", "2"]}, {"zips": ("1", "2")}, []),
        ({"zips": ["1"]}, {"zips": ["1", "2"]}, [("zips", ["1"], ["1", "2"])]),
        ({}, {"name": "A"}, [("name", None, "A")]),
        ({"lines": [FIRST]}, {"lines": [Part(1, Decimal("2.5"))]}, [("lines/1/rate", "2.00", "2.5")]),
        ({"lines": [FIRST, SECOND]}, {"lines": [SECOND]}, [("lines/1", {"line": 1, "rate": "2.00"}, None)]),
        ({"lines": [SECOND]}, {"lines": [SECOND, FIRST]}, [("lines/1", None, {"line": 1, "rate": "2.00"})]),
        ({"others": [FIRST]}, {"others": [SECOND]}, [("others/0/line", 1, 2), ("others/0/rate", "2.00", "5.00")]),
        ({"lines": [FIRST, FIRST]}, {"lines": [FIRST]}, [("lines/1", {"line": 1, "rate": "2.00"}, None)]),
    ],
)
def test_changes_are_the_fields_that_differ(before: Any, after: Any, expected: list[tuple[str, Any, Any]]) -> None:
    found = changes_between(
        {**before, "revision": 1}, {**after, "revision": 2}, parts={"lines": ["line"]}, without=["revision"]
    )
    assert [(one.field, one.before, one.after) for one in found] == expected
