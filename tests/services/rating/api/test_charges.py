"""Prebills, manual lines and overrides of an order, trial ratings, and the coverage check."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from shared.access.grants import Grant, Level, Limits
from tests.fixtures.ledgers import Company, Enter, load
from tests.services.rating.conftest import Export, Identity


@pytest.fixture
async def path(company: Company, enter: Enter) -> str:
    """An open order in San Antonio with 40 miles to another county, and two servers."""
    rating, _ = company
    await load(rating, "servers", b"code,name\nS1,Ana Flores\nS2,Tom Whitaker")
    (order,) = await enter("W1", zip_code="78130", miles="40")
    return f"/v1/work-orders/{order['id']}"


@pytest.fixture
def add(company: Company, path: str) -> Callable[..., Awaitable[httpx.Response]]:
    """Enters a charge with the current ETag of the order: `await add("prebills", billing_item=...)`."""
    rating, _ = company

    async def do(noun: str, **body: Any) -> httpx.Response:
        etag = (await rating.get(path)).headers["etag"]
        return await rating.post(f"{path}/{noun}", json=body, headers={"if-match": etag})

    return do


@pytest.fixture
def rate_again(company: Company, path: str) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Rates the order again with its current ETag."""
    rating, _ = company

    async def do() -> dict[str, Any]:
        etag = (await rating.get(path)).headers["etag"]
        answer = await rating.post(f"{path}/rating", headers={"if-match": etag})
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return do


def lines_of(rating: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(line["billing_item"], line["origin"], line["amount"]) for line in rating["lines"]]


async def test_prebills_and_manual_lines_are_on_every_later_rating(
    company: Company,
    path: str,
    add: Callable[..., Awaitable[httpx.Response]],
    rate_again: Callable[[], Awaitable[dict[str, Any]]],
) -> None:
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
    assert [(server["server"], server["amount"]) for server in rated["lines"][3]["servers"]] == [
        ("S1", "10.51"),
        ("S2", "10.51"),
    ]
    assert rated["total"] == "332.02"
    assert lines_of(await rate_again()) == lines_of(rated)
    charges = (await rating.get(f"{path}/charges")).json()["items"]
    assert [(charge["kind"], charge["standard"]) for charge in charges] == [
        ("prebill", True),
        ("prebill", False),
        ("manual", False),
    ]


async def test_an_override_survives_a_new_rating_and_shows_what_it_replaced(
    company: Company,
    path: str,
    add: Callable[..., Awaitable[httpx.Response]],
    rate_again: Callable[[], Awaitable[dict[str, Any]]],
) -> None:
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
async def test_an_invalid_charge_names_its_field_and_is_not_saved(
    company: Company,
    path: str,
    add: Callable[..., Awaitable[httpx.Response]],
    noun: str,
    body: dict[str, Any],
    pointer: str,
) -> None:
    answer = await add(noun, **body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await company[0].get(f"{path}/charges")).json()["items"] == []
    assert (await company[0].get(path)).json()["revision"] == 1


async def test_a_charge_needs_the_orders_version_and_an_order_that_can_be_changed(
    company: Company, path: str, export: Export
) -> None:
    rating, _ = company
    body = {"billing_item": "Skip trace"}
    assert (await rating.post(f"{path}/prebills", json=body)).json()["code"] == "VERSION_MISSING"
    stale = await rating.post(f"{path}/prebills", json=body, headers={"if-match": '"9"'})
    assert stale.json()["code"] == "VERSION_STALE"
    await export()
    locked = await rating.post(f"{path}/prebills", json=body, headers={"if-match": '"9"'})
    assert (locked.status_code, locked.json()["code"]) == (409, "LOCKED_USE_CREDIT")


async def test_charges_of_an_order_in_another_branch_are_not_found(
    company: Company, path: str, identity: Identity
) -> None:
    features = ("rating.work_orders", "rating.rating")
    miami = identity("rating", *(Grant(name, Level.EDIT, Limits(branches=frozenset({"MIA"}))) for name in features))
    answers = [
        await company[0].get(f"{path}/charges", headers=miami),
        await company[0].get(f"{path}/rating/trial", headers=miami),
        await company[0].post(
            f"{path}/prebills", json={"billing_item": "Mileage"}, headers={**miami, "if-match": '"1"'}
        ),
    ]
    assert [answer.status_code for answer in answers] == [404] * 3
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
async def test_a_prebill_file_with_an_error_enters_nothing(company: Company, path: str, row: str, column: str) -> None:
    content = f"work_order,billing_item,rate,servers\nW1,Skip trace,,S1: 60; S2: 40\n{row}"
    answer = await load(company[0], "prebills", content.encode())
    assert answer.json()["errors"][0]["pointer"] == f"line 3, column {column}"
    assert (await company[0].get(f"{path}/charges")).json()["items"] == []


async def test_a_trial_shows_the_price_and_stores_nothing(
    company: Company, path: str, rate_again: Callable[[], Awaitable[dict[str, Any]]]
) -> None:
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


async def test_an_order_that_does_not_exist_can_be_rated_as_a_trial(company: Company) -> None:
    rating, _ = company
    body = {"order": ENTRY, "manual_lines": [{"billing_item": "Certified mail", "rate": "10"}]}
    trial = (await rating.post("/v1/rating-trials", json=body)).json()
    assert (trial["total"], trial["not_ready"]) == ("295.00", "")
    assert trial["explanation"]["fired_triggers"] == ["SKIP_TRACE"]
    assert (await rating.get("/v1/work-orders")).json()["totals"]["count"] == 0
    wrong = await rating.post("/v1/rating-trials", json={"order": {**ENTRY, "priority": "SOON"}})
    assert wrong.json()["code"] == "UNKNOWN_REFERENCE"


async def test_the_coverage_check_lists_open_orders_without_a_profile(company: Company) -> None:
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


async def test_a_profile_with_any_closes_the_gap(company: Company) -> None:
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
