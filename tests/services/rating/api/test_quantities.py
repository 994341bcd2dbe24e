"""Quantities that a company defines itself: set up, entered with orders and proofs, charged, and changed."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from shared.access.grants import Grant, Level
from shared.database.pool import Database
from shared.files.xlsx import XLSX_TYPE
from tests.fixtures.exchange import work_off
from tests.fixtures.ledgers import Company, Rate, load
from tests.fixtures.rollups import order_of
from tests.services.rating.api.test_work_order_services import ENTRY, OPEN
from tests.services.rating.conftest import CountStatements, Identity

KEY = {"branch": "SAT", "customer_type": "LAW", "priority": "STANDARD", "job_type": "CITATION", "region": "BEXAR"}
DEFINED: dict[str, dict[str, Any]] = {
    "EXTRA": {"derived": "difference", "derived_from": ["persons", "stops"], "unit": "persons"},
    "EFFORT": {"derived": "product", "derived_from": ["hours", "persons"]},
    "HELD": {"derived": "days", "derived_from": ["ordered_on", "completed_on"], "unit": "days"},
    "SERVICES": {"derived": "services"},
    "FILINGS": {"entered_with": "order"},
    "WORDS": {},
}
CHARGED = ("WORDS", "FILINGS", "EXTRA", "EFFORT", "HELD", "SERVICES", "STOPS")
READY = {**ENTRY, "field_status": "served", "pod_received": True, "served_zip": "78205"}
SERVED = {**OPEN, "outcome": "served", "served_at": "2026-11-02T10:00"}


async def define(rating: httpx.AsyncClient, code: str, **facts: Any) -> httpx.Response:
    return await rating.post("/v1/quantities", json={"code": code, "name": code.title(), **facts})


async def change(rating: httpx.AsyncClient, code: str, **facts: Any) -> httpx.Response:
    read = await rating.get(f"/v1/quantities/{code}")
    body = {name: value for name, value in read.json().items() if not name.startswith("changed_")} | facts
    return await rating.put(f"/v1/quantities/{code}", json=body, headers={"if-match": read.headers["etag"]})


async def charge(rating: httpx.AsyncClient, *lines: dict[str, Any]) -> httpx.Response:
    """Gives the sample profile of citations in Bexar County these lines beside the service of process."""
    (found,) = (await rating.get("/v1/billing-profiles", params=KEY)).json()["items"]
    read = await rating.get(f"/v1/billing-profiles/{found['id']}")
    body = {
        **KEY,
        "effective_from": found["effective_from"],
        "lines": [{"billing_item": "Service of process", "rate": "80"}, *lines],
    }
    return await rating.put(
        f"/v1/billing-profiles/{found['id']}", json=body, headers={"if-match": read.headers["etag"]}
    )


def per(source: str, rate: str = "1", **facts: Any) -> dict[str, Any]:
    return {"billing_item": "Mileage", "method": "per_unit", "rate": rate, "quantity_source": source, **facts}


@pytest.fixture
async def defined(company: Company) -> httpx.AsyncClient:
    """Rating with one quantity of each kind, each charged at 1.00."""
    rating, _ = company
    for code, facts in DEFINED.items():
        made = await define(rating, code, **facts)
        assert made.status_code == 201, made.text
    changed = await charge(rating, *(per(code) for code in CHARGED))
    assert changed.status_code == 200, changed.text
    return rating


Entered = Callable[..., Awaitable[int]]


@pytest.fixture
def entered(defined: httpx.AsyncClient) -> Entered:
    """Enters a served order and returns its id."""

    async def make(number: str = "W1", **facts: Any) -> int:
        made = await defined.post("/v1/work-orders", json={**READY, "number": number, **facts})
        assert made.status_code == 201, made.text
        return int(made.json()["id"])

    return make


FACTS: dict[str, Any] = {
    "persons": "4",
    "hours": "1.5",
    "ordered_on": "2026-10-30",
    "quantities": {"words": "1200", "FILINGS": "2"},
    "services": [SERVED, {**SERVED, "party": "B"}, {**SERVED, "street": "9 Elm St"}, {**OPEN, "outcome": "cancelled"}],
}
AMOUNTS = {
    "WORDS": "1200.00",
    "FILINGS": "2.00",
    "EXTRA": "2.00",
    "EFFORT": "6.00",
    "HELD": "3.00",
    "SERVICES": "3.00",
    "STOPS": "2.00",
}


def amounts(lines: list[dict[str, Any]]) -> dict[str, str]:
    return {line["quantity_source"]: line["amount"] for line in lines[1:]}


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


REFUSED: list[tuple[Any, list[str]]] = [
    ({"GONE": "1"}, ["/quantities/GONE"]),
    ({"EXTRA": "1", "WORDS": "2"}, ["/quantities/EXTRA"]),
    ({"WORDS": "-1"}, ["/quantities/WORDS"]),
    ({"WORDS": "1.2345"}, ["/quantities/WORDS"]),
    ({"WORDS": 3}, ["/quantities/WORDS"]),
    ({"WORDS": "3", "words": "4"}, ["/quantities"]),
    ({f"Q{place}": "1" for place in range(51)}, ["/quantities"]),
    (["WORDS"], ["/quantities"]),
]


@pytest.mark.parametrize(("quantities", "places"), REFUSED)
async def test_a_quantity_that_cannot_be_reported_is_named(
    defined: httpx.AsyncClient, quantities: Any, places: list[str]
) -> None:
    refused = await defined.post("/v1/work-orders", json={**READY, "quantities": quantities})
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == places


async def test_an_unknown_quantity_is_named_beside_other_faults(defined: httpx.AsyncClient) -> None:
    body = {**READY, "served_zip": "x", "quantities": {"GONE": "1"}}
    refused = await defined.post("/v1/work-orders", json=body)
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/served_zip", "/quantities/GONE"]


HEADING = "number,branch,customer,priority,job_type,served_zip,service_on,field_status,pod_received,quantities\n"


def row(number: str, cell: str) -> str:
    return f"{number},SAT,S1001,STANDARD,CITATION,78205,2026-11-02,served,yes,{cell}\n"


async def test_orders_come_by_file_with_their_quantities_and_go_out_as_they_came_in(
    defined: httpx.AsyncClient, rate: Rate
) -> None:
    file = HEADING + row("W1", "words = 1200; FILINGS=2.5") + row("W2", "")
    assert (await load(defined, "work-orders", file.encode())).status_code == 201
    page = await defined.get("/v1/work-orders")
    first, second = page.json()["items"]
    assert (await order_of(defined, first["id"]))["quantities"] == {"WORDS": "1200.000", "FILINGS": "2.500"}
    assert (await order_of(defined, second["id"]))["quantities"] == {}
    assert (await rate(first["id"])).json()["total"] == "1282.50"
    shown = await defined.get("/v1/work-order-entries", headers={"accept": "text/csv"})
    rows = [*csv.DictReader(io.StringIO(shown.text.lstrip("\ufeff")))]
    assert [one["quantities"] for one in rows] == ["WORDS = 1200; FILINGS = 2.5", ""]
    renamed = shown.text.replace("W1,", "V1,").replace("W2,", "V2,").encode()
    assert (await load(defined, "work-orders", renamed)).json()["imported"] == 2
    shown = await defined.get("/v1/work-order-entries", headers={"accept": XLSX_TYPE})
    book, out = load_workbook(io.BytesIO(shown.content)), io.BytesIO()
    for place in (2, 3, 4, 5):
        book.worksheets[0].cell(place, 1).value = f"X{place}"
    book.save(out)
    imported = await defined.post("/v1/work-orders/import", content=out.getvalue(), headers={"content-type": XLSX_TYPE})
    assert imported.json()["imported"] == 4, imported.text
    entries = (await defined.get("/v1/work-order-entries")).json()["items"]
    assert [one["quantities"] for one in entries] == [{"WORDS": "1200.000", "FILINGS": "2.500"}, {}] * 4
    wrong = (
        HEADING
        + row("W3", "GONE = 1")
        + row("W4", "EXTRA = 1")
        + row("W5", "WORDS")
        + row("W6", "WORDS = x")
        + row("W7", "WORDS = 1; WORDS = 2")
    )
    refused = await load(defined, "work-orders", wrong.encode())
    assert [(one["pointer"], one["detail"]) for one in refused.json()["errors"]] == [
        ("line 2, column quantities", "there is no quantity GONE"),
        ("line 3, column quantities", "EXTRA is derived; leave it out"),
        ("line 4, column quantities", "WORDS is not a quantity; write COPIES = 3"),
        (
            "line 5, column quantities",
            'must be a decimal number in a string, with at most 3 decimal places, like "12.50"',
        ),
        ("line 6, column quantities", "WORDS is given twice"),
    ]


async def test_a_proof_of_delivery_has_the_quantities_that_field_staff_enter(
    defined: httpx.AsyncClient, entered: Entered, identity: Identity
) -> None:
    order_id = await entered(quantities={"WORDS": "5", "FILINGS": "2"})
    path = f"/v1/work-orders/{order_id}/proof"
    staff = identity("rating", Grant("rating.proof", Level.EDIT))

    async def prove(**proof: Any) -> httpx.Response:
        etag = (await defined.get(path, headers=staff)).headers["etag"]
        return await defined.put(path, json=proof, headers={**staff, "if-match": etag})

    read = (await defined.get(path, headers=staff)).json()
    assert read["quantities"] == {"WORDS": "5.000", "FILINGS": "2.000"}
    same = await prove(quantities=read["quantities"])
    assert (same.status_code, same.json()["quantities"]) == (200, read["quantities"]), same.text
    changed = await prove(quantities={"COPIES": "3"})
    assert changed.json()["quantities"] == {"FILINGS": "2.000", "COPIES": "3.000"}
    assert (await prove()).json()["quantities"] == {"FILINGS": "2.000"}
    for quantities, detail in (
        ({"FILINGS": "3"}, "FILINGS is entered with the order; change it there"),
        ({"EXTRA": "3"}, "EXTRA is derived; leave it out"),
        ({"GONE": "3"}, "there is no quantity GONE"),
    ):
        refused = await prove(quantities=quantities)
        assert (refused.status_code, refused.json()["errors"]) == (
            422,
            [{"pointer": f"/quantities/{next(iter(quantities))}", "detail": detail}],
        )
    steps = (await defined.get(f"/v1/work-orders/{order_id}/history")).json()["items"]
    assert {"field": "quantities/COPIES", "from": None, "to": "3"} in steps[1]["changes"]


async def test_proofs_come_by_file_with_quantities(
    defined: httpx.AsyncClient, entered: Entered, rating_database: Database, count_statements: CountStatements
) -> None:
    for number in ("W1", "W2", "W3"):
        await entered(number, quantities={"WORDS": "5", "FILINGS": "2"})
    heading = "work_order,quantities\n"
    async with count_statements(rating_database) as statements:
        done = await load(defined, "proofs", (heading + "W1,COPIES = 3\nW2,\nW3,WORDS = 5\n").encode())
    assert (done.json()["changed"], done.json()["unchanged"]) == (2, 1), done.text
    assert statements.count <= 10
    entries = (await defined.get("/v1/work-order-entries")).json()["items"]
    assert [one["quantities"] for one in entries] == [
        {"FILINGS": "2.000", "COPIES": "3.000"},
        {"FILINGS": "2.000"},
        {"FILINGS": "2.000", "WORDS": "5.000"},
    ]
    others = await load(defined, "proofs", b"work_order,miles\nW1,4\n")
    assert others.json()["changed"] == 1
    assert (await defined.get("/v1/work-order-entries")).json()["items"][0]["quantities"] == entries[0]["quantities"]
    refused = await load(defined, "proofs", (heading + "W1,FILINGS = 3\nW2,EXTRA = 1\nW3,GONE = 1\n").encode())
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [
        f"line {line}, column quantities" for line in (2, 3, 4)
    ]


async def test_a_formula_that_changes_is_warned_of_and_makes_new_estimates(
    defined: httpx.AsyncClient, entered: Entered, rate: Rate, rating_database: Database
) -> None:
    rated, _ = await entered("W1", **FACTS), await entered("W2", **FACTS)
    assert (await rate(rated)).status_code == 200
    await work_off(rating_database)

    async def estimate() -> str:
        await work_off(rating_database)
        found = (await defined.get("/v1/work-in-progress/work-orders")).json()["items"]
        return next(str(one["value"]) for one in found if one["number"] == "W2")

    assert await estimate() == "1298.00"
    assert (await order_of(defined, rated))["warnings"] == []
    assert (await change(defined, "EXTRA", unit="people")).status_code == 200
    assert (await order_of(defined, rated))["warnings"] == []
    # 4 persons less 3 servees instead of 2 stops.
    assert (await change(defined, "EXTRA", derived_from=["persons", "SERVICES"])).status_code == 200
    assert (await order_of(defined, rated))["warnings"] == ["RATE_CHANGED"]
    assert await estimate() == "1297.00"
    assert (await rate(rated)).json()["total"] == "1297.00"


async def test_a_product_that_is_too_large_is_refused(defined: httpx.AsyncClient, entered: Entered, rate: Rate) -> None:
    refused = await rate(await entered(persons="9999999", hours="9999999"))
    assert (refused.status_code, refused.json()["code"]) == (422, "AMOUNT_TOO_LARGE")
    assert refused.json()["detail"] == (
        "EFFORT comes to 99,999,980,000,001.000 for work order W1, but a quantity must be at most 999,999,999.999. "
        "Check hours and persons."
    )
