"""Invoices as PDF, one at a time or many."""

import asyncio
from io import BytesIO
from typing import Any, cast

import httpx
import pytest
from pypdf import PdfReader

from services.receivables.actions.invoice_prints import delete_old_prints, print_part
from shared.access.grants import Grant, Level, Limits
from shared.clock import now
from shared.database.pool import Database
from shared.database.statements import execute
from tests.fixtures.clerk import Clerk
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import Company, Enter, key
from tests.services.receivables.api.test_records import png
from tests.services.receivables.fixtures import Export, Identity


def read(content: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(BytesIO(content))
    return reader, "\n".join(page.extract_text() for page in reader.pages)


async def invoices(receivables: httpx.AsyncClient) -> list[dict[str, Any]]:
    page = await receivables.get("/v1/invoices", params={"sort": "id", "limit": 500})
    items: list[dict[str, Any]] = page.json()["items"]
    return items


async def test_an_invoice_shows_company_customer_orders_taxes_and_the_amount_due(
    company: Company, enter: Enter, export: Export
) -> None:
    rating, receivables = company
    item = await rating.get("/v1/billing-items/Service of process")
    await rating.put(
        "/v1/billing-items/Service of process",
        json={**item.json(), "taxable": True},
        headers={"if-match": item.headers["etag"]},
    )
    logo = await receivables.put("/v1/ar-companies/1/logo", content=png(), headers={"content-type": "image/png"})
    assert logo.status_code == 204
    found = await receivables.get("/v1/ar-companies/1")
    await receivables.put(
        "/v1/ar-companies/1",
        json={**found.json(), "discount_mode": "invoices_and_receipts"},
        headers={"if-match": found.headers["etag"]},
    )
    await enter("W1", zip_code="78130", miles="40")
    await export()
    (invoice,) = await invoices(receivables)
    before = await receivables.get(f"/v1/invoices/{invoice['id']}/document")
    assert "If you pay by November 30, 2026, you may deduct $2.42." in read(before.content)[1]
    part = {"reason": "agreed", "month": "2026-11", "credit_date": "2026-11-21"}
    await receivables.post(
        f"/v1/invoices/{invoice['id']}/credits",
        json={**part, "lines": [{"line": 2, "amount": "6.00"}]},
        headers=key(1),
    )
    answer = await receivables.get(f"/v1/invoices/{invoice['id']}/document")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert 'filename="invoice-100001.pdf"' in answer.headers["content-disposition"]
    reader, text = read(answer.content)
    assert cast("Any", reader.trailer["/Root"])["/MarkInfo"]["/Marked"], "the PDF is not tagged"
    for expected in (
        *("Invoice 100001", "Alamo Attorney Service", "310 Dolorosa St", "Harlan & Ruiz LLP", "112 E Pecan St"),
        *(
            "Work order W1",
            "Service of process",
            "Mileage",
            "San Antonio, Texas",
            "7.84",
            "128.84",
            "Tax, San Antonio, Texas: 8.25% of",
        ),
        *(
            "San Antonio, TX 78205",
            "December 20, 2026",
            "2% 10 days, net 30",
            "Credit of November 21, 2026",
            "122.84",
        ),
    ):
        assert expected in text, f"{expected} is missing in:\n{text}"


async def test_an_invoice_shows_the_case_the_services_and_how_to_pay(
    company: Company, enter: Enter, export: Export
) -> None:
    rating, receivables = company
    (order,) = await enter("W1", zip_code="78130", miles="40")
    service = {
        "party": "Maria Lopez",
        "street": "2219 Culebra Rd",
        "city": "San Antonio",
        "state": "TX",
        "zip": "78130",
    }
    served = {"outcome": "served", "served_at": "2026-11-02T16:15:00-06:00", "manner": "personal", "received_by": "Ana"}
    said = {
        "case_title": "Credit Union v. Lopez",
        "cause_number": "2026-CI-1",
        "claim": "HR-88",
        "documents": "Citation",
    }
    path = f"/v1/work-orders/{order['id']}"
    etag = (await rating.get(path)).headers["etag"]
    changed = await rating.patch(path, json={**said, "services": [service | served]}, headers={"if-match": etag})
    assert changed.status_code == 200, changed.text
    await export()
    (invoice,) = await invoices(receivables)
    _, text = read((await receivables.get(f"/v1/invoices/{invoice['id']}/document")).content)
    for expected in (
        *said.values(),
        *("Maria Lopez", "2219 Culebra Rd", "Served Nov 2, 2026, 4:15 PM", "personal", "received by Ana"),
        *("PO Box 830210", "routing 114000093", "(210) 555-0142", "Tax ID 74-5550142", "Questions about this invoice?"),
    ):
        assert expected in text, f"{expected} is missing in:\n{text}"


async def test_an_invoice_after_a_rerate_says_which_one_it_replaces(
    company: Company, enter: Enter, export: Export, rating_database: Database, receivables_database: Database
) -> None:
    _, receivables = company
    await enter("W1")
    await export()
    (first,) = await invoices(receivables)
    body = {"disposition": "rerate", "reason": "wrong", "month": "2026-11"}
    await receivables.post(f"/v1/invoices/{first['id']}/credits", json=body, headers=key(1))
    await exchange(rating_database, receivables_database)
    await export()
    _, second = await invoices(receivables)
    texts = [read((await receivables.get(f"/v1/invoices/{one['id']}/document")).content)[1] for one in (first, second)]
    assert "replaces" not in texts[0]
    assert "replaces invoice 100001" in texts[1]


async def test_a_changed_invoice_is_printed_as_it_is_now(clerk: Clerk) -> None:
    """One line is reduced, one removed and one added. A credit that follows is below the total."""
    invoice = await clerk.post_invoice(
        {"net": "100.00", "tax_code": "T5", "description": "Petition"},
        {"net": "30.00", "description": "Mistaken"},
        purchase_order="PO-1",
    )
    batch_id = await clerk.batch()
    body = {"transaction_id": invoice["id"], "action": "change"}
    entry = (await clerk.client.post(f"/v1/batches/{batch_id}/posted-transactions", json=body)).json()
    path = f"/v1/batches/{batch_id}/entries/{entry['seq']}"
    steps = [
        await clerk.change("PATCH", f"{path}/lines/1", 1, net="80.00"),
        await clerk.change("DELETE", f"{path}/lines/2", 2),
        await clerk.change("POST", f"{path}/lines", 3, net="6.00", description="Added"),
        await clerk.change("PATCH", path, 4, due_on="2026-12-31", purchase_order="PO-2"),
    ]
    assert all(one.is_success for one in steps), [one.text for one in steps]
    assert (await clerk.post(batch_id))["status"] == "posted"
    batch_id = await clerk.batch()
    await clerk.entered(
        batch_id, type="credit_memo", apply_to=invoice["id"], lines=[{"apply_line": 1, "amount": "10.00"}]
    )
    assert (await clerk.post(batch_id))["status"] == "posted"
    started = await clerk.client.post("/v1/invoice-prints", json={"invoice_ids": [invoice["id"]]})
    assert started.json()["invoices"] == 1
    _, text = read((await clerk.client.get(f"/v1/invoices/{invoice['id']}/document")).content)
    for expected in (
        "Petition",
        "80.00",
        "Added",
        "PO-2",
        "December 31, 2026",
        "Total USD 90.00",
        "Amount due USD 80.00",
    ):
        assert expected in text, f"{expected} is missing in:\n{text}"
    assert "Mistaken" not in text
    assert "PO-1" not in text


async def work_off(database: Database) -> None:
    busy = True
    while busy:
        async with database.transaction() as session:
            busy = await print_part(session, "America/Chicago", now())


async def test_a_whole_run_is_printed_file_by_file_in_the_order_of_the_numbers(
    company: Company, enter: Enter, export: Export, receivables_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, receivables = company
    monkeypatch.setattr("services.receivables.actions.invoice_prints.INVOICES_PER_FILE", 3)
    await enter(*(f"W{number}" for number in range(8)))
    run = await export()
    started = await receivables.post("/v1/invoice-prints", json={"run_id": run["id"]})
    assert (started.status_code, started.json()["status"], started.json()["invoices"]) == (202, "printing", 8)
    (batch,) = (await receivables.get("/v1/batches", params={"run_id": run["id"]})).json()["items"]
    same = await receivables.post("/v1/invoice-prints", json={"batch_id": batch["id"]})
    assert same.json()["invoices"] == 8
    path = started.headers["location"]
    async with receivables_database.transaction() as session:
        await print_part(session, "America/Chicago", now())
    assert (await receivables.get(path)).json()["printed"] == 3
    assert (await receivables.get(f"{path}/files/2")).status_code == 404
    await work_off(receivables_database)
    done = (await receivables.get(path)).json()
    assert (done["status"], done["printed"]) == ("done", 8)
    assert [(one["first_number"], one["last_number"]) for one in done["files"]] == [
        ("100001", "100003"),
        ("100004", "100006"),
        ("100007", "100008"),
    ]
    reader, text = read((await receivables.get(f"{path}/files/2")).content)
    assert len(reader.pages) == 3
    assert [f"Invoice {number}" in text for number in range(100003, 100008)] == [False, True, True, True, False]
    events = (await receivables.get(f"{path}/events")).text
    assert "event: done" in events


async def test_a_print_belongs_to_its_requester_and_has_only_what_they_may_see(
    company: Company, enter: Enter, export: Export, identity: Identity, receivables_database: Database
) -> None:
    _, receivables = company
    await enter("W1")
    await export()
    (invoice,) = await invoices(receivables)
    elsewhere = identity(
        "receivables", Grant("receivables.invoices", Level.VIEW, Limits(branches=frozenset({"MIA"}))), name="A\\mia"
    )
    path = f"/v1/invoices/{invoice['id']}/document"
    assert (await receivables.get(path, headers=elsewhere)).status_code == 404
    refused = await receivables.post("/v1/invoice-prints", json={"invoice_ids": [invoice["id"]]}, headers=elsewhere)
    assert (refused.status_code, refused.json()["code"]) == (409, "NOTHING_TO_PRINT")
    started = await receivables.post("/v1/invoice-prints", json={"invoice_ids": [invoice["id"]]})
    await work_off(receivables_database)
    for part in ("", "/files/1", "/events"):
        assert (await receivables.get(f"{started.headers['location']}{part}", headers=elsewhere)).status_code == 404


@pytest.mark.parametrize("body", [{}, {"run_id": 1, "batch_id": 1}, {"invoice_ids": []}])
async def test_a_print_needs_exactly_one_kind_of_selection(
    receivables: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    assert (await receivables.post("/v1/invoice-prints", json=body)).status_code == 422


async def test_a_print_is_deleted_after_a_week(
    company: Company, enter: Enter, export: Export, receivables_database: Database
) -> None:
    _, receivables = company
    await enter("W1")
    await export()
    (invoice,) = await invoices(receivables)
    prints = []
    for days in (6, 8, 0):
        prints.append(await receivables.post("/v1/invoice-prints", json={"invoice_ids": [invoice["id"]]}))
        await work_off(receivables_database)
        async with receivables_database.transaction() as session:
            await execute(
                session,
                "UPDATE invoice_print SET requested_at = requested_at - make_interval(days => :days) WHERE id = :id",
                days=days,
                id=prints[-1].json()["id"],
            )
    async with receivables_database.transaction() as session:
        assert await delete_old_prints(session, now(), 10) == 1
    found = [(await receivables.get(one.headers["location"])).status_code for one in prints]
    assert found == [200, 404, 200]


async def printed(clerk: Clerk, invoice: dict[str, Any]) -> str:
    answer = await clerk.client.post(f"/v1/invoices/{invoice['id']}/printings")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    return read(answer.content)[1]


async def looked_at(clerk: Clerk, invoice: dict[str, Any]) -> str:
    return read((await clerk.client.get(f"/v1/invoices/{invoice['id']}/document")).content)[1]


async def ways(clerk: Clerk, invoice: dict[str, Any]) -> list[str]:
    return [one["way"] for one in (await clerk.client.get(f"/v1/invoices/{invoice['id']}/printings")).json()["items"]]


async def test_a_reprint_is_marked_with_the_date_of_the_first_printing(
    clerk: Clerk, receivables_database: Database
) -> None:
    """The date is that of the company: shortly after midnight UTC it is still the day before in Texas."""
    invoice = await clerk.post_invoice({"net": "100.00"})
    for _ in range(2):
        assert "Preview" in await looked_at(clerk, invoice), "viewing does not count as printing"
    assert await ways(clerk, invoice) == []
    first = await printed(clerk, invoice)
    assert not any(word in first for word in ("Copy", "Changed", "Preview"))
    async with receivables_database.transaction() as session:
        await execute(
            session,
            "INSERT INTO invoice_printing SELECT invoice_id, 2, version_id, way, printed_by, '2026-11-21 03:00+00'"
            " FROM invoice_printing",
        )
    assert "Copy, first printed November 20, 2026" in await looked_at(clerk, invoice)
    assert "Copy, first printed November 20, 2026" in await printed(clerk, invoice)
    assert await ways(clerk, invoice) == ["document"] * 3


async def test_a_reprint_of_a_changed_invoice_is_marked_as_changed(
    clerk: Clerk, receivables_database: Database
) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    await clerk.client.post("/v1/invoice-prints", json={"invoice_ids": [invoice["id"]]})
    await work_off(receivables_database)
    batch_id = await clerk.batch()
    back = {"transaction_id": invoice["id"], "action": "change"}
    await clerk.client.post(f"/v1/batches/{batch_id}/posted-transactions", json=back)
    await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1/lines/1", 1, net="80.00")
    await clerk.post(batch_id)
    assert "Changed, first printed" in await looked_at(clerk, invoice)
    assert "Changed, first printed" in await printed(clerk, invoice)
    assert "Copy, first printed" in await printed(clerk, invoice)
    assert await ways(clerk, invoice) == ["print", "document", "document"]


async def test_of_ten_prints_at_once_nine_are_copies(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    texts = await asyncio.gather(*(printed(clerk, invoice) for _ in range(10)))
    assert sorted("Copy" in text for text in texts) == [False] + [True] * 9
    assert len(await ways(clerk, invoice)) == 10


async def test_a_user_who_may_not_see_an_invoice_does_not_see_its_printings(clerk: Clerk, identity: Identity) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    elsewhere = identity("receivables", Grant("receivables.invoices", Level.VIEW, Limits(customers=frozenset({"E2"}))))
    path = f"/v1/invoices/{invoice['id']}/printings"
    assert (await clerk.client.get(path, headers=elsewhere)).status_code == 404


async def test_contract_lines_show_their_units_and_lump_sums_none(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice(
        {"contract_item": "10", "contract_units": "7.5", "net": "90.00"},
        {"contract_item": "20", "net": "10.00"},
        contract="J-1",
    )
    rows = (await printed(clerk, invoice)).splitlines()
    assert [row for row in rows if row.startswith(("Walls", "Roof"))] == ["Walls 7.5 SF T5 90.00", "Roof T5 10.00"]


async def test_the_history_of_an_invoice_has_its_postings_and_printings(clerk: Clerk, identity: Identity) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    path = f"/v1/invoices/{invoice['id']}"
    await clerk.client.post(f"{path}/printings")
    batch_id = await clerk.batch()
    credit = {"type": "credit_memo", "apply_to": invoice["id"], "reason": "wrong firm"}
    await clerk.entered(batch_id, **credit, lines=[{"apply_line": 1, "amount": "30.00"}])
    await clerk.post(batch_id)
    steps = (await clerk.client.get(f"{path}/history")).json()["items"]
    shown = [(one["action"], one["note"], [(each["from"], each["to"]) for each in one["changes"]]) for one in steps]
    assert shown == [
        ("credited", "wrong firm", [("100.00", "70.00")]),
        ("printed", "document", []),
        ("posted", "", [(None, "100.00")]),
    ]
    assert steps[0]["link"] == f"/api/v1/receivables/batches/{batch_id}"
    elsewhere = identity("receivables", Grant("receivables.invoices", Level.VIEW, Limits(customers=frozenset({"E2"}))))
    assert (await clerk.client.get(f"{path}/history", headers=elsewhere)).status_code == 404


async def test_a_credit_memo_says_what_it_credits_why_and_what_is_left(clerk: Clerk, identity: Identity) -> None:
    invoice = await clerk.post_invoice(
        {"net": "100.00", "tax_code": "T5", "description": "Petition"}, {"net": "30.00", "description": "Copies"}
    )
    batch_id = await clerk.batch()
    credit = {"type": "credit_memo", "apply_to": invoice["id"], "reason": "wrong firm"}
    await clerk.entered(batch_id, **credit, lines=[{"apply_line": 1, "amount": "21.00"}])
    assert (await clerk.post(batch_id))["status"] == "posted"
    found = (await clerk.client.get("/v1/transactions", params={"type": "credit_memo"})).json()
    (memo,) = found["items"]
    path = f"/v1/credit-memos/{memo['id']}/document"
    answer = await clerk.client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    reader, text = read(answer.content)
    assert cast("Any", reader.trailer["/Root"])["/MarkInfo"]["/Marked"]
    for expected in (
        f"Credit memo 2026-11/{memo['transaction']}",
        *("$21.00", invoice["number"], "wrong firm", "Petition 20.00 1.00 21.00", "Credited USD 21.00"),
        f"$114.00 is left to pay on invoice {invoice['number']} by",
    ):
        assert expected in text, f"{expected} is missing in:\n{text}"
    assert "Copies" not in text
    elsewhere = identity("receivables", Grant("receivables.invoices", Level.VIEW, Limits(customers=frozenset({"E3"}))))
    for one, headers in ((path, elsewhere), (f"/v1/credit-memos/{invoice['id']}/document", {})):
        assert (await clerk.client.get(one, headers=headers)).status_code == 404
    batch_id = await clerk.batch()
    back = {"transaction_id": memo["id"], "action": "delete"}
    assert (await clerk.client.post(f"/v1/batches/{batch_id}/posted-transactions", json=back)).status_code == 201
    assert (await clerk.post(batch_id))["status"] == "posted"
    _, text = read((await clerk.client.get(path)).content)
    assert "VOID: this credit memo was deleted." in text
    assert f"$135.00 is left to pay on invoice {invoice['number']}" in text
