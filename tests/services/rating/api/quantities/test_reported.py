"""Quantities of a company's own that are reported: with orders and proofs, one by one and by file."""

import csv
import io
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from shared.access.grants import Grant, Level
from shared.database.pool import Database
from shared.files.xlsx import XLSX_TYPE
from tests.fixtures.exchange import work_off
from tests.fixtures.ledgers import Rate, load
from tests.fixtures.quantities import FACTS, READY, Entered, change
from tests.fixtures.rollups import order_of
from tests.services.rating.conftest import CountStatements, Identity

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
