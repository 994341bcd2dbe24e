"""The percentages of servers by date, and the servers of an order."""

import asyncio
from datetime import date
from decimal import Decimal

import httpx
import pytest

from services.rating.actions.records import COMMISSION_RATES
from services.rating.records.commission_rates import CommissionRateEntry
from shared.access.grants import EVERYTHING
from shared.database.pool import Database
from tests.fixtures.ledgers import load

pytestmark = pytest.mark.usefixtures("paying")
RATE = {"server": "JOE", "percent": "30", "effective_from": "2026-01-01", "effective_to": "2026-06-30"}


async def test_the_rates_of_a_server_are_stored_by_date_and_exported_in_the_import_format(
    rating: httpx.AsyncClient,
) -> None:
    made = await rating.post("/v1/commission-rates", json=RATE)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    path = f"/v1/commission-rates/{made.json()['id']}"
    overlapping = await rating.post(
        "/v1/commission-rates", json={**RATE, "effective_from": "2026-06-30", "effective_to": None}
    )
    assert (overlapping.status_code, overlapping.json()["code"]) == (409, "COMMISSION_RATES_OVERLAP")
    longer = await rating.put(path, json={**RATE, "effective_to": None}, headers={"if-match": '"1"'})
    assert (longer.status_code, longer.headers["etag"]) == (200, '"2"')
    stale = await rating.put(path, json=RATE, headers={"if-match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "VERSION_STALE")
    assert (await rating.put(path, json=RATE)).json()["code"] == "VERSION_MISSING"
    other = await rating.put(path, json={**RATE, "server": "ANA"}, headers={"if-match": '"2"'})
    assert other.json()["errors"][0]["pointer"] == "/server"
    in_force = (await rating.get("/v1/commission-rates", params={"on": "2026-11-02"})).json()["items"]
    assert [(rate["server"], rate["percent"]) for rate in in_force] == [
        ("ANA", "45.00000"),
        ("JOE", "30.00000"),
        ("TOM", "33.30000"),
    ]
    table = (await rating.get("/v1/commission-rates", headers={"accept": "text/csv"})).content
    again = await load(rating, "commission-rates", table)
    assert (again.status_code, len(again.json()["errors"])) == (422, 4)
    servers = (await rating.get("/v1/servers", headers={"accept": "text/csv"})).text.splitlines()
    assert set(servers) >= {"ANA,Ana Flores,,yes", "JOE,Joe Medina,,no", "TOM,Tom Whitaker,,yes"}


async def test_the_files_of_the_sample_company_can_be_imported(rating: httpx.AsyncClient) -> None:
    for noun, rows in (("servers", 5), ("commission-rates", 5)):
        done = (await load(rating, noun)).json()
        assert done["created"] + done["unchanged"] == rows


async def test_clerks_who_enter_a_rate_at_once_enter_one(rating: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(rating.post("/v1/commission-rates", json=RATE) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("WHO,10,2026-01-01,", "server"),
        ("JOE,ten,2026-01-01,", "percent"),
        ("JOE,101,2026-01-01,", "percent"),
        ("JOE,-1,2026-01-01,", "percent"),
        ("JOE,10,yesterday,", "effective_from"),
        ("JOE,10,2026-01-02,2026-01-01", "effective_to"),
        ("JOE,10,2025-12-31,2026-03-01", "effective_from"),
        ("ANA,10,2026-10-31,", "effective_from"),
    ],
)
async def test_a_rate_file_with_an_error_imports_nothing(rating: httpx.AsyncClient, row: str, column: str) -> None:
    content = f"server,percent,effective_from,effective_to\nJOE,20,2026-03-01,2026-04-30\n{row}"
    answer = await load(rating, "commission-rates", content.encode())
    assert answer.json()["errors"][0]["pointer"] == f"line 3, column {column}", answer.text
    assert (await rating.get("/v1/commission-rates", params={"server": "JOE"})).json()["items"] == []


async def test_the_servers_of_an_order_are_checked_and_can_be_imported(rating: httpx.AsyncClient) -> None:
    heading = "number,branch,customer,priority,job_type,served_zip,service_on,servers"
    row = "SAT,S1001,STANDARD,CITATION,78205,2026-11-02"
    good = await load(rating, "work-orders", f"{heading}\nW1,{row},ANA: 60; TOM: 40\nW2,{row},ANA".encode())
    assert good.status_code == 201, good.text
    order = (await rating.get("/v1/work-orders")).json()["items"][0]
    read = (await rating.get(f"/v1/work-orders/{order['id']}")).json()
    assert read["servers"] == [{"server": "ANA", "share": "60"}, {"server": "TOM", "share": "40"}]
    for cell in ("WHO", "ANA; ANA", "ANA: 0", "ANA: x"):
        answer = await load(rating, "work-orders", f"{heading}\nW9,{row},{cell}".encode())
        assert answer.json()["errors"][0]["pointer"] == "line 2, column servers", answer.text
    profile = {
        "branch": "SAT",
        "customer_type": "ANY",
        "priority": "ANY",
        "job_type": "ANY",
        "region": "ANY",
        "effective_from": "2026-01-01",
        "lines": [{"billing_item": "Mileage", "rate": "1", "commission_method": "percent", "commission_rate": "101"}],
    }
    faulty = await rating.post("/v1/billing-profiles", json=profile)
    assert faulty.json()["errors"][0]["pointer"] == "/lines/0/commission_rate"


async def test_imports_at_once_never_create_overlapping_rates(rating: httpx.AsyncClient) -> None:
    files = [b"server,percent,effective_from\nJOE,40,2026-01-01"] * 4
    answers = await asyncio.gather(*(load(rating, "commission-rates", file) for file in files))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]


async def test_an_import_waits_for_a_rate_that_is_being_entered_and_sees_it(
    rating: httpx.AsyncClient, rating_database: Database
) -> None:
    entry = CommissionRateEntry(server="JOE", percent=Decimal(40), effective_from=date(2026, 1, 1))
    async with rating_database.transaction() as session:
        await COMMISSION_RATES.enter(session, EVERYTHING, entry)
        importing = asyncio.create_task(
            load(rating, "commission-rates", b"server,percent,effective_from\nJOE,50,2026-03-01")
        )
        assert (await asyncio.wait({importing}, timeout=0.3))[0] == set()
    answer = await importing
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "line 2, column effective_from")
