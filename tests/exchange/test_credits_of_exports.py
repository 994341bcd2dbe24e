"""Exported invoices are credited: the order opens with its next version, or is closed."""

import asyncio
from typing import Any

import pytest

from shared.database.pool import Database
from tests.fixtures.exchange import deliver, exchange, take_events, work_off
from tests.fixtures.ledgers import Company, Enter, Rate, key
from tests.services.receivables.fixtures import Export, Reconciled


async def test_credit_and_rerate_opens_the_order_with_the_next_version(
    company: Company,
    enter: Enter,
    export: Export,
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, receivables = company
    (order,) = await enter("W1", zip_code="78130", miles="40")
    await export()
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    body = {"disposition": "rerate", "reason": "wrong mileage", "month": "2026-11", "credit_date": "1999-11-21"}
    credited = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key("credit"))
    assert credited.status_code == 201, credited.text
    assert [one["rule"] for one in credited.json()["warnings"]] == ["DATED_BEFORE_INVOICE", "DATE_FAR_FROM_MONTH"]
    assert (credited.json()["invoice"]["open"], credited.json()["invoice"]["status"]) == ("0.00", "credited")
    await exchange(rating_database, receivables_database)
    reopened = await rating.get(f"/v1/work-orders/{order['id']}")
    assert (reopened.json()["status"], reopened.json()["rating_version"]) == ("open", 2)
    await rating.patch(
        f"/v1/work-orders/{order['id']}", json={"miles": "10"}, headers={"if-match": reopened.headers["etag"]}
    )
    await export()
    newest = (await receivables.get("/v1/invoices", params={"work_order": "W1", "sort": "-id"})).json()["items"][0]
    assert (newest["number"], newest["total"]) == ("100002", "101.50")
    await reconciled()


async def test_credit_and_close_closes_the_order(
    company: Company,
    enter: Enter,
    export: Export,
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, receivables = company
    (order,) = await enter("W1")
    await export()
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    body = {"disposition": "close", "reason": "never ordered"}
    await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json={**body, "month": "2026-11"}, headers=key("c"))
    await exchange(rating_database, receivables_database)
    closed = (await rating.get(f"/v1/work-orders/{order['id']}")).json()
    assert closed["status"] == "closed"
    await reconciled()


async def test_many_credits_at_once_never_take_more_than_is_left(
    company: Company,
    enter: Enter,
    export: Export,
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    _, receivables = company
    await enter("W1")
    await export()
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    body = {"disposition": "rerate", "reason": "race", "month": "2026-11"}
    answers = await asyncio.gather(
        *(
            receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key(number))
            for number in range(12)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"NOTHING_TO_CREDIT"}
    await exchange(rating_database, receivables_database)
    await reconciled()


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"work_order_ids": [999]}, 422, "WORK_ORDER_NOT_ON_INVOICE"),
        ({"month": "2026-09"}, 409, "MONTH_CLOSED"),
        ({"month": "2031-01"}, 409, "MONTH_CLOSED"),
        ({"disposition": "forget"}, 422, "INVALID_INPUT"),
        ({"reason": ""}, 422, "INVALID_INPUT"),
        ({"amount": "1.00"}, 422, "INVALID_INPUT"),
    ],
)
async def test_an_invalid_credit_is_refused(
    company: Company, enter: Enter, export: Export, change: dict[str, Any], status: int, code: str
) -> None:
    _, receivables = company
    await enter("W1")
    await export()
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    body = {"disposition": "rerate", "reason": "x", "month": "2026-11", **change}
    answer = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key("c"))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_unknown_invoice_is_404(company: Company) -> None:
    _, receivables = company
    assert (await receivables.get("/v1/invoices/5")).status_code == 404
    body = {"disposition": "rerate", "reason": "x"}
    assert (await receivables.post("/v1/invoices/5/credits", json=body, headers=key("c"))).status_code == 404


async def test_a_credit_event_can_overtake_the_confirmation(
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
    await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key(1))
    await work_off(rating_database)
    await deliver(receivables_database, "receivables", await take_events(rating_database, "rating"))
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    body = {"disposition": "rerate", "reason": "x", "month": "2026-11"}
    await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key("c"))
    events = [one for one in await take_events(receivables_database, "receivables") if one[1].startswith("invoice-")]
    assert [one[1] for one in events] == ["invoice-exported", "invoice-credited"]
    exported, credited = events
    await deliver(rating_database, "rating", [credited, exported, credited])
    reopened = (await rating.get(f"/v1/work-orders/{order['id']}")).json()
    assert (reopened["status"], reopened["rating_version"]) == ("open", 2)
    await exchange(rating_database, receivables_database)
    await reconciled()
