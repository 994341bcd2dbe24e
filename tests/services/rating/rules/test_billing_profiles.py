"""Which billing profiles can be saved. Every error names its field."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from services.rating.records.billing_profiles import Key, LineEntry
from services.rating.records.notation import Step, ZoneRate
from services.rating.rules.billing_profiles import find_faults_in_line, find_faults_in_lines, find_unknown_in_key

KNOWN = {
    "billing_item": {"Mileage", "Delivery", "Rush", "Late"},
    "bill_type": {"RUSH"},
    "zone": {"A", "B"},
    "quantity": {"COPIES"},
    "branch": {"SAT"},
    "customer_type": {"LAW"},
    "priority": {"RUSH"},
    "job_type": {"CITATION"},
    "region": {"BEXAR"},
}


def entry(**facts: Any) -> LineEntry:
    given = {
        "billing_item": "Mileage",
        "method": "per_unit",
        "rate": Decimal(1),
        "quantity_source": "miles",
        **facts,
    }
    return LineEntry.model_construct(**given)


def steps(*parts: tuple[str | None, str | None]) -> tuple[Step, ...]:
    """Steps from pairs of begin and up_to, each with amount 1."""
    numbers = [tuple(None if number is None else Decimal(number) for number in part) for part in parts]
    return tuple(Step(up_to, Decimal(1), Decimal(0), begin) for begin, up_to in numbers)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([(None, "49"), (None, "99"), (None, None)], None),
        ([("0", "49"), ("50", "99"), ("100", None)], None),
        ([("1", "49"), ("50", None)], None),
        ([("0", "5"), ("5", "10"), ("10", None)], None),
        ([("0", "1.99"), ("2", None)], None),
        ([("0", "49"), ("60", None)], "no step covers the quantities between 49 and 60"),
        ([("0", "1.5"), ("2.5", None)], "no step covers the quantities between 1.5 and 2.5"),
        ([("0", "49"), ("40", None)], "step 2 begins at 40, but the previous step ends at 49"),
        ([("50", "99"), ("100", None)], "no step covers less than 50"),
        ([("0", "49"), ("50", "99")], "no step covers more than 99"),
        ([("0", None), ("50", None)], "step 1 has no end"),
        ([(None, "99"), (None, "49"), (None, None)], "step 2 ends at 49, but it must end after 99"),
        ([(None, "0"), (None, None)], "step 1 ends at 0"),
    ],
)
def test_bands_must_cover_every_quantity_exactly_once(
    parts: list[tuple[str | None, str | None]], words: str | None
) -> None:
    faults = find_faults_in_line(entry(method="banded", rate=None, quantity_source="pages", steps=steps(*parts)), KNOWN)
    assert [name for name, _ in faults] == ([] if words is None else ["steps"])
    assert words is None or words in faults[0][1]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"rate": None}, "rate"),
        ({"rate": Decimal("-0.01")}, "rate"),
        ({"minimum": Decimal(-1)}, "minimum"),
        ({"minimum": Decimal(5), "maximum": Decimal(4)}, "maximum"),
        ({"unit_size": Decimal(0)}, "unit_size"),
        ({"times_source": "leagues"}, "times_source"),
        ({"quantity_source": "one"}, "quantity_source"),
        ({"steps": steps((None, None))}, "steps"),
        ({"zones": (ZoneRate("A", "B", Decimal(1)),)}, "zones"),
        ({"base": ("Delivery",)}, "base"),
        ({"method": "tiered", "rate": None}, "steps"),
        ({"method": "tiered", "steps": steps((None, None))}, "rate"),
        ({"method": "zone", "rate": None}, "zones"),
        ({"method": "zone", "rate": None, "zones": (ZoneRate("A", "C", Decimal(1)),)}, "zones"),
        ({"method": "zone", "rate": None, "zones": (ZoneRate("A", "B", Decimal(-1)),)}, "zones"),
        ({"method": "zone", "rate": None, "zones": (ZoneRate("A", "B", Decimal(1)),) * 2}, "zones"),
        ({"method": "percent_of", "quantity_source": "one"}, "base"),
        ({"method": "percent_of", "base": ("Delivery",)}, "method"),
    ],
)
def test_an_error_in_a_line_names_its_field(facts: dict[str, Any], field: str) -> None:
    assert field in [name for name, _ in find_faults_in_line(entry(**facts), KNOWN)]


def share(item: str, *base: str) -> LineEntry:
    return entry(billing_item=item, method="percent_of", quantity_source="one", base=base)


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        ([entry(), share("Rush", "Mileage")], []),
        ([entry(), share("Rush", "fee_advances", "charges")], []),
        ([entry(), share("Rush", "Mileage"), share("Late", "Rush", "Mileage")], []),
        ([entry(), share("Mileage", "#1")], []),
        ([share("Rush", "Rush")], [0]),
        ([entry(), share("Mileage", "Mileage")], [1]),
        ([share("Rush", "Late"), share("Late", "Rush")], [0, 1]),
        ([entry(), share("Rush", "Late"), share("Late", "#2")], [1, 2]),
        ([entry(), share("Rush", "Delivery")], [1]),
        ([entry(), share("Rush", "#7")], [1]),
        ([entry(), share("Rush", "#x")], [1]),
    ],
)
def test_no_line_is_a_percentage_of_itself(lines: list[LineEntry], faults: list[int]) -> None:
    found = find_faults_in_lines(lines, KNOWN)
    assert [index for index, _, _ in found] == faults
    assert {field for _, field, _ in found} <= {"base"}


def test_a_line_that_depends_on_itself_is_reported_with_the_path() -> None:
    lines = [entry(), share("Rush", "Late"), share("Late", "Rush")]
    assert find_faults_in_lines(lines, KNOWN)[0] == (1, "base", "the line depends on itself (lines 2 → 3 → 2)")


def test_any_is_allowed_in_every_key_value_but_the_branch() -> None:
    assert find_unknown_in_key(Key("SAT", "ANY", "ANY", "ANY", "ANY"), KNOWN) == []
    assert [field for field, _ in find_unknown_in_key(Key("ANY", "LAW", "SOON", "ANY", "BEXAR"), KNOWN)] == [
        "branch",
        "priority",
    ]


@pytest.mark.parametrize(
    ("method", "cell", "read"),
    [
        ("tiered", "1 = 50; 2 = 10; more = 5", [("1", "0", "50"), ("2", "0", "10"), (None, "0", "5")]),
        ("banded", "49=0;99=10;more=25", [("49", "0", "0"), ("99", "10", "0"), (None, "25", "0")]),
        (
            "banded",
            "0-49 = 0; 50-99 = 10; 100+ = 3 + 0.5 each",
            [("49", "0", "0"), ("99", "10", "0"), (None, "3", "0.5")],
        ),
        ("tiered", "5 = 10 flat; more = 1", [("5", "10", "0"), (None, "0", "1")]),
    ],
)
def test_steps_are_read_from_one_cell(method: str, cell: str, read: list[tuple[str | None, str, str]]) -> None:
    body = LineEntry.model_validate({"billing_item": "x", "method": method, "steps": cell})
    expected = [(None if end is None else Decimal(end), Decimal(fixed), Decimal(each)) for end, fixed, each in read]
    assert [(step.up_to, step.amount, step.rate) for step in body.steps] == expected
    again = LineEntry.model_validate({"billing_item": "x", "method": method, "steps": "; ".join(map(str, body.steps))})
    assert [*again.steps] == [Step(*part) for part in expected]


def test_bands_with_only_a_beginning_end_just_below_the_next_one() -> None:
    bands = [{"from": "0", "amount": "0"}, {"from": "50", "amount": "10"}, {"from": "100", "amount": "25"}]
    line = LineEntry.model_validate(
        {"billing_item": "Mileage", "method": "banded", "quantity_source": "pages", "steps": bands}
    )
    assert [step.up_to for step in line.steps] == [Decimal("49.999"), Decimal("99.999"), None]
    assert find_faults_in_line(line, KNOWN) == []


@pytest.mark.parametrize("cell", ["fifty", "1 = ", "= 5", "1 = -5", "1 = 5 each + 6 each", "1 = 0.123456", "1-x = 5"])
def test_a_cell_that_is_not_a_step_is_refused(cell: str) -> None:
    with pytest.raises(ValidationError):
        LineEntry.model_validate({"billing_item": "x", "method": "tiered", "steps": cell})
