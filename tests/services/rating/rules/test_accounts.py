"""Credit limits and months as receivables reports them, and which of two copies is kept."""

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest

from services.rating.rules.accounts import OpenMonths, dating_faults, is_over_limit, month_fault
from services.rating.rules.customers import Customer, newest
from services.rating.rules.ready_to_export import Exposure, over_limit


@pytest.mark.parametrize(
    ("limit", "open_amount", "waiting", "over"),
    [
        ("5000.00", "4900.00", "100.00", False),
        ("5000.00", "4900.00", "100.01", True),
        ("5000.00", "-200.00", "5200.00", False),
        ("0.00", "0.00", "0.01", True),
        (None, "1000000.00", "1.00", False),
    ],
)
def test_open_and_rated_amounts_count_against_the_limit_together(
    limit: str | None, open_amount: str, waiting: str, over: bool
) -> None:
    known = None if limit is None else Decimal(limit)
    assert is_over_limit(known, Decimal(open_amount), Decimal(waiting)) is over


def test_a_credit_limit_applies_to_one_company() -> None:
    amounts = (Decimal("10.00"), Decimal("8.00"), Decimal("3.00"))
    within = (Decimal("20.00"), Decimal("8.00"), Decimal("3.00"))
    assert over_limit([Exposure(1, "S1", *amounts), Exposure(2, "S1", *within)]) == {(1, "S1"): Decimal("10.00")}


@pytest.mark.parametrize(
    ("month", "fault"),
    [
        ("2026-08", "month 2026-08 is closed"),
        ("2026-09", "month 2026-09 is closed"),
        ("2026-10", None),
        ("2027-02", None),
        ("2027-03", "month 2027-03 is not open yet"),
    ],
)
def test_five_months_are_open_after_the_last_closed_one(month: str, fault: str | None) -> None:
    assert month_fault(month, "2026-09", 5) == fault


def test_the_newest_version_of_a_customer_wins_in_any_order() -> None:
    old, new = (Customer(1, "S1", version, f"v{version}", "active", "LAW") for version in (1, 2))
    other = Customer(2, "S1", 1, "other company", "active", "LAW")
    for received in permutations([old, new, other]):
        assert newest(received, lambda customer: (customer.ar_company, customer.number)) == [new, other]


@pytest.mark.parametrize(
    ("invoice_date", "month", "fields"),
    [
        ("2026-11-20", "2026-11", []),
        ("2025-10-01", "2026-11", []),
        ("2025-09-30", "2026-11", ["invoice_date"]),
        ("2026-12-31", "2026-11", []),
        ("2027-01-01", "2026-11", ["invoice_date"]),
        ("2026-09-30", "2026-09", ["month"]),
        ("2026-09-30", "2027-03", ["month"]),
        ("2024-01-01", "2026-09", ["month", "invoice_date"]),
    ],
)
def test_invoices_are_dated_near_an_open_month(invoice_date: str, month: str, fields: list[str]) -> None:
    months = [OpenMonths(1, "2026-09", 5), OpenMonths(2, "2026-08", 9)]
    assert [field for field, _ in dating_faults(date.fromisoformat(invoice_date), month, months)] == fields
