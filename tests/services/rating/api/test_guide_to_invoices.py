"""The chapters of the guide on roll-up, single orders, commissions and corrections, done in their order."""

import json
import re
from typing import Any

import httpx
import pytest

from shared.database.pool import Database
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import ORDER, Company, Enter, key, load
from tests.services.rating.api.test_guide import GUIDE
from tests.services.rating.conftest import Do, Reconciled


def body(command: str) -> Any:
    """The body of the command in the guide, where it must be exactly once."""
    (found,) = re.findall(rf"```json\n{re.escape(command)}\n(.*?)```", GUIDE, re.DOTALL)
    return json.loads(found)


def test_the_guide_contains_the_amounts_of_its_examples() -> None:
    for amount in ("170.00", "24.30", "11.99", "14.63", "9.75", "38.93", "21.74", "285.00"):
        assert amount in GUIDE


@pytest.fixture
async def rating(company: Company) -> httpx.AsyncClient:
    await load(company[0], "commission-rates")
    return company[0]


async def rated_order(rating: httpx.AsyncClient, do: Do, number: str, **facts: Any) -> str:
    """Enters and rates an order of Harlan & Ruiz; returns its path."""
    made = await rating.post("/v1/work-orders", json={**ORDER, "number": number, **facts})
    path = f"/v1/work-orders/{made.json()['id']}"
    await do("POST", f"{path}/rating")
    return path


async def drafts(rating: httpx.AsyncClient) -> dict[str, str]:
    found = (await rating.get("/v1/invoices", params={"status": "draft"})).json()["items"]
    return {draft["cycle_from"][:7]: draft["total"] for draft in found}


async def test_roll_up_works_as_the_guide_describes(
    rating: httpx.AsyncClient, do: Do, rating_database: Database, receivables_database: Database
) -> None:
    assert (await rating.post("/v1/rollup-rules", json=body("POST rollup-rules"))).status_code == 201
    await rated_order(rating, do, "A", service_on="2026-10-28")
    await rated_order(rating, do, "B")
    await rated_order(rating, do, "C", priority="RUSH", service_on="2026-11-16")
    assigned = await rating.post("/v1/invoices/assign", json=body("POST invoices/assign"), headers=key("assign"))
    assert assigned.json()["new_invoices"] == 2
    assert await drafts(rating) == {"2026-10": "80.00", "2026-11": "170.00"}
    await rating.post("/v1/exports", json=body("POST exports"), headers=key("export"))
    await exchange(rating_database, receivables_database)
    assert await drafts(rating) == {"2026-11": "170.00"}
    (draft,) = (await rating.get("/v1/invoices", params={"status": "draft"})).json()["items"]
    named = json.loads(re.sub(r"\s+", " ", re.findall(r'`({"selection":\s{"invoice_ids".*?})`', GUIDE, re.DOTALL)[0]))
    named["selection"]["invoice_ids"] = [draft["id"]]
    await rating.post("/v1/exports", json=named, headers=key("named"))
    await exchange(rating_database, receivables_database)
    assert await drafts(rating) == {}
    states = (await rating.get("/v1/open-rollup-invoices")).json()["totals"]
    assert (states["sent_orders"], states["sent"]) == (3, "250.00")


async def test_on_demand_invoices_and_zero_bills_work_as_the_guide_describes(
    rating: httpx.AsyncClient,
    do: Do,
    company: Company,
    enter: Enter,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    await rating.post("/v1/rollup-rules", json=body("POST rollup-rules"))
    alone, free = await enter("W1", "W2")
    command = "work-orders/{id}/on-demand-invoice"
    await do("POST", "/v1/" + command.format(id=alone["id"]), body(f"POST {command}"))
    await exchange(rating_database, receivables_database)
    (invoice,) = (await rating.get("/v1/invoices")).json()["items"]
    assert (invoice["kind"], invoice["status"], invoice["total"]) == ("on_demand", "exported", "80.00")
    command = "work-orders/{id}/zero-bill"
    closed = (await do("POST", "/v1/" + command.format(id=free["id"]), body(f"POST {command}"))).json()
    assert (closed["status"], closed["last_closing"]["reason"]) == ("closed", body(f"POST {command}")["reason"])
    assert (await rating.get("/v1/work-in-progress")).json()["totals"]["orders"] == 0
    assert len((await rating.get("/v1/invoices")).json()["items"]) == 1
    again = (await do("POST", f"/v1/work-orders/{free['id']}/reopen", {"reason": "the client pays"})).json()
    assert (again["status"], again["rating_version"]) == ("open", 2)


async def earned(rating: httpx.AsyncClient) -> dict[str, tuple[str, str]]:
    """The commissions of each server that are not yet in A/R, and those that are owed."""
    totals = (await rating.get("/v1/commissions")).json()["totals"]["by_server"]
    return {server["server"]: (server["accrued"], server["owed"]) for server in totals}


async def test_commissions_and_a_correction_work_as_the_guide_describes(
    rating: httpx.AsyncClient,
    do: Do,
    company: Company,
    rating_database: Database,
    receivables_database: Database,
    reconciled: Reconciled,
) -> None:
    path = await rated_order(rating, do, "W1", priority="RUSH", triggers=["SKIP_TRACE"])
    await do("PATCH", path, body("PATCH work-orders/{id}"))
    lines = (await do("POST", f"{path}/rating")).json()["lines"]
    assert [(line["billing_item"], line["amount"], line["commission"]) for line in lines] == [
        ("Service of process", "90.00", "36.29"),
        ("Skip trace", "195.00", "24.38"),
    ]
    booked = (await rating.get("/v1/commissions")).json()["items"]
    assert {(booking["billing_item"], booking["server"], booking["amount"]) for booking in booked} == {
        ("Service of process", "S101", "24.30"),
        ("Service of process", "S102", "11.99"),
        ("Skip trace", "S101", "14.63"),
        ("Skip trace", "S102", "9.75"),
    }
    assert await earned(rating) == {"S101": ("38.93", "0.00"), "S102": ("21.74", "0.00")}
    await rating.post("/v1/exports", json=body("POST exports"), headers=key("export"))
    await exchange(rating_database, receivables_database)
    assert await earned(rating) == {"S101": ("0.00", "38.93"), "S102": ("0.00", "21.74")}
    refused = await rating.patch(path, json={"triggers": []}, headers={"if-match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "LOCKED_USE_CREDIT")

    receivables = company[1]
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    assert invoice["total"] == "285.00"
    command = "invoices/{id}/credits"
    credited = await receivables.post(
        "/v1/" + command.format(id=invoice["id"]), json=body(f"POST {command}"), headers=key("credit")
    )
    assert credited.status_code == 201, credited.text
    await exchange(rating_database, receivables_database)
    order = (await rating.get(path)).json()
    assert (order["status"], order["rating_version"]) == ("open", 3)
    assert await earned(rating) == {"S101": ("0.00", "0.00"), "S102": ("0.00", "0.00")}
    await do("PATCH", path, {"triggers": []})
    assert (await do("POST", f"{path}/rating")).json()["total"] == "90.00"
    await rating.post("/v1/exports", json=body("POST exports"), headers=key("again"))
    await exchange(rating_database, receivables_database)
    assert await earned(rating) == {"S101": ("0.00", "24.30"), "S102": ("0.00", "11.99")}
    numbers = {item["number"] for item in (await receivables.get("/v1/invoices")).json()["items"]}
    assert len(numbers) == 2
    await reconciled()
