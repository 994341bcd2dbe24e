"""Orders that were entered by mistake are voided while nothing was exported, and are then in no list and no total."""

from typing import Any

from shared.access.grants import Grant, Level
from shared.database.pool import Database
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import Company, Enter, Rate, key
from tests.services.rating.conftest import Identity


async def test_a_void_order_is_in_no_list_and_no_total_and_keeps_its_number(
    company: Company, enter: Enter, rate: Rate, identity: Identity
) -> None:
    rating, _ = company
    order, other = await enter("W1", "W2")
    await rate(order["id"])
    path, clerk = f"/v1/work-orders/{order['id']}", identity("rating", Grant("rating.work_orders", Level.EDIT))

    async def do(verb: str, body: Any, path: str = path) -> Any:
        etag = (await rating.get(path)).headers["etag"]
        return await rating.post(f"{path}/{verb}", json=body, headers={**clerk, "if-match": etag})

    assert (await do("void", {})).json()["errors"][0]["pointer"] == "/reason"
    voided = await do("void", {"reason": "entered twice"})
    assert (voided.status_code, voided.json()["status"]) == (200, "void"), voided.text
    assert voided.json()["last_closing"]["reason"] == "entered twice"
    listed = (await rating.get("/v1/work-orders")).json()
    assert ([one["number"] for one in listed["items"]], listed["totals"]) == (["W2"], {"count": 1, "total": "0.00"})
    shown = (await rating.get("/v1/work-orders", params={"status": "void"})).json()
    assert ([one["number"] for one in shown["items"]], shown["totals"]["total"]) == (["W1"], "0.00")
    for noun in ("ready-to-export", "work-in-progress/work-orders", "work-order-entries"):
        assert "W1" not in [one["number"] for one in (await rating.get(f"/v1/{noun}")).json()["items"]], noun
    etag = {"if-match": voided.headers["etag"]}
    for answer in (
        await rating.patch(path, json={"miles": "3"}, headers=etag),
        await rating.post(f"{path}/rating", headers=etag),
        await do("void", {"reason": "again"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "LOCKED_USE_CREDIT")
        assert "is void" in answer.json()["detail"]
    entry = {"number": "w1", "branch": "SAT", "customer": "S1001", "priority": "RUSH", "job_type": "CITATION"}
    again = await rating.post("/v1/work-orders", json={**entry, "service_on": "2026-11-02"})
    assert again.json()["code"] == "NUMBER_TAKEN"
    assert (await do("unvoid", {"reason": "no"}, f"/v1/work-orders/{other['id']}")).json()["code"] == "NOT_VOID"
    back = await do("unvoid", {"reason": "it was right"})
    assert (back.json()["status"], back.json()["rating_version"]) == ("open", 3)
    steps = (await rating.get(f"{path}/history")).json()["items"]
    assert [(one["action"], one["note"]) for one in steps][:2] == [
        ("unvoided", "it was right"),
        ("voided", "entered twice"),
    ]
    assert (await rate(order["id"])).status_code == 200


async def test_an_order_that_was_ever_invoiced_cannot_be_voided(
    company: Company, enter: Enter, rate: Rate, rating_database: Database, receivables_database: Database
) -> None:
    rating, receivables = company
    (order,) = await enter("W1")
    await rate(order["id"])
    await rating.post("/v1/exports", json={}, headers=key(1))
    await exchange(rating_database, receivables_database)
    path = f"/v1/work-orders/{order['id']}"
    read = await rating.get(path)
    assert read.json()["status"] == "exported"
    refused = await rating.post(f"{path}/void", json={"reason": "x"}, headers={"if-match": read.headers["etag"]})
    assert refused.json()["code"] == "LOCKED_USE_CREDIT"
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    credit = {"disposition": "rerate", "reason": "wrong rate"}
    credited = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=credit, headers=key(2))
    assert credited.status_code in {200, 201}, credited.text
    await exchange(rating_database, receivables_database)
    read = await rating.get(path)
    assert read.json()["status"] == "open"
    refused = await rating.post(f"{path}/void", json={"reason": "x"}, headers={"if-match": read.headers["etag"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "ALREADY_EXPORTED")
