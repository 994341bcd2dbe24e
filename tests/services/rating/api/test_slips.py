"""Typing errors: each is refused with a message that names the field, and nothing is saved."""

from typing import Any

import pytest

from tests.fixtures.ledgers import ORDER, Company, Enter, Rate

KEY = {
    "branch": "SAT",
    "customer_type": "LAW",
    "priority": "SPECIAL",
    "job_type": "CITATION",
    "region": "BEXAR",
    "effective_from": "2026-01-01",
}
LINE = {"billing_item": "Service of process", "method": "flat", "rate": "80"}
BANDED = {"billing_item": "Service of process", "method": "banded", "quantity_source": "pages"}


def steps(*of: dict[str, str]) -> list[dict[str, Any]]:
    return [{**BANDED, "steps": list(of)}]


@pytest.mark.parametrize(
    ("lines", "pointer", "words"),
    [
        ([{**LINE, "rate": "-1"}], "/lines/0/rate", "must not be negative"),
        ([{**LINE, "rate": "1.123456"}], "/lines/0/rate", "at most 5 decimal places"),
        ([{**LINE, "rate": 80.5}], "/lines/0/rate", "a decimal number in a string"),
        ([{**LINE, "minimum": "10.005"}], "/lines/0/minimum", "at most 2 decimal places"),
        ([], "/lines", "must have at least 1 item"),
        (
            steps({"up_to": "10"}, {"rate": "6"}),
            "/lines/0/steps/0",
            "needs a rate or an amount; use 0 if nothing is charged",
        ),
        (
            steps({"up_to": "10", "amount": "5.555"}, {"rate": "6"}),
            "/lines/0/steps/0/amount",
            "at most 2 decimal places",
        ),
        (steps({"up_to": "10", "amount": "5"}, {"from": "12", "amount": "6"}), "/lines/0/steps", "between 10 and 12"),
        (
            steps({"up_to": "10", "amount": "5"}, {"from": "8", "amount": "6"}),
            "/lines/0/steps",
            "the previous step ends at 10",
        ),
        (steps({"up_to": "10", "amount": "-5"}, {"amount": "6"}), "/lines/0/steps", "must not be negative"),
        (steps({"up_to": "10", "amount": "5"}), "/lines/0/steps", "no step covers more than 10"),
        (
            [
                {**LINE, "method": "percent_of", "base": ["Mileage"]},
                {**LINE, "billing_item": "Mileage", "method": "percent_of", "base": ["Service of process"]},
            ],
            "/lines/0/base",
            "depends on itself",
        ),
        ([{**LINE, "discount": "5"}], "/lines/0/discount", "is not a known field"),
    ],
)
async def test_only_the_invalid_line_is_named_and_no_profile_is_saved(
    company: Company, lines: list[dict[str, Any]], pointer: str, words: str
) -> None:
    rating, _ = company
    answer = await rating.post("/v1/billing-profiles", json={**KEY, "lines": lines})
    assert answer.status_code == 422, answer.text
    errors = answer.json()["errors"]
    assert errors[0]["pointer"] == pointer
    assert words in errors[0]["detail"]
    assert {error["pointer"].rsplit("/", 1)[-1] for error in errors} == {pointer.rsplit("/", 1)[-1]}
    assert (await rating.get("/v1/billing-profiles", params={"priority": "SPECIAL"})).json()["items"] == []


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        ({"service_on": "9999-12-31"}, "must be between 1990-01-01 and 2100-12-31"),
        ({"service_on": "0026-11-02"}, "must be between"),
        ({"service_on": "2026-02-30"}, "must be a date, like 2026-11-02"),
        ({"triggers": ["SERVED"]}, "SERVED is an outcome; set field_status instead"),
        ({"served_zip": "7820"}, "like 78205 or 78205-1234"),
        ({"served_zip": "782051201"}, "like 78205 or 78205-1234"),
        ({"miles": "-1"}, "must be at least 0"),
        ({"miles": "1.2345"}, "at most 3 decimal places"),
        ({"field_status": "lost"}, "must be one of 'in_field', 'served', 'not_served' or 'cancelled'"),
    ],
)
async def test_an_invalid_order_names_its_field_and_is_not_saved(
    company: Company, slip: dict[str, str], words: str
) -> None:
    rating, _ = company
    answer = await rating.post("/v1/work-orders", json={**ORDER, "number": "B1", **slip})
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"].split("/")[1] == next(iter(slip))
    assert words in error["detail"]
    assert (await rating.get("/v1/work-orders")).json()["totals"]["count"] == 0


async def test_an_impossible_invoice_date_is_refused_before_anything_is_locked(
    company: Company, enter: Enter, rate: Rate
) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    await rate(order["id"])
    for path, headers in (
        ("/v1/exports", {}),
        (f"/v1/work-orders/{order['id']}/on-demand-invoice", {"if-match": '"2"'}),
    ):
        named = {"idempotency-key": f"slip {path}", **headers}
        answer = await rating.post(path, json={"invoice_date": "9999-12-31"}, headers=named)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/invoice_date")
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).json()["status"] == "rated"
