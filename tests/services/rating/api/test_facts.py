"""What events say about an order beside its price."""

import json
from typing import Any

from shared.contracts.invoice_export_requested import InvoiceExportRequested
from shared.contracts.order_facts import OrderFacts
from shared.contracts.work_order_rated import WorkOrderRated
from shared.database.pool import Database
from shared.database.statements import fetch_values
from tests.fixtures.exchange import data_of, take_events, work_off
from tests.fixtures.ledgers import Company, Rate, key
from tests.services.rating.api.test_cases import FACTS
from tests.services.rating.api.test_work_order_services import ENTRY, OPEN, SERVED

AWKWARD = '"\\' * 100


async def test_events_carry_the_facts_of_orders_and_are_no_larger_than_reckoned_with(
    company: Company, rate: Rate, rating_database: Database
) -> None:
    rating, _ = company
    given = {name: value for name, value in FACTS.items() if name not in {"due_on", "completed_on"}}
    cancelled = {**OPEN, "party": "Nobody", "outcome": "cancelled"}
    served = {**SERVED, "party": AWKWARD, "street": AWKWARD, "manner": AWKWARD, "received_by": AWKWARD}
    orders: list[dict[str, Any]] = [
        {"number": "W1", **given, "services": [SERVED, {**OPEN, "outcome": "not_served"}, cancelled]},
        {"number": "W2", "served_zip": "78205", "field_status": "served"},
        {"number": "W3", **dict.fromkeys(("case_title", "court", "documents"), AWKWARD), "services": [served] * 20},
    ]
    for order in orders:
        made = await rating.post("/v1/work-orders", json={**ENTRY, "pod_received": True, **order})
        assert made.status_code == 201, made.text
        assert (await rate(made.json()["id"])).status_code == 200
    await rating.post("/v1/exports", json={}, headers=key(1))
    async with rating_database.transaction() as session:
        reckoned = await fetch_values(session, "SELECT document_bytes FROM export_invoice ORDER BY invoice_id")
    await work_off(rating_database)
    events = await take_events(rating_database, "rating")
    (asked,) = [data_of(event) for event in events if event[1] == "invoice-export-requested"]
    chunk = InvoiceExportRequested.model_validate(asked)
    facts, none, _ = (invoice.orders[0].facts for invoice in chunk.invoices)
    assert none is None
    assert isinstance(facts, OrderFacts)
    told = facts.model_dump(mode="json")
    assert {name: told[name] for name in given if name in told} == given
    assert told["completed_on"] == "2026-11-02"
    first, second = told["services"]
    assert first == {
        **{name: SERVED[name] for name in ("party", "manner", "received_by", "outcome")},
        "address": "12 Oak St, San Antonio, TX 78207-1001",
        "served_at": "2026-11-02T23:30:00-06:00",
        "attempts": 2,
    }
    assert (second["outcome"], second["served_at"], second["attempts"]) == ("not_served", None, 0)
    rated = [WorkOrderRated.model_validate(data_of(event)) for event in events if event[1] == "work-order-rated"]
    assert (rated[0].facts, rated[1].facts) == (facts, None)
    assert chunk.invoices[0].orders[0].lines[0].unit == ""
    sizes = [len(json.dumps(one, ensure_ascii=False).encode()) for one in asked["invoices"]]
    assert all(size < bound for size, bound in zip(sizes, reckoned, strict=True))


async def test_a_rated_order_is_told_again_when_its_case_changes(
    company: Company, rate: Rate, rating_database: Database
) -> None:
    rating, _ = company
    body = {**ENTRY, "pod_received": True, "field_status": "served", "served_zip": "78205"}
    made = (await rating.post("/v1/work-orders", json=body)).json()
    etag = (await rate(made["id"])).headers["etag"]
    for change, events in (({"miles": "3"}, 1), ({"matter": "M-7"}, 2)):
        changed = await rating.patch(f"/v1/work-orders/{made['id']}", json=change, headers={"if-match": etag})
        etag = changed.headers["etag"]
        rated = [one for one in await take_events(rating_database, "rating") if one[1] == "work-order-rated"]
        assert len(rated) == events
