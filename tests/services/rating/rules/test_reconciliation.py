"""The two equations of rated and exported amounts."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.rating.rules.reconciliation import CurrentTotals, RunFacts, compare

RUN = RunFacts(
    run_id=1,
    orders_digest="",
    recorded_invoices=3,
    recorded_exported=1,
    recorded_refused=1,
    recorded_total=Decimal("60.00"),
    recorded_exported_total=Decimal("10.00"),
    recorded_refused_total=Decimal("20.00"),
    invoices=3,
    total=Decimal("60.00"),
    exported=1,
    exported_total=Decimal("10.00"),
    refused=1,
    refused_total=Decimal("20.00"),
    in_flight=1,
    in_flight_total=Decimal("30.00"),
    visible=True,
)
CURRENT = CurrentTotals(4, *(Decimal(amount) for amount in ("100.00", "10.00", "30.00", "60.00", "5.00")))


def test_there_are_no_differences_if_everything_adds_up() -> None:
    assert compare([RUN], CURRENT) == []


@pytest.mark.parametrize(
    ("change", "kind", "amount"),
    [
        ({"in_flight_total": Decimal("29.99")}, "RUN_REQUESTED", "0.01"),
        ({"in_flight": 0}, "RUN_REQUESTED", "0.00"),
        ({"recorded_exported": 2}, "RUN_COUNTS", "0.00"),
        ({"recorded_exported_total": Decimal("12.50")}, "RUN_COUNTS", "2.50"),
    ],
)
def test_a_run_that_does_not_add_up_is_named(change: dict[str, Any], kind: str, amount: str) -> None:
    (difference,) = compare([replace(RUN, **change)], CURRENT)
    assert (difference.kind, difference.document, str(difference.amount)) == (kind, "export run 1", amount)


@pytest.mark.parametrize("name", ["rated", "invoiced", "in_flight", "waiting"])
def test_a_cent_too_many_anywhere_is_a_difference(name: str) -> None:
    (difference,) = compare([], replace(CURRENT, **{name: getattr(CURRENT, name) + Decimal("0.01")}))
    assert (difference.kind, abs(difference.amount)) == ("RATED", Decimal("0.01"))


def test_credits_are_not_part_of_the_equation() -> None:
    assert compare([], replace(CURRENT, credited=Decimal("77.00"))) == []
