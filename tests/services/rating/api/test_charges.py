"""Prebills, lines by hand and overrides: entered for one order, taken up by its next rating; and what is tried out."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from shared.access.grants import Grant, Level, Limits
from tests.fixtures.ledgers import load


@pytest.fixture
async def path(company, enter) -> str:
    """An open order of San Antonio with 40 miles to another county, and two servers to name."""
    rating, _ = company
    await load(rating, "servers", b"code,name\nS1,Ana Flores\nS2,Tom Whitaker")
    (order,) = await enter("W1", zip_code="78130", miles="40")
    return f"/v1/work-orders/{order['id']}"


@pytest.fixture
def add(company, path) -> Callable[..., Awaitable[httpx.Response]]:
    """Enters a charge with the order's ETag as it is now: `await add("prebills", billing_item=...)`."""
    rating, _ = company

    async def do(noun: str, **body: Any) -> httpx.Response:
        etag = (await rating.get(path)).headers["etag"]
        return await rating.post(f"{path}/{noun}", json=body, headers={"if-match": etag})

    return do


@pytest.fixture
def rate_again(company, path) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Rates the order as it now is."""
    rating, _ = company

    async def do() -> dict[str, Any]:
        etag = (await rating.get(path)).headers["etag"]
        answer = await rating.post(f"{path}/rating", headers={"if-match": etag})
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return do


def lines_of(rating: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["billing_item"], one["origin"], one["amount"]) for one in rating["lines"]]


async def test_prebills_and_lines_by_hand_stand_on_every_rating_from_then_on(company, path, add, rate_again) -> None:
    rating, _ = company
    shares = [{"server": "S1", "share": "1"}, {"server": "S2", "share": "1"}]
    made = await add("prebills", billing_item="Skip trace")
    assert (made.status_code, made.json()["standard"]) == (201, True), made.text
    assert (await add("prebills", billing_item="Certified mail", rate="7.005", quantity="3", servers=shares)).is_success
    assert (await add("manual-lines", billing_item="Service of process", rate="-5", comment="courtesy")).is_success
    rated = await rate_again()
    assert lines_of(rated) == [
        ("Service of process", "rate", "95.00"),
        ("Mileage", "rate", "26.00"),
        ("Skip trace", "prebill", "195.00"),
        ("Certified mail", "prebill", "21.02"),
        ("Service of process", "manual", "-5.00"),
    ]
    assert [(one["server"], one["amount"]) for one in rated["lines"][3]["servers"]] == [
        ("S1", "10.51"),
        ("S2", "10.51"),
    ]
    assert rated["total"] == "332.02"
    assert lines_of(await rate_again()) == lines_of(rated)
    charges = (await rating.get(f"{path}/charges")).json()
    assert [(one["kind"], one["standard"]) for one in charges] == [
        ("prebill", True),
        ("prebill", False),
        ("manual", False),
    ]


async def test_an_override_survives_a_new_rating_and_shows_what_it_replaced(company, path, add, rate_again) -> None:
    rating, _ = company
    await rate_again()
    made = await add("overrides", billing_item="Mileage", quantity="10", reason="the odometer says so")
    assert made.status_code == 201, made.text
    for _ in range(2):
        mileage = (await rate_again())["lines"][1]
        assert (mileage["quantity_source"], mileage["quantity"]) == ("hand", "10.000")
        assert (mileage["amount"], mileage["original_amount"]) == ("6.50", "26.00")
        assert mileage["override_reason"] == "the odometer says so"
    etag = (await rating.get(path)).headers["etag"]
    gone = await rating.delete(f"{path}/charges/{made.json()['id']}", headers={"if-match": etag})
    assert gone.status_code == 204
    again = await rate_again()
    assert again["changes"] == [{"billing_item": "Mileage", "before": "6.50", "after": "26.00"}]


@pytest.mark.parametrize(
    ("noun", "body", "pointer"),
    [
        ("prebills", {"billing_item": "Nothing"}, "/billing_item"),
        ("prebills", {"billing_item": "Mileage", "rate": "-1"}, "/rate"),
        ("prebills", {"billing_item": "Mileage", "quantity": "-1"}, "/quantity"),
        ("prebills", {"billing_item": "Mileage", "quantity": "1.2345"}, "/quantity"),
        ("prebills", {"billing_item": "Mileage", "servers": [{"server": "S9"}]}, "/servers"),
        ("prebills", {"billing_item": "Mileage", "servers": [{"server": "S1"}, {"server": "S1"}]}, "/servers"),
        ("prebills", {"billing_item": "Mileage", "servers": [{"server": "S1", "share": "0"}]}, "/servers"),
        ("overrides", {"billing_item": "Mileage", "reason": "x"}, "/amount"),
        ("overrides", {"billing_item": "Mileage", "amount": "1.00", "quantity": "1", "reason": "x"}, "/amount"),
        ("overrides", {"billing_item": "Mileage", "amount": "1.00"}, "/reason"),
        ("overrides", {"billing_item": "Mileage", "bill_type": "LOUD", "amount": "1.00", "reason": "x"}, "/bill_type"),
    ],
)
async def test_a_faulty_charge_names_its_field_and_is_not_kept(company, path, add, noun, body, pointer) -> None:
    answer = await add(noun, **body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await company[0].get(f"{path}/charges")).json() == []
    assert (await company[0].get(path)).json()["revision"] == 1


async def test_a_charge_needs_the_orders_version_and_an_order_that_can_be_changed(company, path, export) -> None:
    rating, _ = company
    body = {"billing_item": "Skip trace"}
    assert (await rating.post(f"{path}/prebills", json=body)).json()["code"] == "VERSION_MISSING"
    stale = await rating.post(f"{path}/prebills", json=body, headers={"if-match": '"9"'})
    assert stale.json()["code"] == "VERSION_STALE"
    await export()
    locked = await rating.post(f"{path}/prebills", json=body, headers={"if-match": '"9"'})
    assert (locked.status_code, locked.json()["code"]) == (409, "LOCKED_USE_CREDIT")


async def test_charges_of_another_branchs_order_do_not_exist(company, path, identity) -> None:
    features = ("rating.work_orders", "rating.rating")
    miami = identity("rating", *(Grant(name, Level.EDIT, Limits(branches=frozenset({"MIA"}))) for name in features))
    answers = [
        await company[0].get(f"{path}/charges", headers=miami),
        await company[0].get(f"{path}/rating/trial", headers=miami),
        await company[0].post(
            f"{path}/prebills", json={"billing_item": "Mileage"}, headers={**miami, "if-match": '"1"'}
        ),
    ]
    assert [one.status_code for one in answers] == [404] * 3
    assert (await company[0].get("/v1/coverage", headers=miami)).json()["orders"] == 0


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("W9,Mileage,,", "work_order"),
        ("W1,Nothing,,", "billing_item"),
        ("W1,Mileage,x,", "rate"),
        ("W1,Mileage,,S9", "servers"),
        ("W1,Mileage,,S1: ten", "servers"),
    ],
)
async def test_a_faulty_file_of_prebills_enters_none(company, path, row, column) -> None:
    content = f"work_order,billing_item,rate,servers\nW1,Skip trace,,S1: 60; S2: 40\n{row}"
    answer = await load(company[0], "prebills", content.encode())
    assert answer.json()["errors"][0]["pointer"] == f"line 3, column {column}"
    assert (await company[0].get(f"{path}/charges")).json() == []


async def test_a_trial_tells_the_price_and_stores_nothing(company, path, rate_again) -> None:
    rating, _ = company
    change = {"field_status": "in_field", "pod_received": False}
    await rating.patch(path, json=change, headers={"if-match": '"1"'})
    trial = (await rating.get(f"{path}/rating/trial")).json()
    assert (trial["total"], trial["not_ready"]) == ("121.00", "Work order W1 has no proof of delivery yet.")
    assert (await rating.get(f"{path}/rating")).json()["code"] == "NOT_RATED"
    await rating.patch(path, json={"priority": "SPECIAL"}, headers={"if-match": '"2"'})
    refused = await rating.get(f"{path}/rating/trial")
    assert (refused.status_code, refused.json()["code"]) == (422, "NO_PROFILE")


ENTRY = {
    "number": "TRIAL",
    "branch": "SAT",
    "customer": "S1001",
    "priority": "RUSH",
    "job_type": "CITATION",
    "served_zip": "78205-1201",
    "service_on": "2026-11-02",
    "field_status": "served",
    "pod_received": True,
    "triggers": ["SKIP_TRACE"],
}


async def test_an_order_that_does_not_exist_can_be_tried_out(company) -> None:
    rating, _ = company
    body = {"order": ENTRY, "manual_lines": [{"billing_item": "Certified mail", "rate": "10"}]}
    trial = (await rating.post("/v1/rating-trials", json=body)).json()
    assert (trial["total"], trial["not_ready"]) == ("295.00", "")
    assert trial["explanation"]["fired_triggers"] == ["SKIP_TRACE"]
    assert (await rating.get("/v1/work-orders")).json()["totals"]["count"] == 0
    wrong = await rating.post("/v1/rating-trials", json={"order": {**ENTRY, "priority": "SOON"}})
    assert wrong.json()["code"] == "UNKNOWN_REFERENCE"


async def test_the_coverage_check_names_what_open_orders_lack(company) -> None:
    rating, _ = company
    await load(rating, "work-orders")
    found = (await rating.get("/v1/coverage")).json()
    assert (found["orders"], found["waiting"]) == (1000, 15)
    assert sum(gap["orders"] for gap in found["gaps"]) == 15
    reasons: dict[str, int] = {}
    for gap in found["gaps"]:
        reasons[gap["reason"]] = reasons.get(gap["reason"], 0) + gap["orders"]
    assert reasons == {"NO_PROFILE": 7, "REGION_REQUIRED": 8}
    special = next(gap for gap in found["gaps"] if gap["reason"] == "NO_PROFILE")
    assert special["priority"] == "SPECIAL"
    assert special["nearest"][0]["differs"] == ["priority"]
    rows = (await rating.get("/v1/coverage", headers={"accept": "text/csv"})).text.strip().splitlines()
    assert len(rows) == 1 + len(found["gaps"])


async def test_an_open_profile_closes_the_gap(company) -> None:
    rating, _ = company
    await load(rating, "work-orders")
    profile = {
        **dict.fromkeys(("customer_type", "job_type", "region"), "ANY"),
        "priority": "SPECIAL",
        "effective_from": "2016-01-01",
        "lines": [{"billing_item": "Service of process", "rate": "99"}],
    }
    for branch in ("SAT", "LAX", "MIA"):
        assert (await rating.post("/v1/billing-profiles", json={**profile, "branch": branch})).status_code == 201
    found = (await rating.get("/v1/coverage")).json()
    assert {gap["reason"] for gap in found["gaps"]} == {"REGION_REQUIRED"}
