"""Corrections after the export: credits of invoices and of single orders, in full and in part, and the next version."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.event import envelope_bytes
from shared.database.pool import Database
from tests.fixtures.exchange import data_of, deliver, exchange, take_events
from tests.fixtures.ledgers import Company, Enter, Rate, key
from tests.services.receivables.fixtures import Export, Reconciled

Credit = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def rollup(company: Company, enter: Enter, export: Export) -> list[dict[str, Any]]:
    """A rollup of two orders that is posted in receivables."""
    rating, _ = company
    rule = {"ar_company": 1, "bill_to": "S1001", "style": "rollup", "cycle": "monthly"}
    await rating.post("/v1/rollup-rules", json=rule)
    orders = await enter("W1", "W2")
    await _assign_and_export(rating, export, "first")
    return orders


async def _assign_and_export(rating: Any, export: Any, name: str) -> dict[str, Any]:
    for order in (await rating.get("/v1/work-orders", params={"status": "open"})).json()["items"]:
        headers = {"if-match": f'"{order["revision"]}"'}
        assert (await rating.post(f"/v1/work-orders/{order['id']}/rating", headers=headers)).status_code == 200
    assigned = await rating.post("/v1/invoices/assign", json={}, headers=key(name))
    assert assigned.status_code == 200
    run: dict[str, Any] = await export(selection={"invoice_ids": assigned.json()["invoice_ids"]})
    return run


@pytest.fixture
def credit(company: Company, rating_database: Database, receivables_database: Database) -> Credit:
    """Credits orders of the first invoice in receivables, and delivers the events to rating."""

    async def do(name: str, disposition: str, *order_ids: int) -> dict[str, Any]:
        _, receivables = company
        (invoice,) = (await receivables.get("/v1/invoices", params={"sort": "id", "limit": 1})).json()["items"]
        body = {
            "disposition": disposition,
            "reason": "wrong",
            "month": "2026-11",
            "work_order_ids": [*order_ids] or None,
        }
        answer = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key(name))
        assert answer.status_code == 201, answer.text
        await exchange(rating_database, receivables_database)
        credited: dict[str, Any] = answer.json()
        return credited

    return do


async def order_of(rating: Any, order_id: int) -> dict[str, Any]:
    found: dict[str, Any] = (await rating.get(f"/v1/work-orders/{order_id}")).json()
    return found


async def test_one_order_of_a_rollup_is_rerated_and_the_others_stay_locked(
    company: Company, rollup: list[dict[str, Any]], credit: Credit, export: Export, reconciled: Reconciled
) -> None:
    rating, receivables = company
    first, second = (one["id"] for one in rollup)
    await credit("one", "rerate", first)
    back, kept = await order_of(rating, first), await order_of(rating, second)
    assert (back["status"], back["rating_version"], back["invoice_id"]) == ("open", 2, None)
    assert (kept["status"], kept["rating_version"]) == ("exported", 1)
    locked = await rating.patch(
        f"/v1/work-orders/{second}", json={"reference": "x"}, headers={"if-match": f'"{kept["revision"]}"'}
    )
    assert (locked.status_code, locked.json()["invoice_number"]) == (409, "100001")
    await reconciled()
    await _assign_and_export(rating, export, "second")
    again = await order_of(rating, first)
    assert (again["status"], again["last_export"]["ar_number"]) == ("exported", "100002")
    assert again["invoice_id"] != kept["invoice_id"]
    (newest, _) = (await receivables.get("/v1/invoices", params={"work_order": "W1", "sort": "-id"})).json()["items"]
    assert (newest["number"], newest["id"]) == ("100002", again["last_export"]["ar_invoice_id"])
    listed = (await rating.get("/v1/work-orders", params={"search": "W1"})).json()["items"]
    assert {(one["customer_name"], one["bill_to_name"]) for one in listed} == {(newest["customer_name"],) * 2}
    assert {one["ar_invoice_id"] for one in listed if one["id"] == first} == {newest["id"]}
    (line,) = (await receivables.get(f"/v1/invoices/{newest['id']}")).json()["lines"]
    assert (line["work_order_number"], line["work_order_customer"]) == ("W1", again["customer"])
    invoices = f"/v1/exports/{again['last_export']['run_id']}/invoices"
    (run_invoice,) = (await rating.get(invoices)).json()["items"]
    for search, count in (("w1", 1), ("10000", 1), (again["bill_to"].lower(), 1), ("W2", 0)):
        assert (await rating.get(invoices, params={"search": search})).json()["totals"] == {"count": count}, search
    (draft,) = (await rating.get("/v1/invoices?status=exported&sort=-id&limit=1")).json()["items"]
    assert run_invoice["bill_to_name"] == newest["customer_name"]
    assert run_invoice["ar_invoice_id"] == draft["ar_invoice_id"] == newest["id"]
    assert (await rating.get(f"/v1/work-orders/{first}/hand-overs")).json()["items"][0]["ar_invoice_id"] == newest["id"]
    await reconciled()


async def test_one_order_of_a_rollup_is_closed_and_its_invoice_keeps_the_rest(
    company: Company, rollup: list[dict[str, Any]], credit: Credit, reconciled: Reconciled
) -> None:
    rating, _ = company
    first, second = (one["id"] for one in rollup)
    credited = await credit("one", "close", second)
    assert credited["invoice"]["open"] == "80.00"
    assert [(await order_of(rating, one))["status"] for one in (first, second)] == ["exported", "closed"]
    (invoice,) = (await rating.get("/v1/invoices", params={"status": "exported"})).json()["items"]
    assert (invoice["orders"], invoice["total"]) == (1, "80.00")
    wip = (await rating.get("/v1/work-in-progress")).json()
    assert wip["totals"]["orders"] == 0
    await reconciled()


async def test_the_rest_of_a_rollup_is_credited_later_with_another_disposition(
    company: Company, rollup: list[dict[str, Any]], credit: Credit, reconciled: Reconciled
) -> None:
    rating, _ = company
    first, second = (one["id"] for one in rollup)
    await credit("one", "close", first)
    await credit("rest", "rerate")
    assert [(await order_of(rating, one))["status"] for one in (first, second)] == ["closed", "open"]
    await reconciled()


async def test_the_history_of_an_order_shows_each_version_with_its_invoice_and_credits(
    company: Company, rollup: list[dict[str, Any]], credit: Credit, export: Export
) -> None:
    rating, _ = company
    first = rollup[0]["id"]
    await credit("one", "rerate", first)
    await _assign_and_export(rating, export, "second")
    newest, oldest = (await rating.get(f"/v1/work-orders/{first}/hand-overs")).json()["items"]
    assert (newest["version"], newest["ar_number"], newest["remaining"], newest["credits"]) == (
        2,
        "100002",
        "80.00",
        [],
    )
    assert (oldest["version"], oldest["ar_number"], oldest["remaining"]) == (1, "100001", "0.00")
    assert [(one["credited"], one["disposition"]) for one in oldest["credits"]] == [("80.00", "rerate")]
    assert (await rating.get("/v1/work-orders/999/hand-overs")).status_code == 404


async def credits_by_hand(
    receivables_database: Database, order: dict[str, Any], *parts: tuple[int, str, str, str | None]
) -> list[tuple[int, str, bytes]]:
    """The events about credits of an order; each part is a transaction, credited, remaining and disposition."""
    events = await take_events(receivables_database, "receivables")
    booked = next(data_of(one) for one in events if one[1] == "invoice-exported")
    invoice = booked["invoices"][0]
    written = []
    for transaction, credited, remaining, disposition in parts:
        data = {
            "ar_company": booked["ar_company"],
            "month": "2026-11",
            "transaction": transaction,
            "disposition": disposition,
            "reason": "goodwill",
            "credited_by": "ALAMO\\rita",
            "booking": {
                "run_id": booked["run_id"],
                **{name: invoice[name] for name in ("invoice_id", "attempt", "number", "month", "transaction")},
            },
            "orders": [
                {
                    "work_order_id": order["id"],
                    "version": 1,
                    "attempt": 1,
                    "credited": credited,
                    "remaining": remaining,
                }
            ],
        }
        payload = envelope_bytes(uuid4(), "receivables", "invoice-credited", datetime.now(UTC), json.dumps(data))
        written.append((transaction, "invoice-credited", payload))
    return written


FIRST = (91, "30.00", "50.00", None)
LAST = (92, "50.00", "0.00", "rerate")


@pytest.mark.parametrize("arrival", [(0,), (0, 0), (0, 1), (1, 0), (1, 1, 0, 0), (0, 1, 0, 1)])
async def test_a_partly_credited_order_stays_locked_until_the_last_credit_in_any_order_of_events(
    company: Company,
    enter: Enter,
    export: Export,
    rating_database: Database,
    receivables_database: Database,
    arrival: tuple[int, ...],
) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    await export()
    events = await credits_by_hand(receivables_database, order, FIRST, LAST)
    await deliver(rating_database, "rating", [events[one] for one in arrival])
    now = await order_of(rating, order["id"])
    last_came = 1 in arrival
    assert (now["status"], now["rating_version"]) == (("open", 2) if last_came else ("exported", 1))
    (hand_over,) = (await rating.get(f"/v1/work-orders/{order['id']}/hand-overs")).json()["items"]
    assert hand_over["remaining"] == ("0.00" if last_came else "50.00")
    assert len(hand_over["credits"]) == len(set(arrival))


async def test_a_late_partial_credit_never_touches_the_next_version(
    company: Company,
    enter: Enter,
    rate: Rate,
    export: Export,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    await export()
    first, last = await credits_by_hand(receivables_database, order, FIRST, LAST)
    await deliver(rating_database, "rating", [last])
    await rate(order["id"])
    await deliver(rating_database, "rating", [first])
    now = await order_of(rating, order["id"])
    assert (now["status"], now["rating_version"]) == ("rated", 2)
