"""Commands for many chosen orders: each is done or refused on its own. Runs are checked before they are started."""

from typing import Any

import httpx

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from shared.database.statements import fetch_value
from tests.fixtures.exchange import exchange, work_off
from tests.fixtures.ledgers import Company, Enter, key
from tests.fixtures.rollups import assign, export, order_of
from tests.services.rating.conftest import CountStatements, Identity, RatedIds, Reconciled

COMMANDS = "/v1/work-orders"


async def command(rating: httpx.AsyncClient, name: str, given: list[Any], **more: Any) -> dict[str, str]:
    """Sends a command about these ids, or pairs of id and revision; returns the outcome of each id."""
    chosen = [
        dict(zip(("work_order_id", "revision"), one if isinstance(one, tuple) else (one,), strict=False))
        for one in given
    ]
    answer = await rating.post(
        f"{COMMANDS}/{name}", json={"work_orders": chosen, **more}, headers=key(f"{name}{chosen}")
    )
    assert answer.status_code == 200, answer.text
    body = answer.json()
    outcomes = {one["work_order_id"]: one["outcome"] for one in body["results"]}
    assert [one["work_order_id"] for one in body["results"]] == [one["work_order_id"] for one in chosen]
    assert all(bool(one["detail"]) == (one["outcome"] != "DONE") for one in body["results"])
    done = sum(outcome == "DONE" for outcome in outcomes.values())
    assert (body["done"], body["refused"]) == (done, len(given) - done)
    return outcomes


async def test_what_cannot_be_done_for_one_order_does_not_stop_the_others(
    company: Company,
    enter: Enter,
    rolled: httpx.AsyncClient,
    rated_ids: RatedIds,
    identity: Identity,
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    taken, assigned, changed = await rated_ids("W1", "W2", "W3")
    (sent,) = await rated_ids("W4", customer="S1002")
    opened, closed = (order["id"] for order in await enter("W5", "W6"))
    await assign(rolled, "all", work_order_ids=[taken, assigned, changed])
    assert (await export(rolled, "one", selection={"work_order_ids": [sent]})).status_code == 202
    await exchange(rating_database, receivables_database)
    for order_id in (taken, assigned):
        assert (await order_of(rolled, order_id))["status"] == "assigned"
    stale = (await order_of(rolled, changed))["revision"] - 1

    assert await command(rolled, "unassign", [(taken,), 999, (changed, stale), opened, sent]) == {
        taken: "DONE",
        999: "NOT_FOUND",
        changed: "VERSION_STALE",
        opened: "NOT_RATED",
        sent: "LOCKED_USE_CREDIT",
    }
    assert (await order_of(rolled, taken))["status"] == "rated"
    assert (await order_of(rolled, changed))["status"] == "assigned"
    revision = (await order_of(rolled, assigned))["revision"]
    assert await command(rolled, "remove-ratings", [(assigned, revision), taken, sent, opened]) == {
        assigned: "DONE",
        taken: "DONE",
        sent: "LOCKED_USE_CREDIT",
        opened: "NOT_RATED",
    }
    assert (await order_of(rolled, assigned))["status"] == "open"
    reason = {"reason": "never ordered"}
    assert await command(rolled, "zero-bill", [closed, taken, changed, sent], **reason) == {
        closed: "DONE",
        taken: "DONE",
        changed: "NOT_OPEN",
        sent: "LOCKED_USE_CREDIT",
    }
    closing = (await order_of(rolled, closed))["last_closing"]
    assert (closing["action"], closing["reason"]) == ("zero_bill", "never ordered")

    limits = (Grant("rating.rating", Level.EDIT, Limits(branches=frozenset({"AUS"}))),)
    outside = {**identity("rating", *limits), **key("outside")}
    body = {"work_orders": [{"work_order_id": changed}]}
    refused = await company[0].post(f"{COMMANDS}/remove-ratings", json=body, headers=outside)
    assert refused.json()["results"][0]["outcome"] == "NOT_FOUND", refused.text
    twice = await rolled.post(
        f"{COMMANDS}/unassign", json={"work_orders": [{"work_order_id": 1}] * 2}, headers=key("twice")
    )
    assert twice.json()["errors"] == [{"pointer": "/work_orders", "detail": "must not have the same work order twice"}]
    many = [{"work_order_id": number} for number in range(1, 1002)]
    assert (
        await rolled.post(f"{COMMANDS}/unassign", json={"work_orders": many}, headers=key("many"))
    ).status_code == 422
    audit = (await rolled.get("/v1/audit")).json()["items"]
    assert {f"POST {COMMANDS}/{name}" for name in ("unassign", "remove-ratings", "zero-bill")} <= {
        entry["operation"] for entry in audit
    }
    await exchange(rating_database, receivables_database)
    await reconciled()


async def test_a_command_has_as_many_statements_for_many_orders_as_for_one(
    rolled: httpx.AsyncClient, rated_ids: RatedIds, rating_database: Database, count_statements: CountStatements
) -> None:
    ids = await rated_ids(*(f"W{number}" for number in range(8)))
    counts: list[list[int]] = []
    for chosen in (ids[:1], ids[1:]):
        await assign(rolled, f"assign {len(chosen)}", work_order_ids=chosen)
        counts.append([])
        for name, more in (("unassign", {}), ("remove-ratings", {}), ("zero-bill", {"reason": "x"})):
            async with count_statements(rating_database) as statements:
                assert set((await command(rolled, name, chosen, **more)).values()) == {"DONE"}
            counts[-1].append(statements.count)
    assert counts[0] == counts[1], counts
    assert max(counts[0]) <= 20


async def test_a_check_says_what_a_run_would_take_and_starts_nothing(
    company: Company, enter: Enter, rating_database: Database
) -> None:
    rating, _ = company
    orders = await enter("W1", "W2", "W3")
    path, headers = f"{COMMANDS}/{orders[2]['id']}", {"if-match": f'"{orders[2]["revision"]}"'}
    assert (await rating.patch(path, json={"region": None, "served_zip": "99999"}, headers=headers)).is_success
    await work_off(rating_database)
    checked = await rating.post("/v1/rating-runs?check=true", json={})
    assert checked.status_code == 200, checked.text
    found = checked.json()
    assert {one["outcome"]: one["orders"] for one in found["outcomes"]} == {"RATED": 2, "REGION_REQUIRED": 1}
    assert (await rating.get("/v1/rating-runs")).json()["items"] == []
    chosen = {"work_order_ids": [orders[0]["id"]]}
    assert (await rating.post("/v1/rating-runs", json={})).status_code == 202
    await work_off(rating_database)
    run = (await rating.get("/v1/rating-runs")).json()["items"][0]
    assert found["orders"] == run["rated"] == 2
    skipped = (await rating.post("/v1/rating-runs?check=true", json=chosen)).json()
    assert [(one["outcome"], one["orders"]) for one in skipped["outcomes"]] == [("SKIPPED", 1)]

    request = {"invoice_date": "2026-11-20", "selection": {}}
    ready = await rating.post("/v1/exports?check=true", json=request)
    assert ready.status_code == 200, ready.text
    assert (ready.json()["orders"], ready.json()["invoices"], ready.json()["total"]) == (2, 2, found["total"])
    assert (await rating.get("/v1/exports")).json()["items"] == []
    refused = await rating.post("/v1/exports?check=true", json={**request, "expected_orders": 3})
    assert refused.json()["code"] == "NOT_EXPORTABLE"
    assert (await rating.post("/v1/exports", json=request)).json()["code"] == "IDEMPOTENCY_KEY_MISSING"
    started = await rating.post("/v1/exports", json=request, headers=key("real"))
    assert [started.json()[name] for name in ("orders", "invoices", "total")] == [
        ready.json()[name] for name in ("orders", "invoices", "total")
    ]
    async with rating_database.transaction() as session:
        noted = "SELECT count(*) FROM audit_entry WHERE operation IN ('POST /v1/exports', 'POST /v1/rating-runs')"
        assert await fetch_value(session, noted) == 2
