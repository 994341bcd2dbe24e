"""Exports through both services: booked, refused, withdrawn, credited, and always reconciled."""

import asyncio
from decimal import Decimal

import asyncpg
from pydantic import BaseModel

from shared.contracts.invoice_credited import InvoiceCredited
from shared.contracts.invoice_exported import InvoiceExported
from shared.contracts.invoice_refused import InvoiceRefused
from shared.database.pool import Database
from tests.fixtures.exchange import data_of, deliver, exchange, take_events, work_off
from tests.fixtures.ledgers import Company, Enter, Rate, key, load
from tests.services.receivables.fixtures import Cluster, CountStatements, Export, Reconciled


async def test_the_sample_orders_end_as_invoices_on_their_customers_accounts(
    company: Company, export: Export, reconciled: Reconciled
) -> None:
    rating, receivables = company
    await load(rating, "work-orders")
    run = await export()
    assert (run["status"], run["exported"], run["refused"], run["exported_total"]) == ("done", 985, 0, "99615.39")
    page = (await receivables.get("/v1/invoices", params={"run_id": run["id"], "limit": 1})).json()
    assert page["totals"] == {"count": 985, "total": "99615.39", "open": "99615.39"}
    batches = (await receivables.get("/v1/batches", params={"run_id": run["id"]})).json()["items"]
    assert [(one["ar_company"], one["source"], one["status"]) for one in batches] == [
        (2, "rating", "posted"),
        (1, "rating", "posted"),
    ]
    assert sum(one["transactions"] for one in batches) == 985
    await reconciled()


async def test_an_invoice_shows_its_lines_orders_and_gl_rows(company: Company, enter: Enter, export: Export) -> None:
    _, receivables = company
    (order,) = await enter("W1", zip_code="78130", miles="40")
    await export()
    (head,) = (await receivables.get("/v1/invoices", params={"work_order": "W1"})).json()["items"]
    assert (head["number"], head["month"], head["customer"], head["status"]) == ("100001", "2026-11", "S1001", "open")
    invoice = (await receivables.get(f"/v1/invoices/{head['id']}")).json()
    assert [(one["description"], one["amount"], one["work_order_number"]) for one in invoice["lines"]] == [
        ("Service of process", "95.00", "W1"),
        ("Mileage", "26.00", "W1"),
    ]
    assert [(one["account"], one["debit"], one["credit"]) for one in invoice["distributions"]] == [
        ("1200", "95.00", "0.00"),
        ("4000", "0.00", "95.00"),
        ("1200", "26.00", "0.00"),
        ("4010", "0.00", "26.00"),
    ]
    assert invoice["lines"][0]["work_order_id"] == order["id"]


async def test_an_account_shows_open_items_unbilled_work_and_exposure(
    company: Company,
    enter: Enter,
    rate: Rate,
    export: Export,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    _, receivables = company
    await enter("W1")
    await export()
    (second,) = await enter("W2", zip_code="78130", miles="40")
    await rate(second["id"])
    await exchange(rating_database, receivables_database)
    customer = (await receivables.get("/v1/customers", params={"search": "S1001"})).json()["items"][0]
    account = (await receivables.get(f"/v1/customers/{customer['id']}/account")).json()
    assert [(one["number"], one["open"]) for one in account["items"]] == [("100001", "80.00")]
    assert (account["open_total"], account["unbilled"], account["exposure"]) == ("80.00", "121.00", "201.00")


async def test_the_locked_order_names_its_invoice(company: Company, enter: Enter, export: Export) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    await export()
    path = f"/v1/work-orders/{order['id']}"
    refused = await rating.patch(path, json={"reference": "x"}, headers={"if-match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "LOCKED_USE_CREDIT")
    assert (refused.json()["invoice_number"], refused.json()["transaction"]) == ("100001", 1)


async def test_a_refused_invoice_unlocks_its_orders_and_can_be_exported_again(
    company: Company, enter: Enter, export: Export, reconciled: Reconciled
) -> None:
    rating, receivables = company
    (order,) = await enter("W1", customer="S1002")
    await enter("W2")
    customer = (await receivables.get("/v1/customers", params={"search": "S1002"})).json()["items"][0]
    path = f"/v1/customers/{customer['id']}"
    stopped = await receivables.patch(path, json={"status": "inactive"}, headers={"if-match": '"1"'})
    run = await export()
    assert (run["status"], run["exported"], run["refused"]) == ("done_with_refusals", 1, 1)
    (refused,) = (await rating.get(f"/v1/exports/{run['id']}/invoices", params={"outcome": "refused"})).json()["items"]
    assert (refused["reason"], refused["detail"]) == ("INACTIVE_CUSTOMER", "customer S1002 is inactive")
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).json()["status"] == "assigned"
    await reconciled()
    await receivables.patch(path, json={"status": "active"}, headers={"if-match": stopped.headers["etag"]})
    again = await export()
    assert (again["exported"], again["refused"]) == (1, 0)
    (exported,) = (await rating.get(f"/v1/exports/{again['id']}/invoices")).json()["items"]
    assert (exported["invoice_id"], exported["attempt"]) == (refused["invoice_id"], 2)
    await reconciled()


async def test_a_refused_order_can_be_taken_off_its_draft_invoice(
    company: Company, enter: Enter, export: Export
) -> None:
    rating, receivables = company
    (order,) = await enter("W1", customer="S1002")
    customer = (await receivables.get("/v1/customers", params={"search": "S1002"})).json()["items"][0]
    await receivables.patch(f"/v1/customers/{customer['id']}", json={"status": "inactive"}, headers={"if-match": '"1"'})
    await export()
    path = f"/v1/work-orders/{order['id']}"
    etag = (await rating.get(path)).headers["etag"]
    freed = await rating.post(f"{path}/unassign", headers={"if-match": etag})
    assert (freed.json()["status"], freed.json()["invoice_id"]) == ("rated", None)
    moved = await rating.patch(path, json={"bill_to": "S1001"}, headers={"if-match": freed.headers["etag"]})
    assert moved.status_code == 200
    assert (await export())["exported"] == 1


async def test_a_closed_month_refuses_what_arrives_later(
    company: Company, enter: Enter, export: Export, reconciled: Reconciled
) -> None:
    _, receivables = company
    await enter("W1")
    for month in ("2026-10", "2026-11"):
        assert (await receivables.post("/v1/months/close", json={"ar_company": 1, "month": month})).status_code == 204
    run = await export()
    assert (run["exported"], run["refused"]) == (0, 1)
    await reconciled()


async def test_a_withdrawn_invoice_is_never_booked_however_late_it_arrives(
    company: Company,
    enter: Enter,
    rate: Rate,
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, receivables = company
    (order,) = await enter("W1")
    await rate(order["id"])
    started = await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key(1))
    await work_off(rating_database)
    requested = [one for one in await take_events(rating_database, "rating") if one[1] == "invoice-export-requested"]
    await rating.post(f"{started.headers['location']}/withdrawals", json={})
    events = await take_events(rating_database, "rating")
    await deliver(receivables_database, "receivables", [one for one in events if one not in requested])
    await deliver(receivables_database, "receivables", requested)
    answers = await take_events(receivables_database, "receivables")
    await deliver(rating_database, "rating", answers)
    run = (await rating.get(started.headers["location"])).json()
    assert (run["status"], run["refused"]) == ("done_with_refusals", 1)
    (invoice,) = (await rating.get(f"{started.headers['location']}/invoices")).json()["items"]
    assert invoice["reason"] == "WITHDRAWN"
    assert (await receivables.get("/v1/invoices")).json()["totals"]["count"] == 0
    await reconciled()


async def test_a_withdrawal_that_arrives_too_late_is_answered_with_the_booking(
    company: Company,
    enter: Enter,
    rate: Rate,
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    await rate(order["id"])
    started = await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key(1))
    await work_off(rating_database)
    await rating.post(f"{started.headers['location']}/withdrawals", json={})
    await exchange(rating_database, receivables_database)
    assert (await rating.get(started.headers["location"])).json()["exported"] == 1
    late = await rating.post(f"{started.headers['location']}/withdrawals", json={})
    assert (late.status_code, late.json()["code"]) == (409, "ALREADY_ANSWERED")
    await reconciled()


async def test_events_match_their_contracts(
    company: Company, enter: Enter, export: Export, receivables_database: Database
) -> None:
    _, receivables = company
    await enter("W1")
    await enter("W2", customer="NOBODY")
    await export()
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    body = {"disposition": "rerate", "reason": "x", "month": "2026-11"}
    await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key("c"))
    kinds: dict[str, type[BaseModel]] = {
        "invoice-exported": InvoiceExported,
        "invoice-refused": InvoiceRefused,
        "invoice-credited": InvoiceCredited,
    }
    data = {one[1]: data_of(one) for one in await take_events(receivables_database, "receivables")}
    for event in await take_events(receivables_database, "receivables"):
        if event[1] in kinds:
            kinds[event[1]].model_validate(data_of(event))
    assert InvoiceExported.model_validate(data["invoice-exported"]).invoices[0].total == Decimal("80.00")
    assert InvoiceCredited.model_validate(data["invoice-credited"]).orders[0].remaining == Decimal("0.00")


async def test_an_invoice_that_the_database_rejects_is_refused_alone(
    company: Company,
    enter: Enter,
    export: Export,
    reconciled: Reconciled,
    receivables_database: Database,
    cluster: Cluster,
) -> None:
    """A row that only the database rejects affects its own invoice and none of the other eleven."""
    rating, _ = company
    await enter(*(f"W{number}" for number in range(12)))
    await rating.post("/v1/rating-runs", json={})
    name = receivables_database.name
    owner = await asyncpg.connect(cluster(name, "receivables_owner"))
    await owner.execute("ALTER TABLE ar_line ADD CONSTRAINT no_seven CHECK (work_order_number <> 'W7')")
    await owner.close()
    run = await export()
    assert (run["exported"], run["refused"]) == (11, 1)
    (refused,) = (await rating.get(f"/v1/exports/{run['id']}/invoices", params={"outcome": "refused"})).json()["items"]
    assert (refused["reason"], refused["detail"]) == ("REJECTED", "the database rejected it: no_seven")
    await reconciled()


async def test_the_statements_of_a_chunk_do_not_depend_on_its_size(
    company: Company,
    enter: Enter,
    rating_database: Database,
    receivables_database: Database,
    count_statements: CountStatements,
) -> None:
    """PostgreSQL itself counts the statements, COPY included, to send a chunk, book it, and apply the answer."""
    rating, _ = company
    counted = []
    for number, size in enumerate((1, 5, 150)):
        await enter(*(f"B{number}-{index}" for index in range(size)))
        await rating.post("/v1/rating-runs", json={})
        await work_off(rating_database)
        await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key(f"s{number}"))
        async with count_statements(rating_database) as sent:
            await work_off(rating_database)
        chunk = (await take_events(rating_database, "rating"))[-1]
        async with count_statements(receivables_database) as booked:
            await deliver(receivables_database, "receivables", [chunk])
        answer = (await take_events(receivables_database, "receivables"))[-1]
        async with count_statements(rating_database) as settled:
            await deliver(rating_database, "rating", [answer])
        counted.append((sent.count, booked.count, settled.count))
    # The first round creates the company's number series, and the driver looks up types.
    assert counted[1] == counted[2]
    assert all(0 < count <= 40 for count in counted[1])


async def test_two_chunks_that_start_a_run_at_the_same_time_share_its_batch(
    company: Company, enter: Enter, reconciled: Reconciled, rating_database: Database, receivables_database: Database
) -> None:
    rating, receivables = company
    await enter(*(f"W{number}" for number in range(8)))
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    run = (await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key("s"))).json()
    await work_off(rating_database, chunk_orders=4)
    chunks = [one for one in await take_events(rating_database, "rating") if one[1] == "invoice-export-requested"]
    assert len(chunks) == 2
    await asyncio.gather(*(deliver(receivables_database, "receivables", [chunk]) for chunk in chunks))
    (batch,) = (await receivables.get("/v1/batches", params={"run_id": run["id"]})).json()["items"]
    assert (batch["number"], batch["transactions"]) == (1, 8)
    await exchange(rating_database, receivables_database)
    await reconciled()
