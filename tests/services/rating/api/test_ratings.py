"""Ratings of one order and of many, and how they are explained."""

import asyncio
import json
from datetime import date
from typing import Any

import httpx
import pytest

from services.rating.actions import billing_profiles
from shared.contracts.work_order_rated import WorkOrderRated
from shared.database.pool import Database
from tests.fixtures.attempts import LOUD
from tests.fixtures.exchange import data_of, take_events, work_off
from tests.fixtures.ledgers import Company, Enter, Rate, load
from tests.services.rating.conftest import CountStatements, Identity


async def test_a_rating_explains_every_line_of_its_profile(enter: Enter, rate: Rate, company: Company) -> None:
    (order,) = await enter("W1", zip_code="78130", miles="40")
    rated = (await rate(order["id"])).json()
    assert (rated["version"], rated["total"], rated["region"]) == (1, "121.00", "TX_OTHER")
    assert [(line["billing_item"], line["quantity"], line["amount"]) for line in rated["lines"]] == [
        ("Service of process", "1.000", "95.00"),
        ("Mileage", "40.000", "26.00"),
    ]
    verdicts = {line["billing_item"]: line["words"] for line in rated["explanation"]["lines"]}
    assert verdicts["Mileage"] == "40 miles at 0.65 = 26.00"
    assert verdicts["Skip trace"] == "needs SKIP_TRACE; the order has no triggers"
    assert (await company[0].get(f"/v1/work-orders/{order['id']}/rating")).json() == rated


async def test_rating_again_makes_the_next_version_and_keeps_the_previous_one(
    enter: Enter, rate: Rate, company: Company
) -> None:
    rating, _ = company
    (order,) = await enter("W1", zip_code="78130", miles="40")
    path = f"/v1/work-orders/{order['id']}"
    first = await rate(order["id"])
    await rating.patch(path, json={"miles": "10"}, headers={"if-match": first.headers["etag"]})
    assert (await rate(order["id"])).json()["version"] == 2
    history = (await rating.get(f"{path}/ratings")).json()["items"]
    assert [(version["version"], version["total"]) for version in history] == [(2, "101.50"), (1, "121.00")]


async def test_a_rating_that_fails_keeps_the_old_one(enter: Enter, rate: Rate, company: Company) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}"
    first = await rate(order["id"])
    await rating.patch(path, json={"priority": "SPECIAL"}, headers={"if-match": first.headers["etag"]})
    failed = await rate(order["id"])
    assert (failed.status_code, failed.json()["code"]) == (422, "NO_PROFILE")
    assert failed.json()["nearest"][0]["differs"] == ["priority"]
    assert (await rating.get(f"{path}/rating")).json()["version"] == 1


async def test_removing_a_rating_opens_the_order_and_uses_up_the_version(
    enter: Enter, rate: Rate, company: Company
) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}"
    rated = await rate(order["id"])
    removed = await rating.delete(f"{path}/rating", headers={"if-match": rated.headers["etag"]})
    assert (removed.status_code, removed.json()) == (200, rated.json())
    assert removed.headers["etag"] == (await rating.get(path)).headers["etag"]
    assert (await rating.get(path)).json()["status"] == "open"
    assert (await rating.get(f"{path}/rating")).json()["code"] == "NOT_RATED"
    assert (await rate(order["id"])).json()["version"] == 2


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"pod_received": False}, 409, "NOT_READY_FOR_RATING"),
        ({"field_status": "in_field"}, 409, "NOT_READY_FOR_RATING"),
        ({"served_zip": "10007"}, 422, "REGION_REQUIRED"),
        ({"customer": "NO_SERVER"}, 422, "NO_PROFILE"),
    ],
)
async def test_an_order_that_cannot_be_rated_says_why(
    enter: Enter, rate: Rate, company: Company, change: dict[str, Any], status: int, code: str
) -> None:
    (order,) = await enter("W1")
    await company[0].patch(f"/v1/work-orders/{order['id']}", json=change, headers={"if-match": '"1"'})
    answer = await rate(order["id"])
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_rating_a_stale_order_is_refused(enter: Enter, company: Company) -> None:
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}/rating"
    answers = await asyncio.gather(*(company[0].post(path, headers={"if-match": '"1"'}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]


async def test_each_change_of_a_rating_is_published_as_an_event(
    enter: Enter, rate: Rate, company: Company, rating_database: Database
) -> None:
    rating, _ = company
    (order,) = await enter("W1", zip_code="78130", miles="40")
    path = f"/v1/work-orders/{order['id']}"
    etag = (await rate(order["id"])).headers["etag"]
    moved = await rating.patch(path, json={"bill_to": "S1002"}, headers={"if-match": etag})
    await rating.delete(f"{path}/rating", headers={"if-match": moved.headers["etag"]})
    published = [
        WorkOrderRated.model_validate(data_of(event)) for event in await take_events(rating_database, "rating")
    ]
    assert [(event.state, event.rating_version, event.bill_to, str(event.total)) for event in published] == [
        ("rated", 1, "S1001", "121.00"),
        ("rated", 1, "S1002", "121.00"),
        ("removed", 2, "S1002", "0.00"),
    ]
    assert [event.revision for event in published] == sorted({event.revision for event in published})
    assert [(line.billing_item, str(line.amount)) for line in published[0].lines] == [
        ("Service of process", "95.00"),
        ("Mileage", "26.00"),
    ]


async def test_bulk_rating_gives_a_result_for_each_order(company: Company, rating_database: Database) -> None:
    rating, _ = company
    await load(rating, "work-orders")
    started = await rating.post("/v1/rating-runs", json={})
    assert started.status_code == 202
    await work_off(rating_database)
    run = (await rating.get(started.headers["location"])).json()
    assert (run["status"], run["orders"], run["rated"], run["failed"]) == ("done", 1000, 985, 15)
    assert {outcome["outcome"]: outcome["orders"] for outcome in run["outcomes"]} == {
        "NO_PROFILE": 7,
        "RATED": 985,
        "REGION_REQUIRED": 8,
    }
    failed = (await rating.get(f"{started.headers['location']}/results", params={"outcome": "NO_PROFILE"})).json()
    assert failed["totals"] == {"count": 7}
    assert all("differs in priority" in item["detail"] for item in failed["items"])
    assert all(item["nearest"][0]["differs"] == ["priority"] for item in failed["items"])
    listed = (await rating.get("/v1/work-orders?reason=NO_PROFILE&limit=500")).json()["items"]
    assert {item["id"]: item["nearest"] for item in listed} == {
        item["work_order_id"]: item["nearest"] for item in failed["items"]
    }
    assert all(item["nearest"] == [] for item in (await rating.get("/v1/work-orders?status=rated")).json()["items"])


async def test_a_bulk_rating_with_nothing_to_rate_is_refused(company: Company) -> None:
    answer = await company[0].post("/v1/rating-runs", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "NOTHING_TO_RATE")


async def test_two_bulk_ratings_rate_each_order_once(enter: Enter, company: Company, rating_database: Database) -> None:
    rating, _ = company
    orders = await enter(*(f"W{number}" for number in range(30)))
    runs = [await rating.post("/v1/rating-runs", json={}) for _ in range(2)]
    await asyncio.gather(*(work_off(rating_database) for _ in range(3)))
    states = [(await rating.get(run.headers["location"])).json() for run in runs]
    assert [state["rated"] for state in states] == [30, 0]
    assert {outcome["outcome"] for outcome in states[1]["outcomes"]} == {"SKIPPED"}
    versions = [(await rating.get(f"/v1/work-orders/{order['id']}")).json()["rating_version"] for order in orders]
    assert versions == [1] * 30


async def test_a_bulk_rating_of_a_limited_clerk_leaves_other_branches_alone(
    company: Company, rating_database: Database, identity: Identity
) -> None:
    from shared.access.grants import Grant, Level, Limits

    rating, _ = company
    await load(rating, "work-orders")
    miami = identity("rating", Grant("rating.rating", Level.EDIT, Limits(branches=frozenset({"MIA"}))))
    started = await rating.post("/v1/rating-runs", json={}, headers=miami)
    assert started.json()["orders"] == 150
    await work_off(rating_database)
    rated = (await rating.get("/v1/work-orders", params={"status": "rated", "limit": 500})).json()
    assert {item["branch"] for item in rated["items"]} == {"MIA"}
    assert (await rating.get(started.headers["location"], headers=miami)).status_code == 200
    angeles = identity("rating", Grant("rating.rating", Level.VIEW, Limits(branches=frozenset({"LAX"}))))
    assert (await rating.get(started.headers["location"], headers=angeles)).status_code == 404


async def test_the_number_of_statements_does_not_grow_with_the_orders(
    company: Company, rating_database: Database, count_statements: CountStatements
) -> None:
    """A part of 100 orders and one of 899 send the same statements."""
    rating, _ = company
    from services.rating.actions import rating_runs
    from shared.clock import now

    counted = []
    content = await _sample_lines()
    for begin, size in ((0, 1), (1, 100), (101, 899)):
        await load(rating, "work-orders", "\n".join([content[0], *content[1 + begin : 1 + begin + size]]).encode())
        await rating.post("/v1/rating-runs", json={})
        async with count_statements(rating_database) as statements, rating_database.transaction() as session:
            await rating_runs.rate_part(session, now(), LOUD)
        counted.append(statements)
        await work_off(rating_database)
    # The first part reads the rate tables, which are cached until they change.
    assert counted[1].calls == counted[2].calls
    assert counted[2].count <= 16


async def _sample_lines() -> list[str]:
    from tests.fixtures.ledgers import SAMPLE

    return (SAMPLE / "work-orders.csv").read_text().splitlines()


async def test_progress_is_streamed_until_the_run_is_done(
    enter: Enter, company: Company, rating_database: Database
) -> None:
    rating, _ = company
    await enter("W1", "W2")
    started = await rating.post("/v1/rating-runs", json={})
    watching = asyncio.create_task(rating.get(f"{started.headers['location']}/events"))
    await asyncio.sleep(0.05)
    await work_off(rating_database)
    stream = (await asyncio.wait_for(watching, 10)).text
    events = [line.removeprefix("event: ") for line in stream.splitlines() if line.startswith("event:")]
    states = [json.loads(line.removeprefix("data: ")) for line in stream.splitlines() if line.startswith("data:")]
    assert events[-1] == "done"
    assert states[-1]["rated"] == 2
    assert states[-1] == (await rating.get(started.headers["location"])).json()


async def test_the_progress_of_a_run_that_does_not_exist_is_not_found(company: Company) -> None:
    assert (await company[0].get("/v1/rating-runs/9/events")).status_code == 404


async def test_profiles_are_listed_by_key_and_date(company: Company) -> None:
    rating, _ = company
    query = {"branch": "LAX", "job_type": "SUMMONS", "region": "ORANGE", "customer_type": "LAW", "on": "2023-06-01"}
    page = (await rating.get("/v1/billing-profiles", params=query)).json()
    assert page["totals"] == {"count": 1}
    assert page["items"][0]["lines"][0]["rate"] == "40.00000"
    assert page["items"][0]["source"].startswith("California Government Code")


async def test_a_profile_that_overlaps_is_refused_with_its_line(company: Company) -> None:
    rating, _ = company
    heading = "branch,customer_type,priority,job_type,region,effective_from,effective_to,billing_item,rate"
    row = "SAT,LAW,STANDARD,CITATION,BEXAR,2027-01-01,,Service of process,99"
    answer = await load(rating, "billing-profiles", f"{heading}\n{row}".encode())
    assert answer.json()["errors"] == [
        {
            "pointer": "line 2, column effective_from",
            "detail": "overlaps the profile with the same key that is in force from 2016-05-01 until further notice",
        }
    ]


async def test_imports_at_once_never_create_overlapping_profiles(company: Company) -> None:
    rating, _ = company
    heading = "branch,customer_type,priority,job_type,region,effective_from,billing_item,rate"
    row = "SAT,LAW,SPECIAL,CITATION,BEXAR,2027-01-01,Service of process,99"
    answers = await asyncio.gather(*(load(rating, "billing-profiles", f"{heading}\n{row}".encode()) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert (await rating.get("/v1/billing-profiles", params={"priority": "SPECIAL"})).json()["totals"] == {"count": 1}


async def test_an_import_waits_for_a_profile_that_is_being_entered_and_sees_it(
    company: Company, rating_database: Database
) -> None:
    rating, _ = company
    heading = "branch,customer_type,priority,job_type,region,effective_from,billing_item,rate"
    row = "SAT,LAW,SPECIAL,CITATION,BEXAR,2027-01-01,Service of process,99"
    assert (await load(rating, "billing-profiles", f"{heading}\n{row}".encode())).status_code == 201
    (known,) = (await rating.get("/v1/billing-profiles", params={"priority": "SPECIAL"})).json()["items"]
    assert (await load(rating, "priorities", b"code,name\nNIGHT,At night")).status_code == 201
    async with rating_database.transaction() as session:
        changes = {"priority": "NIGHT", "effective_from": date(2027, 1, 1)}
        await billing_profiles.copy_profile(session, known["id"], changes)
        importing = asyncio.create_task(
            load(rating, "billing-profiles", f"{heading}\n{row.replace('SPECIAL', 'NIGHT')}".encode())
        )
        assert (await asyncio.wait({importing}, timeout=0.3))[0] == set()
    answer = await importing
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "line 2, column effective_from")


def _answers_ok(answer: httpx.Response) -> bool:
    return answer.status_code < 400


async def test_importing_the_codes_again_changes_nothing(company: Company) -> None:
    rating, _ = company
    for noun in ("branches", "customer-types", "priorities", "job-types", "regions", "bill-types", "billing-items"):
        before = (await rating.get(f"/v1/{noun}")).json()
        assert before
        assert _answers_ok(await load(rating, noun))
        assert (await rating.get(f"/v1/{noun}")).json() == before
