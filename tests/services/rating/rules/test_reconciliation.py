"""The two equations, and the warnings before an export."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.rating.rules.ready_to_export import ReadyFacts, find_warnings
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


LIMIT = Decimal("5000.00")
RATED_AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
READY = ReadyFacts(
    *(1, "W1", 2, None, None, None, "SAT", 1, "S1001", "S1001", "Harlan & Ruiz LLP", "CITATION", "RUSH", "BEXAR"),
    *(date(2026, 11, 2), r"ALAMO\bill", RATED_AT, 1),
    *(Decimal("90.00"), Decimal("0.00"), Decimal("40.50"), Decimal("90.00")),
    rolled_up=False,
    bill_to_status="active",
    changed_at=RATED_AT - timedelta(hours=1),
    last_closed_month="2026-09",
    max_open_months=3,
    rated_with=None,
    rates_digest=None,
)


@pytest.mark.parametrize(
    ("change", "warnings"),
    [
        ({}, []),
        ({"bill_to_status": None}, ["no such customer in Accounts Receivable"]),
        ({"bill_to_status": "hold"}, ["customer on hold"]),
        ({"bill_to_status": "inactive"}, ["customer inactive"]),
        ({"changed_at": RATED_AT + timedelta(seconds=1)}, ["changed after it was rated"]),
        ({"rolled_up": True}, ["waiting for its roll-up"]),
        ({"rolled_up": True, "invoice_id": 7}, []),
        ({"cycle_to": date(2026, 11, 30)}, ["its cycle ends on 2026-11-30"]),
        ({"cycle_to": date(2026, 11, 20)}, []),
        ({"last_closed_month": "2026-11"}, ["month 2026-11 is closed in company 1"]),
        ({"last_closed_month": "2026-07"}, ["month 2026-11 is not open yet in company 1"]),
        ({"last_closed_month": None, "max_open_months": None}, []),
        ({"bill_to": "S1003"}, ["over credit limit of 5000.00"]),
        ({"bill_to": "S1003", "ar_company": 2, "last_closed_month": None}, []),
        ({"changed_at": RATED_AT}, []),
        ({"total": Decimal("0.01")}, []),
        ({"total": Decimal("-0.01")}, ["negative total"]),
        ({"total": Decimal("-1.00"), "bill_to_status": "hold"}, ["customer on hold", "negative total"]),
    ],
)
def test_an_order_has_warnings_before_its_export(change: dict[str, Any], warnings: list[str]) -> None:
    assert find_warnings(replace(READY, **change), date(2026, 11, 20), "2026-11", {(1, "S1003"): LIMIT}) == warnings
