"""Exported invoices that wait in a batch for review: posted, removed, withdrawn, or sent again."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from services.rating.actions.exports import ask_again
from services.rating.store.exports.runs import oldest_unfinished_age_seconds
from shared.contracts.invoice_batched import InvoiceBatched
from shared.database.pool import Database
from tests.fixtures.attempts import LOUD
from tests.fixtures.clerk import Clerk
from tests.fixtures.exchange import data_of, deliver, exchange, take_events, work_off
from tests.fixtures.ledgers import Company, Enter, key
from tests.services.receivables.fixtures import Export, Reconciled

EDITED = {"description": "mine"}


@pytest.fixture
async def reviewing(clerk: Clerk) -> Clerk:
    """A clerk whose company reviews exported invoices in a batch."""
    await clerk.set_company(exported_invoices="batch")
    return clerk


async def batch_of(clerk: Clerk, run: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = (await clerk.client.get("/v1/batches", params={"run_id": run["id"]})).json()["items"]
    return found


@pytest.fixture
async def waiting(enter: Enter, export: Export, reviewing: Clerk) -> tuple[dict[str, Any], dict[str, Any]]:
    """The run and the batch of one exported order that waits for review."""
    await enter("W1")
    run = await export()
    return run, await batch_of(reviewing, run)


async def run_again(rating: httpx.AsyncClient, run: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await rating.get(f"/v1/exports/{run['id']}")).json()
    return found


async def test_an_exported_invoice_waits_in_a_batch_until_it_is_posted(
    company: Company,
    enter: Enter,
    export: Export,
    reconciled: Reconciled,
    reviewing: Clerk,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, receivables = company
    (order, _) = await enter("W1", "W2", zip_code="78130", miles="40")
    run = await export()
    assert (run["status"], run["exported"], run["in_batch"]) == ("waiting_for_posting", 0, 2)
    batch = await batch_of(reviewing, run)
    assert (batch["source"], batch["status"], batch["entries"], batch["entered"]) == ("rating", "open", 2, "242.00")
    (first, _) = (await rating.get(f"/v1/exports/{run['id']}/invoices")).json()["items"]
    assert (first["outcome"], first["ar_batch"]) == ("waiting", batch["number"])
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).json()["status"] == "exporting"
    assert (await receivables.get("/v1/invoices")).json()["totals"]["count"] == 0
    async with rating_database.transaction() as session:
        assert not await ask_again(session, 0, LOUD), "rating asks again for what waits for people"
        assert await oldest_unfinished_age_seconds(session) == 0
    await reconciled()
    assert (await reviewing.post(batch["id"]))["status"] == "posted"
    await exchange(rating_database, receivables_database)
    run = await run_again(rating, run)
    assert (run["status"], run["exported"], run["exported_total"], run["in_batch"]) == ("done", 2, "242.00", 0)
    invoices = await reviewing.invoices(sort="id")
    assert [(one["number"], one["total"], one["due_on"], one["source"]) for one in invoices] == [
        ("100001", "121.00", "2026-12-20", "rating"),
        ("100002", "121.00", "2026-12-20", "rating"),
    ]
    assert (await reviewing.invoice(invoices[0]["id"]))["lines"][0]["work_order_number"] == "W1"
    await reconciled()


async def test_an_invoice_posted_from_a_batch_can_be_credited_like_any_other(
    company: Company,
    enter: Enter,
    export: Export,
    reconciled: Reconciled,
    reviewing: Clerk,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, receivables = company
    (order,) = await enter("W1")
    run = await export()
    await reviewing.post((await batch_of(reviewing, run))["id"])
    (invoice,) = await reviewing.invoices()
    body = {"disposition": "rerate", "reason": "wrong", "month": "2026-11"}
    credited = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key("c"))
    assert credited.status_code == 201, credited.text
    await exchange(rating_database, receivables_database)
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).json()["status"] == "open"
    await reconciled()


async def test_rules_for_entries_by_hand_do_not_block_exported_invoices(
    company: Company,
    enter: Enter,
    export: Export,
    reconciled: Reconciled,
    reviewing: Clerk,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    """A customer on hold only gives a warning, and exported invoices are always numbered automatically."""
    rating, receivables = company
    await reviewing.set_company(customers_on_hold="refuse", auto_number_invoices=False)
    (customer,) = (await receivables.get("/v1/customers", params={"search": "S1001"})).json()["items"]
    await receivables.patch(
        f"/v1/customers/{customer['id']}", json={"status": "hold"}, headers={"if-match": f'"{customer["version"]}"'}
    )
    await enter("W1")
    run = await export()
    batch = await batch_of(reviewing, run)
    assert (await reviewing.validate(batch["id"]))["status"] == "warnings", await reviewing.findings(batch["id"])
    assert (await reviewing.post(batch["id"]))["status"] == "posted"
    await exchange(rating_database, receivables_database)
    assert (await run_again(rating, run))["exported"] == 1
    assert [one["number"] for one in await reviewing.invoices()] == ["100001"]
    await reconciled()


async def test_a_waiting_invoice_cannot_be_edited(
    company: Company, enter: Enter, export: Export, reviewing: Clerk
) -> None:
    await enter("W1")
    batch = await batch_of(reviewing, await export())
    path = f"/v1/batches/{batch['id']}/entries/1"
    refused = await reviewing.change("PATCH", path, 1, **EDITED)
    assert (refused.status_code, refused.json()["code"]) == (409, "ENTRY_READ_ONLY")


@pytest.mark.parametrize("way", ["delete", "clear"])
async def test_what_is_taken_out_of_its_batch_is_refused_and_can_be_exported_again(
    company: Company,
    enter: Enter,
    export: Export,
    reconciled: Reconciled,
    reviewing: Clerk,
    rating_database: Database,
    receivables_database: Database,
    way: str,
) -> None:
    rating, receivables = company
    (order,) = await enter("W1")
    run = await export()
    batch = await batch_of(reviewing, run)
    if way == "delete":
        removed = await reviewing.change("DELETE", f"/v1/batches/{batch['id']}/entries/1", 1)
    else:
        removed = await receivables.post(f"/v1/batches/{batch['id']}/clear")
    assert removed.is_success, removed.text
    await exchange(rating_database, receivables_database)
    run = await run_again(rating, run)
    assert (run["status"], run["refused"]) == ("done_with_refusals", 1)
    (refused,) = (await rating.get(f"/v1/exports/{run['id']}/invoices")).json()["items"]
    assert refused["reason"] == "REMOVED_IN_AR"
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).json()["status"] == "assigned"
    await reconciled()
    again = await export()
    assert (again["status"], again["in_batch"]) == ("waiting_for_posting", 1)
    await reviewing.post((await batch_of(reviewing, again))["id"])
    await exchange(rating_database, receivables_database)
    assert (await run_again(rating, again))["exported"] == 1
    await reconciled()


async def test_a_withdrawal_removes_a_waiting_invoice_and_cancels_the_empty_batch(
    company: Company,
    waiting: tuple[dict[str, Any], dict[str, Any]],
    reconciled: Reconciled,
    reviewing: Clerk,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, _ = company
    run, batch = waiting
    await rating.post(f"/v1/exports/{run['id']}/withdrawals", json={})
    await exchange(rating_database, receivables_database)
    run = await run_again(rating, run)
    assert (run["status"], run["refused"]) == ("done_with_refusals", 1)
    assert (await reviewing.read(batch["id"]))["status"] == "cancelled"
    await reconciled()


async def test_a_withdrawal_during_the_posting_is_answered_by_it(
    company: Company,
    waiting: tuple[dict[str, Any], dict[str, Any]],
    reconciled: Reconciled,
    reviewing: Clerk,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, _ = company
    run, batch = waiting
    await reviewing.validate(batch["id"])
    assert (await reviewing.send(batch["id"])).status_code == 202
    await rating.post(f"/v1/exports/{run['id']}/withdrawals", json={})
    await exchange(rating_database, receivables_database)
    assert (await run_again(rating, run))["status"] == "waiting_for_posting"
    await reviewing.post_on()
    await exchange(rating_database, receivables_database)
    assert (await run_again(rating, run))["exported"] == 1
    await reconciled()


async def test_a_repeated_chunk_waits_only_once(
    company: Company,
    enter: Enter,
    reconciled: Reconciled,
    reviewing: Clerk,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, _ = company
    await enter("W1", "W2", "W3")
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    run = (await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key("s"))).json()
    await work_off(rating_database)
    chunk = (await take_events(rating_database, "rating"))[-1]
    repeated = [
        (chunk[0], chunk[1], chunk[2].replace(data_id(chunk), f"00000000-0000-4000-8000-{number:012d}".encode()))
        for number in range(6)
    ]
    await asyncio.gather(*(deliver(receivables_database, "receivables", [one]) for one in repeated))
    batch = await batch_of(reviewing, run)
    assert (batch["entries"], batch["status"]) == (3, "open")
    batched = [one for one in await take_events(receivables_database, "receivables") if one[1] == "invoice-batched"]
    assert [len(InvoiceBatched.model_validate(data_of(one)).invoices) for one in batched] == [3] * 6
    await reviewing.post(batch["id"])
    await deliver(receivables_database, "receivables", [repeat(chunk)])
    await exchange(rating_database, receivables_database)
    assert (await run_again(rating, run))["status"] == "done"
    await reconciled()


def data_id(event: tuple[int, str, bytes]) -> bytes:
    """The id of an event in its envelope."""
    found: str = json.loads(event[2])["id"]
    return found.encode()


def repeat(event: tuple[int, str, bytes]) -> tuple[int, str, bytes]:
    return event[0], event[1], event[2].replace(data_id(event), b"00000000-0000-4000-8000-00000000abcd")


async def test_a_later_chunk_of_a_run_opens_its_validated_batch_again(
    company: Company,
    enter: Enter,
    reconciled: Reconciled,
    reviewing: Clerk,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, _ = company
    await enter(*(f"W{number}" for number in range(4)))
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    run = (await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key("s"))).json()
    await work_off(rating_database, chunk_orders=2)
    first, second = [
        one for one in await take_events(rating_database, "rating") if one[1] == "invoice-export-requested"
    ]
    await deliver(receivables_database, "receivables", [first])
    batch = await batch_of(reviewing, run)
    assert (await reviewing.validate(batch["id"]))["status"] == "valid"
    await deliver(receivables_database, "receivables", [second])
    assert ((await reviewing.read(batch["id"]))["status"], (await batch_of(reviewing, run))["entries"]) == ("open", 4)
    await reviewing.post(batch["id"])
    await exchange(rating_database, receivables_database)
    assert (await run_again(rating, run))["exported"] == 4
    await reconciled()


async def test_a_chunk_that_arrives_after_the_posting_waits_in_another_batch(
    company: Company,
    enter: Enter,
    reconciled: Reconciled,
    reviewing: Clerk,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, _ = company
    await enter("W1", "W2")
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    run = (await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key("s"))).json()
    await work_off(rating_database, chunk_orders=1)
    first, second = [
        one for one in await take_events(rating_database, "rating") if one[1] == "invoice-export-requested"
    ]
    await deliver(receivables_database, "receivables", [first])
    await reviewing.post((await batch_of(reviewing, run))["id"])
    await deliver(receivables_database, "receivables", [second])
    batches = (await reviewing.client.get("/v1/batches", params={"run_id": run["id"]})).json()["items"]
    assert sorted(one["status"] for one in batches) == ["open", "posted"]
    await exchange(rating_database, receivables_database)
    assert (await run_again(rating, run))["in_batch"] == 1
    await reconciled()


async def test_chunks_a_withdrawal_and_a_posting_at_once_decide_each_invoice_once(
    company: Company,
    enter: Enter,
    reconciled: Reconciled,
    reviewing: Clerk,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, _ = company
    await enter(*(f"W{number}" for number in range(12)))
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    run = (await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key("s"))).json()
    await work_off(rating_database, chunk_orders=3)
    await rating.post(f"/v1/exports/{run['id']}/withdrawals", json={})
    *chunks, withdrawal = [one for one in await take_events(rating_database, "rating") if one[1].startswith("invoice-")]
    assert (len(chunks), withdrawal[1]) == (4, "invoice-withdrawal-requested")
    await deliver(receivables_database, "receivables", chunks[:1])
    batch = await batch_of(reviewing, run)
    await reviewing.validate(batch["id"])
    await asyncio.gather(
        reviewing.send(batch["id"]),
        *(deliver(receivables_database, "receivables", [one]) for one in (*chunks[1:], withdrawal)),
        reviewing.post_on(),
    )
    await reviewing.post_on()
    await exchange(rating_database, receivables_database)
    found = await run_again(rating, run)
    assert (found["exported"] + found["refused"], found["in_flight"]) == (12, 0)
    await reconciled()


async def test_no_entries_can_be_added_to_a_batch_of_exported_invoices(
    company: Company, enter: Enter, export: Export, reviewing: Clerk
) -> None:
    await enter("W1")
    batch = await batch_of(reviewing, await export())
    refused = await reviewing.enter(batch["id"], customer="S1001", lines=[{"net": "1.00"}])
    assert (refused.status_code, refused.json()["code"]) == (409, "ENTRY_READ_ONLY")
