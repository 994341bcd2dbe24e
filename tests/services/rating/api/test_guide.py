"""The guide to rate tables is correct: its requests work as they are written, and its samples exist."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.ledgers import Company

DOCS = Path(__file__).parents[4] / "docs"
GUIDE = (DOCS / "rating.md").read_text()


def request(path: str) -> Any:
    """The body of the request in the guide that is posted to `path`."""
    (found,) = re.findall(rf"```json\nPOST {path}\n(.*?)```", GUIDE, re.DOTALL)
    return json.loads(found)


async def test_the_first_profile_prices_an_order_as_the_guide_says(company: Company) -> None:
    rating, _ = company
    made = await rating.post("/v1/billing-profiles", json=request("billing-profiles"))
    assert made.status_code == 201, made.text
    entry = {**request("rating-trials")["order"], "priority": "STANDARD", "job_type": "WRIT", "served_zip": "78130"}
    trial = (await rating.post("/v1/rating-trials", json={"order": {**entry, "miles": "37.5"}})).json()
    assert [(line["billing_item"], line["amount"]) for line in trial["lines"]] == [
        ("Service of process", "95.00"),
        ("Mileage", "24.38"),
        ("Skip trace", "195.00"),
    ]


async def test_the_trial_says_what_the_guide_quotes(company: Company) -> None:
    trial = (await company[0].post("/v1/rating-trials", json=request("rating-trials"))).json()
    assert trial["total"] == "285.00"
    words = {line["words"] for line in trial["explanation"]["lines"]}
    quoted = ["SKIP_TRACE: flat 195.00", "needs CERTIFIED_MAIL; the order has SKIP_TRACE"]
    assert all(f'"{quote}"' in GUIDE for quote in quoted)
    assert words >= set(quoted)


async def test_the_quantity_of_the_guide_costs_what_it_says(company: Company) -> None:
    rating, _ = company
    made = await rating.post("/v1/quantities", json=request("quantities"))
    assert made.status_code == 201, made.text
    line = '"method": "per_unit", "rate": "15", "quantity_source": "EXTRA_PERSONS"'
    assert line in GUIDE
    lines = [{"billing_item": "Levy", **json.loads(f"{{{line}}}")}]
    assert (await rating.post("/v1/billing-profiles", json={**request("billing-profiles"), "lines": lines})).is_success
    place = {"party": "Elena Ortega", "street": "12 Oak St", "city": "New Braunfels", "state": "TX", "zip": "78130"}
    entry = {**request("rating-trials")["order"], "priority": "STANDARD", "job_type": "WRIT", "served_zip": "78130"}
    services = [place, {**place, "street": "9 Elm St"}]
    order = (await rating.post("/v1/work-orders", json={**entry, "persons": "4", "services": services})).json()
    trial = (await rating.get(f"/v1/work-orders/{order['id']}/rating/trial")).json()
    assert trial["total"] == "30.00"
    (reason,) = trial["explanation"]["lines"]
    assert f'"{reason["words"]}"' in GUIDE


@pytest.mark.parametrize(
    ("fragment", "quantities", "amount"),
    [
        (
            '"rate": "175", "quantity_source": "hours", "unit_size": "8", "whole_units": true',
            {"hours": "8.25"},
            "350.00",
        ),
        (
            '"steps": [{"up_to": "1", "rate": "50"}, {"up_to": "2", "rate": "10"}, {"rate": "5"}]',
            {"servees": "4"},
            "70.00",
        ),
        (
            '"steps": [{"up_to": "49", "amount": "0"}, {"up_to": "99", "amount": "10"}, {"amount": "25"}]',
            {"pages": "60"},
            "10.00",
        ),
    ],
)
async def test_a_line_of_the_guide_costs_what_it_says(
    company: Company, fragment: str, quantities: dict[str, str], amount: str
) -> None:
    rating, _ = company
    assert fragment.removeprefix('"steps": ') in GUIDE
    (source,) = quantities
    method = {"hours": "per_unit", "servees": "tiered", "pages": "banded"}[source]
    line = {"billing_item": "Levy", "method": method, "quantity_source": source, **json.loads(f"{{{fragment}}}")}
    await rating.post("/v1/billing-profiles", json={**request("billing-profiles"), "lines": [line]})
    entry = {**request("rating-trials")["order"], "priority": "STANDARD", "job_type": "WRIT", "served_zip": "78130"}
    trial = (await rating.post("/v1/rating-trials", json={"order": {**entry, **quantities}})).json()
    assert Decimal(trial["total"]) == Decimal(amount), trial


def test_the_samples_that_the_guide_names_exist() -> None:
    named = re.findall(r"\]\((\.\./deploy/[^)]+)\)", GUIDE)
    assert len(named) >= 8
    assert [path for path in named if not (DOCS / path).exists()] == []
