"""The published rate cards, calculated by hand from their sources: the rate tables give the same prices to the cent."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.rating.errors import NoProfile
from services.rating.rules.pricing import rate_work_order
from tests.fixtures.rate_tables import order, sample_rate_table

CALIFORNIA = {"branch": "LAX", "served_zip": "90012", "job_type": "SUMMONS", "servees": "1"}
FLORIDA = {"branch": "MIA", "served_zip": "33130", "servees": "1"}

CARDS = [
    ("Bexar, regular", {}, "80.00"),
    ("Bexar, rush", {"priority": "RUSH"}, "90.00"),
    ("Bexar, urgent", {"priority": "TODAY"}, "110.00"),
    ("Bexar, rush with skip trace", {"priority": "RUSH", "triggers": ("SKIP_TRACE",)}, "285.00"),
    ("Bexar, certified mail", {"triggers": ("CERTIFIED_MAIL",)}, "135.00"),
    ("Bexar, certified mail with postage", {"triggers": ("CERTIFIED_MAIL",), "fee_advances": "9.85"}, "144.85"),
    ("Bexar, surveillance of two and a half hours", {"triggers": ("SURVEILLANCE",), "hours": "2.5"}, "167.50"),
    (
        "other county, 40 miles, substitute service",
        {"served_zip": "78130", "miles": "40", "triggers": ("SUBSTITUTE_SERVICE",)},
        "166.00",
    ),
    ("other county, urgent, 37.5 miles", {"served_zip": "78130", "priority": "TODAY", "miles": "37.5"}, "144.38"),
    ("California, last day of the old fee", {**CALIFORNIA, "service_on": date(2023, 12, 31)}, "40.00"),
    ("California, first day of the new fee", {**CALIFORNIA, "service_on": date(2024, 1, 1)}, "50.00"),
    ("California, three defendants", {**CALIFORNIA, "servees": "3"}, "150.00"),
    ("California, not found", {**CALIFORNIA, "field_status": "not_served", "servees": "2"}, "50.00"),
    (
        "California, cancelled, old fee",
        {**CALIFORNIA, "field_status": "cancelled", "service_on": date(2023, 5, 1)},
        "40.00",
    ),
    (
        "California, possession with extra posting",
        {**CALIFORNIA, "job_type": "POSSESSION", "triggers": ("EXTRA_POSTING",)},
        "150.00",
    ),
    ("California, safe-deposit box", {**CALIFORNIA, "job_type": "SAFE_DEPOSIT"}, "170.00"),
    ("Florida, summons", {**FLORIDA, "job_type": "SUMMONS"}, "40.00"),
    ("Florida, levy writ", {**FLORIDA, "job_type": "LEVY"}, "90.00"),
    ("Florida, four witnesses", {**FLORIDA, "job_type": "WITNESS", "servees": "4"}, "160.00"),
    (
        "Florida, execution on 2 parcels, advertised, sold, deed",
        {**FLORIDA, "job_type": "EXECUTION", "parcels": "2", "triggers": ("ADVERTISED", "SOLD", "DEED")},
        "260.00",
    ),
    ("a public agency pays the same in Bexar", {"customer_type": "AGENCY"}, "80.00"),
    ("a ZIP with its four further digits", {"served_zip": "78205-1234"}, "80.00"),
]


@pytest.mark.parametrize(("words", "facts", "total"), CARDS, ids=[words for words, _, _ in CARDS])
def test_a_published_price(words: str, facts: dict[str, Any], total: str) -> None:
    assert rate_work_order(order(**facts), sample_rate_table()).total == Decimal(total)


def test_postage_is_a_fee_advance_and_not_a_charge() -> None:
    rated = rate_work_order(order(triggers=("CERTIFIED_MAIL",), fee_advances="9.85"), sample_rate_table())
    assert (rated.charges_total, rated.advances_total) == (Decimal("135.00"), Decimal("9.85"))


def test_a_priority_without_rates_is_refused_and_never_free() -> None:
    with pytest.raises(NoProfile) as refused:
        rate_work_order(order(priority="SPECIAL"), sample_rate_table())
    members: dict[str, Any] = refused.value.members
    assert members["key"]["priority"] == "SPECIAL"
    assert [near["differs"] for near in members["nearest"]] == [("priority",)] * 3
