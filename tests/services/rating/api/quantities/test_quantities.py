"""Quantities that a company defines itself: set up, charged, and changed."""

import asyncio
import csv
import io
from typing import Any

import httpx
import pytest

from shared.database.pool import Database
from tests.fixtures.exchange import work_off
from tests.fixtures.ledgers import Company, Rate, load
from tests.fixtures.quantities import (
    AMOUNTS,
    CHARGED,
    FACTS,
    KEY,
    READY,
    Entered,
    amounts,
    change,
    charge,
    define,
    per,
)
from tests.fixtures.rollups import order_of
from tests.services.rating.conftest import CountStatements


async def test_each_kind_of_quantity_is_charged_one_by_one_and_in_bulk(
    defined: httpx.AsyncClient, entered: Entered, rate: Rate, rating_database: Database
) -> None:
    first, second = await entered("W1", **FACTS), await entered("W2", **FACTS)
    trial = (await defined.get(f"/v1/work-orders/{first}/rating/trial")).json()
    rated = (await rate(first)).json()
    assert amounts(rated["lines"]) == amounts(trial["lines"]) == AMOUNTS
    units = {line["quantity_source"]: line["unit"] for line in rated["lines"]}
    assert (units["EXTRA"], units["HELD"], units["WORDS"]) == ("persons", "days", "")
    words = {reason["words"] for reason in rated["explanation"]["lines"]}
    assert "EXTRA = persons − STOPS = 2: 2 EXTRA at 1 = 2.00" in words
    await work_off(rating_database)
    order = next(
        one for one in (await defined.get("/v1/work-in-progress/work-orders")).json()["items"] if one["number"] == "W2"
    )
    assert order["value"] == rated["total"]
    await defined.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    assert amounts((await defined.get(f"/v1/work-orders/{second}/rating")).json()["lines"]) == AMOUNTS


async def test_services_of_many_orders_are_counted_by_one_statement_and_only_where_a_quantity_needs_them(
    defined: httpx.AsyncClient, entered: Entered, rating_database: Database, count_statements: CountStatements
) -> None:
    async def counted() -> int:
        async with count_statements(rating_database) as statements:
            await work_off(rating_database)
        return sum("SELECT work_order_id, outcome, street" in query for query in statements.calls)

    async def counted_in(*numbers: str) -> tuple[int, int]:
        """How often places are read for estimates, and then for a run."""
        for number in numbers:
            await entered(number, **FACTS)
        estimates = await counted()
        await defined.post("/v1/rating-runs", json={})
        return estimates, await counted()

    assert await counted_in("W1") == await counted_in("W2", "W3", "W4") == (1, 1)
    for code in ("SERVICES", "STOPS"):
        assert (await change(defined, code, derived=None)).status_code == 200
    assert await counted_in("W5") == (0, 0)


async def test_a_trial_of_an_order_that_does_not_exist_counts_no_services(defined: httpx.AsyncClient) -> None:
    entry = {**READY, "persons": "2", "hours": "3", "quantities": {"WORDS": "5"}}
    trial = (await defined.post("/v1/rating-trials", json={"order": entry})).json()
    assert amounts(trial["lines"]) == {"WORDS": "5.00", "EFFORT": "6.00"}
    refused = await defined.post("/v1/rating-trials", json={"order": {**entry, "quantities": {"EFFORT": "5"}}})
    assert refused.json()["errors"] == [
        {"pointer": "/order/quantities/EFFORT", "detail": "EFFORT is derived; leave it out"}
    ]


FAULTY: list[tuple[dict[str, Any], list[str]]] = [
    ({"code": "MILES"}, ["/code"]),
    ({"code": "ANY"}, ["/code"]),
    ({"code": "A", "derived": "sum"}, ["/derived"]),
    ({"code": "A", "derived": "product", "derived_from": ["miles", "GONE"]}, ["/derived_from"]),
    ({"code": "A", "derived": "product", "derived_from": ["miles"]}, ["/derived_from"]),
    ({"code": "A", "derived_from": ["miles"]}, ["/derived_from"]),
    ({"code": "A", "derived": "difference", "derived_from": ["A", "miles"]}, ["/derived_from"]),
    ({"code": "A", "unit": "u" * 31}, ["/unit"]),
    ({"code": "A", "entered_with": "proofs"}, ["/entered_with"]),
]


@pytest.mark.parametrize(("body", "places"), FAULTY)
async def test_a_quantity_that_cannot_be_saved_names_each_field(
    company: Company, body: dict[str, Any], places: list[str]
) -> None:
    refused = await company[0].post("/v1/quantities", json={"name": "A", **body})
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == places


async def test_a_change_cannot_close_a_circle(defined: httpx.AsyncClient) -> None:
    refused = await change(defined, "WORDS", derived="product", derived_from=["EXTRA", "miles"])
    assert refused.status_code == 200, refused.text
    circle = await change(defined, "EXTRA", derived_from=["persons", "WORDS"])
    assert (circle.status_code, circle.json()["errors"]) == (
        422,
        [{"pointer": "/derived_from", "detail": "EXTRA depends on itself (EXTRA → WORDS → EXTRA)"}],
    )


async def test_two_changes_at_once_cannot_close_a_circle(defined: httpx.AsyncClient) -> None:
    for code in ("FIRST", "SECOND"):
        assert (await define(defined, code)).status_code == 201
    answers = await asyncio.gather(
        change(defined, "FIRST", derived="product", derived_from=["miles", "SECOND"]),
        change(defined, "SECOND", derived="product", derived_from=["miles", "FIRST"]),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422]


async def test_quantities_come_by_file_and_go_out_as_they_came_in(company: Company) -> None:
    rating, _ = company
    file = (
        "code,name,unit,entered_with,derived,derived_from\n"
        "extra,Extra persons,persons,,difference,Persons; stops\n"
        "HELD,Days,days,,days,ordered_on;Completed_On\n"
        "FILINGS,Filings,,order,,\n"
    )
    assert (await load(rating, "quantities", file.encode())).json()["created"] == 3
    shown = await rating.get("/v1/quantities", headers={"accept": "text/csv"})
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(shown.text.lstrip("\ufeff")))}
    assert rows["EXTRA"]["derived_from"] == "persons; STOPS"
    assert (rows["HELD"]["derived_from"], rows["FILINGS"]["entered_with"]) == ("ordered_on; completed_on", "order")
    again = await load(rating, "quantities", shown.content)
    assert (again.json()["imported"], again.json()["unchanged"]) == (0, 5), again.text
    refused = await load(rating, "quantities", file.replace("Persons; stops", "HELD; EXTRA").encode())
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["line 2, column derived_from"]
    refused = await load(rating, "quantities", file.replace("Persons", "GONE").encode())
    assert refused.json()["errors"] == [
        {"pointer": "line 2, column derived_from", "detail": "there is no quantity GONE"}
    ]
    history = (await rating.get("/v1/quantities/EXTRA/history")).json()["items"]
    assert [step["action"] for step in history] == ["imported"]


async def test_a_quantity_that_was_retired_stays_where_it_is_used_and_is_refused_elsewhere(
    defined: httpx.AsyncClient, entered: Entered
) -> None:
    order_id = await entered(**FACTS)
    for code in ("WORDS", "STOPS"):
        assert (await change(defined, code, retired_on="2026-11-01")).status_code == 200
    kept = await define(defined, "SECOND", derived="product", derived_from=["STOPS", "miles"])
    assert kept.json()["errors"] == [{"pointer": "/derived_from", "detail": "there is no quantity STOPS"}]
    assert (await change(defined, "EXTRA", name="Others")).status_code == 200
    assert (await charge(defined, *(per(code) for code in CHARGED))).status_code == 200
    order = await order_of(defined, order_id)
    path, etag = f"/v1/work-orders/{order_id}", {"if-match": f'"{order["revision"]}"'}
    changed = await defined.patch(path, json={"quantities": {"WORDS": "7"}}, headers=etag)
    assert (changed.status_code, changed.json()["quantities"]) == (200, {"WORDS": "7.000"})
    refused = await defined.post("/v1/work-orders", json={**READY, "number": "W2", "quantities": {"WORDS": "7"}})
    assert refused.json()["errors"] == [{"pointer": "/quantities/WORDS", "detail": "there is no quantity WORDS"}]
    another = {**KEY, "priority": "RUSH", "effective_from": "2030-01-01", "lines": [per("WORDS")]}
    refused = await defined.post("/v1/billing-profiles", json=another)
    assert "/lines/0/quantity_source" in {fault["pointer"] for fault in refused.json()["errors"]}


async def test_a_line_of_a_rate_table_names_quantities_in_any_spelling_and_none_that_does_not_exist(
    defined: httpx.AsyncClient,
) -> None:
    good = await charge(defined, per("words", times_source="Miles"))
    assert [(line["quantity_source"], line["times_source"]) for line in good.json()["lines"][1:]] == [
        ("WORDS", "miles")
    ]
    wrong = await charge(defined, per("GONE", times_source="lost"), per("miles", rate="x", times_source="LOST"))
    assert {fault["pointer"] for fault in wrong.json()["errors"]} == {
        *("/lines/1/quantity_source", "/lines/1/times_source", "/lines/2/rate", "/lines/2/times_source")
    }
    listed = next(fault["detail"] for fault in wrong.json()["errors"] if fault["pointer"] == "/lines/1/times_source")
    assert listed.startswith("must be one of miles, ")
    assert listed.endswith("COPIES, EFFORT, EXTRA, FILINGS, HELD, SERVICES, STOPS, WORDS")
