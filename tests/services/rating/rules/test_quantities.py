"""Quantities of a company: how they are derived and explained, and which cannot be defined."""

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rating.errors import AmountTooLarge
from services.rating.records.quantities import Derivation, Quantity
from services.rating.rules.loops import find_loops
from services.rating.rules.pricing import price_order
from services.rating.rules.quantities import (
    MOST_DEFINITIONS,
    MOST_STEPS,
    Definitions,
    ServedPlace,
    find_faults_in_quantities,
    find_unknown_parts,
    quantity_of,
    with_counts,
)
from services.rating.rules.rate_tables import (
    ProfileLine,
    RateChanges,
    RateTable,
    change_rate_table,
    digest_of_rates,
    index_rate_table,
)
from tests.fixtures.pricing import line, profile
from tests.fixtures.rate_tables import order

counts = st.decimals("0", "9999999.999", places=3)


def own(code: str, derived: Derivation | None = None, *parts: str, **facts: Any) -> Quantity:
    return Quantity(code=code, name=code, derived=derived, derived_from=parts, **facts)


def defined(*several: Quantity) -> Definitions:
    return {one.code: one for one in several}


def table(*several: Quantity) -> RateTable:
    return index_rate_table([], [], quantities=defined(*several))


EXTRA = own("EXTRA", "difference", "persons", "STOPS", unit="persons")
STOPS, SERVICES = own("STOPS", "stops"), own("SERVICES", "services")
HELD = own("HELD", "days", "ordered_on", "completed_on", unit="days")
EFFORT = own("EFFORT", "product", "hours", "persons")
FILINGS = own("FILINGS", entered_with="order")
COPIES = own("COPIES", unit="copies")
PAID = own("PAID", "product", "EXTRA", "miles")
EVERY = defined(EXTRA, PAID, STOPS, SERVICES, HELD, EFFORT, FILINGS, COPIES)


def places(*streets: str, outcome: Any = "served") -> list[ServedPlace]:
    return [ServedPlace(1, outcome, street, "San Antonio", "78205") for street in streets]


@given(counts, counts)
def test_a_difference_is_never_below_zero_and_a_product_has_three_decimals(first: Decimal, second: Decimal) -> None:
    made = order(hours=first, persons=second)
    less = own("LESS", "difference", "hours", "persons")
    assert quantity_of("LESS", made, defined(less)) == max(first - second, Decimal(0))
    product = first * second
    if product >= 1_000_000_000:
        with pytest.raises(AmountTooLarge, match="EFFORT comes to"):
            quantity_of("EFFORT", made, EVERY)
    else:
        found = quantity_of("EFFORT", made, EVERY)
        assert found is not None
        assert abs(found - product) <= Decimal("0.0005")
        assert found == found.quantize(Decimal("0.001"))


@pytest.mark.parametrize(
    ("ordered", "completed", "days"),
    [("2026-11-02", "2026-11-02", "0"), ("2026-10-30", "2026-11-02", "3"), ("2026-11-03", "2026-11-02", None)],
)
def test_days_are_counted_from_the_first_day_to_the_second(ordered: str, completed: str, days: str | None) -> None:
    made = order(ordered_on=date.fromisoformat(ordered), completed_on=date.fromisoformat(completed))
    assert quantity_of("HELD", made, EVERY) == (None if days is None else Decimal(days))
    assert quantity_of("HELD", order(completed_on=date(2026, 11, 2)), EVERY) is None


def test_services_and_stops_are_those_that_are_not_cancelled() -> None:
    served = [*places("12 Oak St", "12  OAK st", "9 Elm St"), *places("1 Far St", outcome="cancelled")]
    counted = with_counts(order(quantities={"COPIES": Decimal(4)}), served, EVERY)
    assert quantity_of("SERVICES", counted, EVERY) == 3
    assert quantity_of("STOPS", counted, EVERY) == 2
    assert quantity_of("COPIES", counted, EVERY) == 4
    none_made = with_counts(order(), places("1 Far St", outcome="cancelled"), EVERY)
    assert quantity_of("STOPS", none_made, EVERY) == 0
    # What is left from before the quantity was derived does not count.
    assert quantity_of("STOPS", with_counts(order(quantities={"STOPS": Decimal(9)}), [], EVERY), EVERY) is None


def test_a_derived_quantity_is_not_known_without_all_of_its_parts() -> None:
    counted = with_counts(order(), places("12 Oak St"), EVERY)
    assert quantity_of("EXTRA", counted, EVERY) is None
    assert quantity_of("EXTRA", order(persons="3"), EVERY) is None
    assert quantity_of("EXTRA", with_counts(order(persons="3"), places("12 Oak St"), EVERY), EVERY) == 2


def explained(charged: ProfileLine, **facts: Any) -> str:
    """How a line is explained for an order of two services at one address."""
    made = with_counts(order(**facts), places("12 Oak St", "12 Oak St"), EVERY)
    rated = price_order(made, profile(line(), charged), "BEXAR", "zip", table=table(*EVERY.values()))
    return rated.reasons[1].words


@pytest.mark.parametrize(
    ("source", "facts", "words"),
    [
        ("COPIES", {"quantities": {"COPIES": Decimal(3)}}, "3 COPIES at 2 = 6.00"),
        ("COPIES", {}, "no COPIES in the proof of delivery"),
        ("FILINGS", {}, "no FILINGS on the order"),
        ("EXTRA", {"persons": "3"}, "EXTRA = persons − STOPS = 2: 2 EXTRA at 2 = 4.00"),
        ("EXTRA", {"persons": "1"}, "EXTRA = persons − STOPS = 0"),
        ("EXTRA", {}, "EXTRA = persons − STOPS, but there is no persons in the proof of delivery"),
        (
            "PAID",
            {"miles": "3"},
            (
                "PAID = EXTRA × miles, but EXTRA is not known "
                "(EXTRA = persons − STOPS, but there is no persons in the proof of delivery)"
            ),
        ),
        ("EFFORT", {"hours": "1.5", "persons": "3"}, "EFFORT = hours × persons = 4.5: 4.5 EFFORT at 2 = 9.00"),
        ("SERVICES", {}, "SERVICES = services of the order = 2: 2 SERVICES at 2 = 4.00"),
        ("STOPS", {}, "STOPS = addresses of services = 1: 1 STOPS at 2 = 2.00"),
        ("HELD", {}, "HELD = days from ordered_on to completed_on, but the order has no ordered_on"),
        (
            "HELD",
            {"ordered_on": date(2026, 11, 3), "completed_on": date(2026, 11, 2)},
            "HELD = days from ordered_on to completed_on, but completed_on is before ordered_on",
        ),
        (
            "HELD",
            {"ordered_on": date(2026, 10, 30), "completed_on": date(2026, 11, 2)},
            "HELD = days from ordered_on to completed_on = 3: 3 HELD at 2 = 6.00",
        ),
    ],
)
def test_the_explanation_says_how_a_quantity_came_about(source: str, facts: dict[str, Any], words: str) -> None:
    charged = line(method="per_unit", quantity_source=source, rate=Decimal(2))
    assert explained(charged, **facts) == words


def test_an_order_without_services_has_no_stops() -> None:
    charged = line(method="per_unit", quantity_source="STOPS", rate=Decimal(2))
    rated = price_order(order(), profile(line(), charged), "BEXAR", "zip", table=table(STOPS))
    assert rated.reasons[1].words == "STOPS = addresses of services, but the order has no services"


def test_a_second_quantity_may_be_derived_as_well() -> None:
    charged = line(method="per_unit", quantity_source="miles", times_source="EXTRA", rate=Decimal(2))
    assert explained(charged, miles="5", persons="4") == ("EXTRA = persons − STOPS = 3: 5 miles at 2 × 3 EXTRA = 30.00")
    assert explained(charged, miles="5", persons="1") == "EXTRA = persons − STOPS = 0"


def test_a_line_has_the_unit_of_its_own_quantity() -> None:
    charged = line(method="per_unit", quantity_source="COPIES", rate=Decimal("0.5"), maximum=Decimal(1))
    made = order(quantities={"COPIES": Decimal(4)})
    _, copies = price_order(made, profile(line(), charged), "BEXAR", "zip", table=table(COPIES)).lines
    assert (copies.unit, copies.reason) == ("copies", "4 copies × 0.50 = 2.00, at most 1.00")


def test_reported_quantities_that_no_line_uses_are_listed_and_parts_of_used_ones_are_not() -> None:
    charged = line(method="per_unit", quantity_source="EXTRA", rate=Decimal(2))
    facts = {"persons": "3", "miles": "7", "quantities": {"COPIES": Decimal(4), "FILINGS": Decimal(0)}}
    made = with_counts(order(**facts), places("12 Oak St"), EVERY)
    rated = price_order(made, profile(line(), charged), "BEXAR", "zip", table=table(*EVERY.values()))
    assert rated.unused_quantities == ("miles", "COPIES")


def test_rates_have_changed_if_a_quantity_is_derived_in_another_way() -> None:
    deep = own("DEEP", "product", "EXTRA", "hours")
    charged = profile(line(method="per_unit", quantity_source="DEEP", rate=Decimal(2)))
    before = digest_of_rates(charged, table(deep, EXTRA, STOPS))
    renamed = EXTRA.model_copy(update={"name": "Others", "unit": "people"})
    assert digest_of_rates(charged, table(deep, renamed, STOPS, COPIES)) == before
    other = EXTRA.model_copy(update={"derived_from": ("persons", "servees")})
    assert digest_of_rates(charged, table(deep, other, STOPS)) != before
    plain = profile(line())
    assert digest_of_rates(plain, table(EXTRA)) == digest_of_rates(plain, table())


def test_a_changed_quantity_makes_the_rate_table_forget_its_digests() -> None:
    charged = profile(line(method="per_unit", quantity_source="EXTRA", rate=Decimal(2)))
    known = table(EXTRA)
    before = digest_of_rates(charged, known)
    changed = change_rate_table(known, RateChanges({}, quantities=defined(own("EXTRA", "product", "persons", "hours"))))
    assert digest_of_rates(charged, changed) != before
    assert change_rate_table(known, RateChanges({})).quantities == known.quantities


CHAIN = [own(f"Q{step}", "product", "hours", f"Q{step + 1}") for step in range(1, MOST_STEPS + 1)]


@pytest.mark.parametrize(
    ("rows", "saved", "faults"),
    [
        ([own("MILES")], [], [(0, "code", "MILES is the name of something else in rate tables; choose another code")]),
        ([own("HAND"), own("ONE"), own("BASE"), own("DUE_ON")], [], [*zip(range(4), ["code"] * 4, strict=True)]),
        ([own("A", None, "miles")], [], [(0, "derived_from", "must be left out: the quantity is reported")]),
        ([own("A", "stops", "miles")], [], [(0, "derived_from", "must be left out: stops are counted")]),
        ([own("A", "product", "miles", "miles")], [], [(0, "derived_from")]),
        ([own("A", "difference", "miles")], [], [(0, "derived_from")]),
        ([own("A", "days", "due_on", "miles")], [], [(0, "derived_from")]),
        ([own("A", "days", "due_on", "due_on")], [], [(0, "derived_from")]),
        ([own("A", "product", "A", "miles")], [], [(0, "derived_from", "A depends on itself (A → A)")]),
        (
            [own("A", "difference", "miles", "B")],
            [own("B", "product", "A", "hours")],
            [(0, "derived_from", "A depends on itself (A → B → A)")],
        ),
        (
            [own("A", "difference", "miles", "B"), own("B", "product", "C", "hours"), own("C", "product", "B", "A")],
            [],
            [
                (0, "derived_from", "A depends on itself (A → B → C → A)"),
                (1, "derived_from", "B depends on itself (B → C → B)"),
                (2, "derived_from", "C depends on itself (C → B → C)"),
            ],
        ),
        ([own("A", "product", "B", "hours")], [own("B", "product", "miles", "hours")], []),
        # The rows take a cycle apart.
        ([own("B")], [own("A", "product", "B", "hours")], []),
        (CHAIN, [], []),
        ([own(f"Q{MOST_STEPS + 1}", "product", "miles", "hours")], CHAIN, [(0, "derived_from")]),
        ([own("Q0", "product", "miles", "Q1")], CHAIN, [(0, "derived_from")]),
        ([own("MORE")], [own(f"Q{place}") for place in range(MOST_DEFINITIONS)], [(0, "code")]),
        ([own("Q0")], [own(f"Q{place}") for place in range(MOST_DEFINITIONS)], []),
    ],
)
def test_a_quantity_that_cannot_be_saved_names_its_field(
    rows: list[Quantity], saved: list[Quantity], faults: list[tuple[Any, ...]]
) -> None:
    found = list(find_faults_in_quantities(rows, defined(*saved)))
    assert [fault[: len(wanted)] for fault, wanted in zip(found, faults, strict=True)] == faults


def test_a_quantity_is_derived_from_existing_ones() -> None:
    rows = [own("A", "product", "miles", "B"), own("C", "difference", "A", "GONE"), own("D", "product", "X", "due_on")]
    saved = defined(own("B"), own("GONE", retired_on="2026-11-01"))
    assert list(find_unknown_parts(rows, saved)) == [
        (1, "derived_from", "there is no quantity GONE"),
        (2, "derived_from", "there is no quantity X"),
        (2, "derived_from", "there is no quantity due_on"),
    ]


@given(st.dictionaries(st.integers(0, 8), st.sets(st.integers(0, 8), max_size=3), max_size=9))
def test_what_depends_on_itself_is_found_with_a_path(depends_on: dict[int, set[int]]) -> None:
    reached = {thing: set(others) for thing, others in depends_on.items()}
    for _ in depends_on:
        reached = {
            thing: others | {far for one in others for far in reached.get(one, ())} for thing, others in reached.items()
        }
    loops = dict(find_loops(depends_on))
    assert loops.keys() == {thing for thing, others in reached.items() if thing in others}
    for thing, path in loops.items():
        assert path[0] == path[-1] == thing
        assert all(later in depends_on[one] for one, later in itertools.pairwise(path))
