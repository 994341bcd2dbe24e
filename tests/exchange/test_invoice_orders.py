"""What rating says about the orders of an invoice is kept with it, however it is posted."""

import json
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from services.rating.store.exports.documents import DOCUMENT, MOST_BYTES
from services.receivables.actions import invoice_emails
from shared.clock import now
from shared.contracts.order_facts import OrderFacts
from shared.database.pool import Database
from shared.database.statements import execute
from shared.files.mail import MailServer
from tests.fixtures.clerk import Clerk
from tests.fixtures.exchange import deliver, exchange, take_events, work_off
from tests.fixtures.files import pdf
from tests.fixtures.ledgers import Company, Enter, key, load
from tests.fixtures.post_office import open_post_office

FACTS = {
    "matter": "4711-22",
    "attorney": "D. Ruíz",
    "case_title": "Smith v. Jones; \\ a \x1f title",
    "cause_number": "2026-CI-01234",
    "services": [{"party": "Jane Jones", "outcome": "served", "served_at": "2026-11-02T15:30:00Z", "attempts": 3}],
}
CHARGE = {
    "unit": "min",
    "measured": "25.000",
    "included": "0.000",
    "fee_advance": True,
    "reason": "minimum of 45.00",
    "print_zero": True,
}


def say(payload: bytes, numbers: dict[str, dict[str, Any]]) -> bytes:
    """The event with facts about the orders of these numbers, and a charge of the last line of each.

    About the other orders it says as much as the events of the last release.
    """
    envelope = json.loads(payload)
    for invoice in envelope["data"].get("invoices", []):
        for order in invoice.get("orders", []):
            order.pop("facts", None)
            for line in order.get("lines", []):
                for name in CHARGE:
                    line.pop(name, None)
            if order.get("number") in numbers:
                order["facts"] = numbers[order["number"]]
                order["lines"][-1] |= CHARGE
    return json.dumps(envelope).encode()


@pytest.fixture
def export_saying(
    company: Company, enter: Enter, rating_database: Database, receivables_database: Database
) -> Callable[..., Any]:
    """Exports W1, with a file, and W2, and says something about W1 alone."""

    async def do(facts: dict[str, Any], **wanted: Any) -> None:
        rating, _ = company
        (first, _) = await enter("W1", "W2", zip_code="78130", miles="40")
        place = f"/v1/work-orders/{first['id']}/attachments"
        for name, travels in (('proof "1".pdf', True), ("note.pdf", False)):
            sent = await rating.post(place, params={"name": name, "travels": travels}, content=pdf(title=name))
            assert sent.status_code == 201, sent.text
        await rating.post("/v1/rating-runs", json={})
        await work_off(rating_database)
        body = {"invoice_date": "2026-11-20", **wanted}
        assert (await rating.post("/v1/exports", json=body, headers=key("export"))).status_code == 202
        await work_off(rating_database)
        events = [
            (event, name, say(payload, {"W1": facts} if facts else {}))
            for event, name, payload in await take_events(rating_database, "rating")
        ]
        await deliver(receivables_database, "receivables", events)
        await exchange(rating_database, receivables_database)

    return do


async def whole(clerk: Clerk, work_order: str) -> dict[str, Any]:
    (head,) = await clerk.invoices(work_order=work_order)
    found: dict[str, Any] = await clerk.invoice(head["id"])
    return found


def charges(invoice: dict[str, Any]) -> list[dict[str, Any]]:
    return [{name: line[name] for name in CHARGE} for line in invoice["lines"]]


async def sent_with(database: Database, invoice_id: int) -> list[str]:
    """The name and the link of the file that an e-mail of the invoice names."""
    with open_post_office() as office:
        server = MailServer("127.0.0.1", office.port, "Alamo <billing@alamo.example>", "none")
        async with database.transaction() as session:
            await execute(
                session,
                """
                INSERT INTO invoice_email (invoice_id, recipient, again, due_at, requested_by, requested_at)
                VALUES (:id, 'ann@plain.example', false, now(), 'x', now())
                """,
                id=invoice_id,
            )
        async with database.transaction() as session:
            url = "https://ratebook.example"
            assert await invoice_emails.send_next(session, server, "America/Chicago", now(), public_url=url)
        (message,) = office.taken
    body = message.get_body()
    assert body is not None
    (line,) = (line for line in body.get_content().splitlines() if line.startswith("- "))
    return str(line).removeprefix("- ").split(": ")


_SIZES = f"""
    SELECT octet_length(CAST({DOCUMENT} AS text)) AS real, {MOST_BYTES} AS most
    FROM invoice i
    JOIN work_order w ON w.invoice_id = i.id
    JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
    GROUP BY i.id
"""
UNSAID = {"unit": "", "measured": None, "included": None, "fee_advance": False, "reason": "", "print_zero": False}


@pytest.mark.parametrize("waits", [False, True])
async def test_an_invoice_keeps_what_rating_said_about_its_orders(
    clerk: Clerk,
    export_saying: Callable[..., Any],
    company: Company,
    rating_database: Database,
    receivables_database: Database,
    waits: bool,
) -> None:
    if waits:
        await clerk.set_company(exported_invoices="batch")
    await export_saying(FACTS)
    if waits:
        (batch,) = (await clerk.client.get("/v1/batches", params={"source": "rating"})).json()["items"]
        assert (await clerk.post(batch["id"]))["status"] == "posted"
    invoice = await whole(clerk, "W1")
    (order,) = invoice["orders"]
    assert (order["number"], order["service_on"], order["reference"]) == ("W1", "2026-11-02", "")
    assert order["facts"] == OrderFacts.model_validate(FACTS).model_dump(mode="json")
    (file,) = order["attachments"]
    assert (file["name"], file["sha256"]) == ("proof _1_.pdf", sha256(pdf(title='proof "1".pdf')).hexdigest())
    given = await company[0].get(file["link"].replace("/api/v1/rating/", "/v1/"))
    assert (len(given.content), given.status_code) == (file["bytes"], 200)
    assert charges(invoice) == [UNSAID, CHARGE]
    other = await whole(clerk, "W2")
    assert [(one["number"], one["facts"]) for one in other["orders"]] == [("W2", None)]
    assert charges(other) == [UNSAID, UNSAID]
    assert await sent_with(receivables_database, invoice["id"]) == [
        file["name"],
        f"https://ratebook.example{file['link']}",
    ]
    async with rating_database.transaction() as session:
        sizes = (await session.execute(text(_SIZES))).all()
    assert [size.real <= size.most for size in sizes] == [True, True]
    # Neither a credit nor another hand-over of the order changes what the invoice says.
    taken = await company[0].delete(
        file["link"].replace("/api/v1/rating/", "/v1/").removesuffix("/content"), headers={"if-match": '"1"'}
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "LOCKED_USE_CREDIT")
    body = {"disposition": "rerate", "reason": "wrong", "month": "2026-11"}
    credited = await clerk.client.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key("c"))
    assert credited.status_code == 201, credited.text
    await exchange(rating_database, receivables_database)
    after = await clerk.invoice(invoice["id"])
    assert (after["orders"], charges(after)) == (invoice["orders"], charges(invoice))


async def test_the_invoice_says_how_each_amount_is_reckoned(
    company: Company, clerk: Clerk, rating_database: Database, receivables_database: Database
) -> None:
    rating, _ = company
    items = "Waiting time,4000,yes\nMileage,4010,no\nScanning,4000,no\nCourier,4000,no\nHandling,4000,no"
    for noun, rows in (
        ("job-types", "code,name\nHEARING,Hearing"),
        ("billing-items", f"name,income_account,print_zero\n{items}"),
    ):
        answer = await load(rating, noun, rows.encode())
        assert answer.status_code == 201, answer.text
    per_unit = {"method": "per_unit", "included_units": "10"}
    lines = [
        {"billing_item": "Mileage", "rate": "0.655", "quantity_source": "miles", **per_unit},
        {"billing_item": "Waiting time", "rate": "0.53", "quantity_source": "waiting_minutes", **per_unit},
        {"billing_item": "Scanning", "rate": "0.10", "quantity_source": "pages", **per_unit},
        {"billing_item": "Courier", "rate": "8", "minimum": "12"},
        {"billing_item": "Handling", "method": "percent_of", "rate": "10", "base": ["fee_advances"]},
    ]
    profile = {
        "branch": "SAT",
        "customer_type": "ANY",
        "priority": "ANY",
        "job_type": "HEARING",
        "region": "ANY",
        "effective_from": "2026-01-01",
        "lines": lines,
    }
    made = await rating.post("/v1/billing-profiles", json=profile)
    assert made.status_code == 201, made.text
    order = {
        "number": "W9",
        "branch": "SAT",
        "customer": "S1001",
        "priority": "RUSH",
        "job_type": "HEARING",
        "region": "BEXAR",
        "service_on": "2026-11-02",
        "field_status": "served",
        "pod_received": True,
        "miles": "38.4",
        "waiting_minutes": "8",
        "pages": "7",
        "fee_advances": "103.64",
    }
    assert (await rating.post("/v1/work-orders", json=order)).status_code == 201
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    (entered,) = (await rating.get("/v1/work-orders")).json()["items"]
    rated = (await rating.get(f"/v1/work-orders/{entered['id']}/rating")).json()["lines"]
    assert [(line["charged"], line["unit"], line["included"], line["reason"]) for line in rated] == [
        ("28.400", "mi", "10.000", ""),
        ("0.000", "min", "10.000", ""),
        ("0.000", "pages", "10.000", ""),
        ("1.000", "", "0.000", "1 × 8.00 = 8.00, at least 12.00"),
        ("103.640", "", "0.000", "10% of 103.64"),
    ]
    asked = await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key("export"))
    assert asked.status_code == 202, asked.text
    await exchange(rating_database, receivables_database)
    invoice = await whole(clerk, "W9")
    assert [(one["measured"], one["included"], one["print_zero"], one["reason"]) for one in invoice["lines"]] == [
        ("38.400", "10.000", False, ""),
        ("8.000", "10.000", True, ""),
        ("7.000", "10.000", False, ""),
        (None, None, False, "1 × 8.00 = 8.00, at least 12.00"),
        (None, None, False, "10% of 103.64"),
    ]
    printed = await clerk.client.get(f"/v1/invoices/{invoice['id']}/document")
    assert printed.status_code == 200, printed.text
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(printed.content)).pages).split())
    assert "Mileage 38.4 mi, 10 included, 28.4 × 0.655 18.60" in words
    assert "Waiting time 8 min, 10 included 0.00" in words
    assert "at least 12.00" in words
    assert "Handling 10% of 103.64 10.36" in words
    assert "Scanning" not in words
