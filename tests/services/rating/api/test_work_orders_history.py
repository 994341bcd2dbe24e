"""The history of an order: what happened, when, who did it, and why it was closed or reopened."""

from typing import Any

import httpx
import pytest

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from shared.database.statements import execute
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import ORDER, Company, Enter, everything, key
from tests.services.rating.conftest import Do, Identity

FEATURES = ("work_orders", "rating", "rollup", "export")


@pytest.fixture
async def order(company: Company, enter: Enter) -> dict[str, Any]:
    """An open order whose bill-to has a roll-up rule."""
    rule = {"ar_company": 1, "bill_to": "S1001", "style": "rollup", "cycle": "monthly"}
    await company[0].post("/v1/rollup-rules", json=rule)
    (made,) = await enter("W1")
    return made


@pytest.fixture
def do(company: Company, order: dict[str, Any], identity: Identity) -> Do:
    """Sends a request about the order as a user, with the current ETag of the order."""
    rating, _ = company
    count = iter(range(100))

    async def act(who: str, method: str, noun: str, body: Any = None, **more: Any) -> httpx.Response:
        path = f"/v1/work-orders/{order['id']}"
        headers = {
            **identity("rating", *everything("rating", FEATURES), name=f"ALAMO\\{who}"),
            **key(next(count)),
            "if-match": (await rating.get(path)).headers["etag"],
        }
        url = noun if noun.startswith("/") else f"{path}/{noun}".rstrip("/")
        answer = await rating.request(method, url, json=body, headers=headers, **more)
        assert answer.is_success, answer.text
        return answer

    return act


async def history_of(rating: httpx.AsyncClient, order: dict[str, Any]) -> list[tuple[str, str, int | None, str]]:
    """The history, oldest first: who did what, with which version, and why."""
    path = f"/v1/work-orders/{order['id']}/history"
    page = (await rating.get(path)).json()
    steps = page["items"]
    times = [step["at"] for step in steps]
    assert (times, page["totals"]) == (sorted(times, reverse=True), {"count": len(steps)})
    # One step a page gives the same steps, also those of the same moment.
    singly: list[Any] = []
    cursor = None
    while cursor is not None or not singly:
        query = {"limit": 1, **({} if cursor is None else {"cursor": cursor})}
        one = (await rating.get(path, params=query)).json()
        singly, cursor = [*singly, *one["items"]], one["next_cursor"]
    assert singly == steps
    return [
        ((step["by"] or "").removeprefix("ALAMO\\"), step["action"], version_in(step), step["note"])
        for step in reversed(steps)
    ]


def version_in(step: dict[str, Any]) -> int | None:
    return next((change["to"] for change in step["changes"] if change["field"] == "version"), None)


async def test_the_history_of_an_order_goes_from_rating_to_credit_and_back(
    company: Company, order: dict[str, Any], do: Do, rating_database: Database, receivables_database: Database
) -> None:
    rating, receivables = company
    await do("ann", "POST", "rating")
    await do("bob", "POST", "rating")
    await do("cid", "POST", "/v1/invoices/assign", {})
    await do("dot", "POST", "unassign")
    await do("cid", "POST", "/v1/invoices/assign", {})
    await do("eve", "PATCH", "", {"bill_to": "S1002"})
    await do("eve", "POST", "/v1/exports", {"invoice_date": "2026-11-20"})
    await exchange(rating_database, receivables_database)
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    body = {"disposition": "rerate", "reason": "wrong firm", "month": "2026-11"}
    await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key("credit"))
    await exchange(rating_database, receivables_database)
    await do("fay", "POST", "rating")
    await do("fay", "DELETE", "rating")
    assert await history_of(rating, order) == [
        ("tester", "imported", None, ""),
        ("ann", "rated", 1, ""),
        ("bob", "rated_again", 2, ""),
        ("cid", "assigned", None, ""),
        ("dot", "unassigned", None, ""),
        ("cid", "assigned", None, ""),
        ("eve", "changed", None, ""),
        ("eve", "unassigned", None, ""),
        ("eve", "handed_over", 2, "attempt 1"),
        ("Accounts Receivable", "exported", 2, "invoice 100001 of 2026-11"),
        ("tester", "credited", 2, "wrong firm"),
        ("tester", "reopened", 2, "wrong firm"),
        ("fay", "rated_again", 3, ""),
        ("fay", "rating_removed", None, ""),
    ]


async def test_the_reasons_of_a_zero_bill_and_a_reopening_are_on_the_order(
    company: Company, order: dict[str, Any], do: Do
) -> None:
    rating, _ = company
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).json()["last_closing"] is None
    closed = await do("ann", "POST", "zero-bill", {"reason": "our own mistake"})
    closing = closed.json()["last_closing"]
    assert (closing["action"], closing["reason"], closing["done_by"]) == ("zero_bill", "our own mistake", r"ALAMO\ann")
    await do("bob", "POST", "reopen", {"reason": "it was theirs"})
    closing = (await rating.get(f"/v1/work-orders/{order['id']}")).json()["last_closing"]
    assert (closing["action"], closing["reason"], closing["done_by"]) == ("reopen", "it was theirs", r"ALAMO\bob")
    assert await history_of(rating, order) == [
        ("tester", "imported", None, ""),
        ("ann", "zero_billed", None, "our own mistake"),
        ("bob", "reopened", None, "it was theirs"),
    ]


async def test_a_refusal_and_a_removed_draft_are_in_the_history_with_their_reasons(
    company: Company, do: Do, order: dict[str, Any], rating_database: Database, receivables_database: Database
) -> None:
    rating, receivables = company
    await do("ann", "POST", "rating")
    (invoice,) = (await do("ann", "POST", "/v1/invoices/assign", {})).json()["invoice_ids"]
    body = {"selection": {"invoice_ids": [invoice]}, "invoice_date": "2026-10-20"}
    await do("eve", "POST", "/v1/exports", body)
    await receivables.post("/v1/months/close", json={"ar_company": 1, "month": "2026-10"})
    await exchange(rating_database, receivables_database)
    gathered = (await rating.get(f"/v1/invoices/{invoice}/history")).json()["items"]
    assert [(one["by"], one["action"], one["changes"]) for one in reversed(gathered)] == [
        (r"ALAMO\ann", "created", []),
        (r"ALAMO\ann", "order_added", [{"field": "work_orders", "from": None, "to": "W1"}]),
        (r"ALAMO\eve", "handed_over", []),
        ("Accounts Receivable", "refused", []),
    ]
    draft = await rating.get(f"/v1/invoices/{invoice}")
    await rating.delete(f"/v1/invoices/{invoice}", headers={"if-match": draft.headers["etag"]})
    steps = await history_of(rating, order)
    assert [step[:3] for step in steps] == [
        ("tester", "imported", None),
        ("ann", "rated", 1),
        ("ann", "assigned", None),
        ("eve", "handed_over", 1),
        ("Accounts Receivable", "refused", 1),
        ("tester", "unassigned", None),
        ("tester", "rating_removed", None),
    ]
    assert steps[4][3].startswith("MONTH_CLOSED: ")


async def test_the_history_of_an_order_in_another_branch_is_not_found(
    company: Company, order: dict[str, Any], identity: Identity
) -> None:
    rating, _ = company
    elsewhere = identity("rating", Grant("rating.work_orders", Level.VIEW, Limits(branches=frozenset({"MIA"}))))
    assert (await rating.get(f"/v1/work-orders/{order['id']}/history", headers=elsewhere)).status_code == 404


async def test_the_history_of_an_order_begins_with_who_entered_it(
    company: Company, identity: Identity, rating_database: Database
) -> None:
    rating, _ = company
    clerk = identity("rating", *everything("rating", FEATURES), name="ALAMO\\ann")
    made = (await rating.post("/v1/work-orders", json={**ORDER, "number": "W1"}, headers=clerk)).json()
    assert await history_of(rating, made) == [("ann", "created", None, "")]
    async with rating_database.transaction() as session:
        await execute(session, "UPDATE work_order SET entered_by = NULL")
    assert await history_of(rating, made) == [("", "created", None, "")]
