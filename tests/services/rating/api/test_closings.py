"""Orders that are invoiced on demand or zero-billed, without a roll-up."""

import httpx

from shared.access.grants import Grant, Level
from shared.database.pool import Database
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import Company, Enter, Rate, key
from tests.fixtures.rollups import assign, order_of
from tests.services.rating.conftest import Identity, RatedIds, Reconciled


async def test_an_on_demand_invoice_skips_the_roll_up(
    rolled: httpx.AsyncClient,
    enter: Enter,
    company: Company,
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}/on-demand-invoice"
    headers = {"if-match": '"1"', **key(1)}
    started = await rolled.post(path, json={"invoice_date": "2026-11-20"}, headers=headers)
    assert started.status_code == 202, started.text
    assert (await rolled.post(path, json={"invoice_date": "2026-11-20"}, headers=headers)).json() == started.json()
    await exchange(rating_database, receivables_database)
    (invoice,) = (await rolled.get("/v1/invoices")).json()["items"]
    assert (invoice["kind"], invoice["status"], invoice["ar_number"]) == ("on_demand", "exported", "100001")
    assert (await order_of(rolled, order["id"]))["status"] == "exported"
    await reconciled()


async def test_a_refused_on_demand_invoice_leaves_its_order_rated(
    company: Company, enter: Enter, reconciled: Reconciled, rating_database: Database, receivables_database: Database
) -> None:
    rating, receivables = company
    (order,) = await enter("W1")
    for month in ("2026-10", "2026-11"):
        await receivables.post("/v1/months/close", json={"ar_company": 1, "month": month})
    path = f"/v1/work-orders/{order['id']}"
    body = {"invoice_date": "2026-11-20"}
    await rating.post(f"{path}/on-demand-invoice", json=body, headers={"if-match": '"1"', **key(1)})
    await exchange(rating_database, receivables_database)
    back = await rating.get(path)
    assert (back.json()["status"], back.json()["invoice_id"]) == ("rated", None)
    assert (await rating.get("/v1/invoices")).json()["items"][0]["status"] == "dissolved"
    await reconciled()
    body = {"invoice_date": "2026-12-01"}
    again = await rating.post(
        f"{path}/on-demand-invoice", json=body, headers={"if-match": back.headers["etag"], **key(2)}
    )
    assert again.status_code == 202
    await exchange(rating_database, receivables_database)
    assert (await order_of(rating, order["id"]))["status"] == "exported"
    await reconciled()


async def test_an_assigned_order_must_be_taken_off_before_it_is_invoiced_on_demand(
    rolled: httpx.AsyncClient, rated_ids: RatedIds
) -> None:
    (order_id,) = await rated_ids("W1")
    await assign(rolled)
    path = f"/v1/work-orders/{order_id}"
    etag = (await rolled.get(path)).headers["etag"]
    answer = await rolled.post(f"{path}/on-demand-invoice", json={}, headers={"if-match": etag, **key(1)})
    assert (answer.status_code, answer.json()["code"]) == (409, "ON_INVOICE")


async def test_an_on_demand_order_that_cannot_be_rated_stays_as_it_was(company: Company, enter: Enter) -> None:
    rating, _ = company
    (order,) = await enter("W1", zip_code="99999")
    path = f"/v1/work-orders/{order['id']}"
    answer = await rating.post(f"{path}/on-demand-invoice", json={}, headers={"if-match": '"1"', **key(1)})
    assert (answer.status_code, answer.json()["code"]) == (422, "REGION_REQUIRED")
    assert (await rating.get(path)).json()["revision"] == 1
    assert (await rating.get("/v1/exports")).json()["items"] == []


async def test_a_zero_billed_order_is_closed_until_it_is_reopened(
    company: Company, enter: Enter, rate: Rate, identity: Identity
) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}"
    closed = await rating.post(f"{path}/zero-bill", json={"reason": "our mistake"}, headers={"if-match": '"1"'})
    assert closed.json()["status"] == "closed"
    refused = await rate(order["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "LOCKED_USE_CREDIT")
    twice = await rating.post(f"{path}/zero-bill", json={"reason": "x"}, headers={"if-match": closed.headers["etag"]})
    assert twice.status_code == 409
    clerk = identity("rating", Grant("rating.rating", Level.EDIT))
    etag = {"if-match": closed.headers["etag"]}
    assert (await rating.post(f"{path}/reopen", json={"reason": "x"}, headers={**etag, **clerk})).status_code == 403
    opened = await rating.post(f"{path}/reopen", json={"reason": "ordered after all"}, headers=etag)
    assert (opened.json()["status"], opened.json()["rating_version"]) == ("open", 2)
    assert (await rate(order["id"])).json()["version"] == 2
    again = await rating.post(f"{path}/reopen", json={"reason": "x"}, headers=etag)
    assert (again.status_code, again.json()["code"]) == (409, "NOT_CLOSED")


async def test_a_rated_order_cannot_be_zero_billed(company: Company, rated_ids: RatedIds) -> None:
    (order_id,) = await rated_ids("W1")
    path = f"/v1/work-orders/{order_id}"
    etag = (await company[0].get(path)).headers["etag"]
    answer = await company[0].post(f"{path}/zero-bill", json={"reason": "x"}, headers={"if-match": etag})
    assert (answer.status_code, answer.json()["code"]) == (409, "NOT_OPEN")
