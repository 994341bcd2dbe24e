"""Bulk ratings of chosen orders, with a result for each."""

from typing import Any

import httpx
import pytest

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from tests.fixtures.exchange import work_off
from tests.fixtures.ledgers import ORDER, Company, Enter, Rate
from tests.services.rating.conftest import Identity


async def results(rating: httpx.AsyncClient, database: Database, **selection: Any) -> dict[str, str]:
    """Rates the selected orders in a run, and returns the outcome of each by number."""
    started = await rating.post("/v1/rating-runs", json=selection)
    assert started.status_code == 202, started.text
    await work_off(database)
    run = (await rating.get(started.headers["location"])).json()
    assert run["status"] == "done"
    assert run["rated"] + run["failed"] == run["orders"]
    page = (await rating.get(f"{started.headers['location']}/results")).json()
    return {item["number"]: item["outcome"] for item in page["items"]}


async def test_orders_chosen_by_id_all_get_a_result_in_any_state(
    company: Company, enter: Enter, rate: Rate, rating_database: Database
) -> None:
    rating, _ = company
    orders = await enter("W1", "W2", "W3", "W4", "W5")
    await rate(orders[1]["id"])
    for order, change in ((orders[2], {"pod_received": False}), (orders[3], {"region": None, "served_zip": "99999"})):
        path, headers = f"/v1/work-orders/{order['id']}", {"if-match": f'"{order["revision"]}"'}
        assert (await rating.patch(path, json=change, headers=headers)).is_success
    named = [order["id"] for order in orders[:4]]
    assert await results(rating, rating_database, work_order_ids=named) == {
        "W1": "RATED",
        "W2": "SKIPPED",
        "W3": "NOT_READY_FOR_RATING",
        "W4": "REGION_REQUIRED",
    }
    assert (await rating.get(f"/v1/work-orders/{orders[4]['id']}")).json()["status"] == "open"


@pytest.mark.parametrize(
    ("selection", "numbers"),
    [
        ({}, {"W1", "W2", "X1"}),
        ({"customers": ["S1002"]}, {"X1"}),
        ({"customers": ["S1002", "S1001"], "service_to": "2026-11-02"}, {"W1", "W2", "X1"}),
        ({"branches": ["SAT"], "customers": ["S1001"]}, {"W1", "W2"}),
    ],
)
async def test_a_filter_chooses_among_the_orders_that_are_ready(
    company: Company, enter: Enter, rating_database: Database, selection: dict[str, Any], numbers: set[str]
) -> None:
    await enter("W1", "W2")
    await enter("X1", customer="S1002")
    assert await results(company[0], rating_database, **selection) == dict.fromkeys(numbers, "RATED")


@pytest.mark.parametrize("selection", [{"service_to": "2026-11-01"}, {"customers": ["S1003"]}, {"branches": ["LAX"]}])
async def test_a_filter_that_matches_nothing_is_refused(
    company: Company, enter: Enter, selection: dict[str, Any]
) -> None:
    await enter("W1")
    answer = await company[0].post("/v1/rating-runs", json=selection)
    assert (answer.status_code, answer.json()["code"]) == (409, "NOTHING_TO_RATE")


async def test_orders_that_do_not_exist_are_named_and_nothing_is_rated(
    company: Company, enter: Enter, identity: Identity
) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    answer = await rating.post("/v1/rating-runs", json={"work_order_ids": [order["id"], 999999]})
    assert (answer.status_code, answer.json()["code"]) == (422, "UNKNOWN_REFERENCE")
    assert answer.json()["errors"] == [{"pointer": "/work_order_ids", "detail": "there is no work order 999999"}]
    other = identity("rating", Grant("rating.rating", Level.EDIT, Limits(branches=frozenset({"MIA"}))))
    hidden = await rating.post("/v1/rating-runs", json={"work_order_ids": [order["id"]]}, headers=other)
    assert hidden.status_code == 422
    assert (await rating.get("/v1/rating-runs")).json()["totals"]["count"] == 0


async def test_ids_and_a_filter_together_are_refused(company: Company) -> None:
    answer = await company[0].post("/v1/rating-runs", json={"work_order_ids": [1], "branches": ["SAT"]})
    assert answer.status_code == 422


async def test_a_run_skips_an_order_that_went_back_into_the_field(
    company: Company, enter: Enter, rating_database: Database
) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    started = await rating.post("/v1/rating-runs", json={})
    await rating.patch(f"/v1/work-orders/{order['id']}", json={"field_status": "in_field"}, headers={"if-match": '"1"'})
    await work_off(rating_database)
    run = (await rating.get(started.headers["location"])).json()
    assert [outcome["outcome"] for outcome in run["outcomes"]] == ["SKIPPED"]
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).json()["status"] == "open"


async def test_prebills_are_entered_and_rated_with_their_order(company: Company, rate: Rate) -> None:
    rating, _ = company
    prebills = [{"billing_item": "Mileage", "rate": "5.00", "quantity": "2"}, {"billing_item": "Skip trace"}]
    made = await rating.post("/v1/work-orders", json={**ORDER, "number": "N1", "prebills": prebills})
    assert made.status_code == 201, made.text
    charges = (await rating.get(f"/v1/work-orders/{made.json()['id']}/charges")).json()["items"]
    assert [(charge["kind"], charge["billing_item"], charge["rate"], charge["entered_by"]) for charge in charges] == [
        ("prebill", "Mileage", "5.00000", r"ALAMO\tester"),
        ("prebill", "Skip trace", None, r"ALAMO\tester"),
    ]
    rated = (await rate(made.json()["id"])).json()
    assert [(line["billing_item"], line["amount"], line["origin"]) for line in rated["lines"]] == [
        ("Service of process", "80.00", "rate"),
        ("Mileage", "10.00", "prebill"),
        ("Skip trace", "195.00", "prebill"),
    ]


async def test_an_invalid_prebill_names_its_field_and_no_order_is_saved(company: Company) -> None:
    rating, _ = company
    prebills = [{"billing_item": "Mileage"}, {"billing_item": "Mileage", "rate": "-1", "servers": [{"server": "S77"}]}]
    answer = await rating.post("/v1/work-orders", json={**ORDER, "number": "N1", "prebills": prebills})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/prebills/1/rate", "/prebills/1/servers"]
    assert (await rating.get("/v1/work-orders")).json()["totals"]["count"] == 0


async def test_the_gaps_of_a_run_are_those_of_the_orders_that_it_could_not_rate(
    company: Company, enter: Enter, rating_database: Database
) -> None:
    rating, _ = company
    (gone,) = await enter("W1", zip_code="99999")
    await results(rating, rating_database)
    await enter("W2", zip_code="99998")
    await enter("W3")
    await results(rating, rating_database)
    runs = (await rating.get("/v1/rating-runs", params={"sort": "id"})).json()["items"]
    found = [(await rating.get("/v1/coverage", params={"run_id": run["id"]})).json() for run in runs]
    assert [[gap["served_zip"] for gap in one["gaps"]] for one in found] == [["99999"], ["99999", "99998"]]
    # W3 was rated, so the run does not count it.
    assert [one["orders"] for one in found] == [1, 2]
    headers = {"if-match": f'"{gone["revision"]}"', "idempotency-key": "void"}
    assert (
        await rating.post(f"/v1/work-orders/{gone['id']}/void", json={"reason": "twice"}, headers=headers)
    ).is_success
    after = (await rating.get("/v1/coverage", params={"run_id": runs[0]["id"]})).json()
    assert (after["orders"], after["gaps"]) == (0, [])
