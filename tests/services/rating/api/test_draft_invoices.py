"""Draft invoices: filled by rule or by hand, emptied, and changed by two clerks at once."""

import asyncio

import httpx
import pytest

from services.rating.rules.exports.claim import Selection
from shared.access.grants import EVERYTHING, Grant, Level, Limits
from shared.database.pool import Database
from tests.fixtures.ledgers import Company, Enter, key
from tests.fixtures.rollups import MONTHLY, assign, change, order_of
from tests.services.rating.conftest import Identity, RatedIds


async def test_rated_orders_of_a_bill_to_with_a_rule_are_put_on_one_draft(
    rolled: httpx.AsyncClient, rated_ids: RatedIds
) -> None:
    ids = await rated_ids("W1", "W2")
    await rated_ids("W3", customer="S1002")
    assigned = (await assign(rolled)).json()
    assert (assigned["new_invoices"], assigned["orders"], assigned["total"]) == (1, 2, "160.00")
    (invoice_id,) = assigned["invoice_ids"]
    read = (await rolled.get(f"/v1/invoices/{invoice_id}")).json()
    assert (read["invoice"]["kind"], read["invoice"]["status"]) == ("rollup", "draft")
    assert (read["invoice"]["cycle_from"], read["invoice"]["cycle_to"]) == ("2026-11-01", "2026-11-30")
    assert [order["work_order_id"] for order in read["work_orders"]] == ids
    assert (await order_of(rolled, ids[0]))["status"] == "assigned"


async def test_a_later_order_joins_the_draft_of_its_cycle(rolled: httpx.AsyncClient, rated_ids: RatedIds) -> None:
    await rated_ids("W1")
    first = (await assign(rolled, 1)).json()
    await rated_ids("W2")
    second = (await assign(rolled, 2)).json()
    assert second["invoice_ids"] == first["invoice_ids"]
    assert (second["new_invoices"], second["orders"]) == (0, 1)
    assert (await rolled.get("/v1/invoices")).json()["totals"] == {"count": 1, "orders": 2, "total": "160.00"}
    for kind, count in (("rollup", 1), ("on_demand", 0)):
        found = (await rolled.get("/v1/invoices", params={"kind": kind})).json()
        assert (found["totals"]["count"], len(found["items"])) == (count, count)


async def test_each_matter_gets_its_own_invoice(company: Company, rated_ids: RatedIds) -> None:
    rating, _ = company
    await rating.post("/v1/rollup-rules", json={**MONTHLY, "grouping": "matter"})
    ids = await rated_ids("W1", "W2", "W3")
    for order_id, matter in zip(ids, ("Doe v. Roe", "Doe v. Roe", "Estate of Poe"), strict=True):
        await change(rating, order_id, matter=matter)
    assert (await assign(rating)).json()["new_invoices"] == 2
    drafts = (await rating.get("/v1/invoices", params={"sort": "total"})).json()["items"]
    assert [(draft["grouped_by"], draft["orders"]) for draft in drafts] == [("Estate of Poe", 1), ("Doe v. Roe", 2)]
    moved = await change(rating, ids[0], matter="Estate of Poe")
    assert (moved["status"], moved["invoice_id"]) == ("rated", None)
    kept = await change(rating, ids[1], reference="x", matter="DOE  v. ROE")
    assert kept["status"] == "assigned"
    (fourth,) = await rated_ids("W4")
    await change(rating, fourth, matter="doe v.\u200b roe")
    again = (await assign(rating, "again", work_order_ids=[fourth])).json()
    assert (again["new_invoices"], again["invoice_ids"]) == (0, [kept["invoice_id"]])


async def test_the_same_command_again_assigns_nothing_more(rolled: httpx.AsyncClient, rated_ids: RatedIds) -> None:
    await rated_ids("W1")
    first, again = [await assign(rolled, "same") for _ in range(2)]
    assert first.json() == again.json()
    other = await assign(rolled, "other")
    assert (other.status_code, other.json()["code"]) == (409, "NOTHING_TO_ASSIGN")


async def test_clerks_who_assign_at_once_create_one_draft_for_a_group(
    rolled: httpx.AsyncClient, rated_ids: RatedIds
) -> None:
    ids = await rated_ids(*(f"W{number}" for number in range(6)))
    answers = await asyncio.gather(*(assign(rolled, order_id, work_order_ids=[order_id]) for order_id in ids))
    assert {answer.status_code for answer in answers} == {200}
    assert (await rolled.get("/v1/invoices")).json()["totals"]["count"] == 1


async def test_two_clerks_who_take_the_last_orders_off_leave_no_empty_draft(
    rolled: httpx.AsyncClient, rated_ids: RatedIds
) -> None:
    ids = await rated_ids("W1", "W2")
    await assign(rolled)
    etags = [(await rolled.get(f"/v1/work-orders/{order_id}")).headers["etag"] for order_id in ids]
    answers = await asyncio.gather(
        *(
            rolled.post(f"/v1/work-orders/{order_id}/unassign", headers={"if-match": etag})
            for order_id, etag in zip(ids, etags, strict=True)
        )
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    (draft,) = (await rolled.get("/v1/invoices")).json()["items"]
    assert (draft["status"], draft["orders"]) == ("dissolved", 0)


async def test_a_rollup_is_created_filled_and_emptied_by_hand(company: Company, rated_ids: RatedIds) -> None:
    rating, _ = company
    ids = await rated_ids("W1", "W2", "W3")
    made = await rating.post("/v1/invoices", json={"work_order_ids": ids[:2]}, headers=key(1))
    assert made.status_code == 201
    path = f"/v1/invoices/{made.json()['invoice']['id']}"
    more = {"work_order_ids": ids[2:]}
    assert (await rating.post(f"{path}/work-orders", json=more)).status_code == 428
    filled = await rating.post(f"{path}/work-orders", json=more, headers={"if-match": made.headers["etag"]})
    assert (filled.json()["invoice"]["orders"], filled.json()["invoice"]["total"]) == (3, "240.00")
    stale = await rating.post(f"{path}/unassign", json={}, headers={"if-match": made.headers["etag"]})
    assert stale.status_code == 412
    less = await rating.post(
        f"{path}/unassign", json={"work_order_ids": ids[:1]}, headers={"if-match": filled.headers["etag"]}
    )
    assert less.json()["invoice"]["orders"] == 2
    empty = await rating.post(f"{path}/unassign", json={}, headers={"if-match": less.headers["etag"]})
    assert empty.json()["invoice"]["status"] == "dissolved"
    assert {(await order_of(rating, order_id))["status"] for order_id in ids} == {"rated"}


async def test_a_rollup_by_hand_mixes_nothing_and_names_every_order_that_cannot_be_added(
    company: Company, rated_ids: RatedIds, enter: Enter
) -> None:
    rating, _ = company
    ids = [*await rated_ids("W1"), *await rated_ids("W2", customer="S1002")]
    mixed = await rating.post("/v1/invoices", json={"work_order_ids": ids}, headers=key(1))
    assert (mixed.status_code, mixed.json()["code"]) == (422, "ROLLUP_MIXED")
    (open_order,) = await enter("W3")
    unfit = await rating.post("/v1/invoices", json={"work_order_ids": [ids[0], open_order["id"], 999]}, headers=key(2))
    assert (unfit.status_code, unfit.json()["code"]) == (409, "NOT_ASSIGNABLE")
    assert {error["detail"] for error in unfit.json()["errors"]} == {
        "work order W3 is open",
        "there is no work order 999",
    }
    assert (await rating.get("/v1/invoices")).json()["totals"]["count"] == 0


async def test_unassigning_by_rule_empties_the_drafts_of_the_selection(
    rolled: httpx.AsyncClient, rated_ids: RatedIds
) -> None:
    await rated_ids("W1", "W2")
    await assign(rolled)
    body = {"selection": {"bill_tos": ["S1001"]}}
    freed = await rolled.post("/v1/invoices/unassign", json=body, headers=key(1))
    assert (freed.json()["orders"], freed.json()["total"]) == (2, "160.00")
    again = await rolled.post("/v1/invoices/unassign", json=body, headers=key(2))
    assert (again.status_code, again.json()["code"]) == (409, "NOTHING_TO_ASSIGN")


async def test_a_clerk_limited_to_a_branch_sees_and_assigns_only_its_orders(
    rolled: httpx.AsyncClient, rated_ids: RatedIds, identity: Identity
) -> None:
    await rated_ids("W1")
    limited = identity("rating", Grant("rating.rollup", Level.EDIT, Limits(branches=frozenset({"LAX"}))))
    answer = await rolled.post("/v1/invoices/assign", json={}, headers={**limited, **key(1)})
    assert answer.json()["code"] == "NOTHING_TO_ASSIGN"
    (invoice_id,) = (await assign(rolled)).json()["invoice_ids"]
    assert (await rolled.get(f"/v1/invoices/{invoice_id}", headers=limited)).status_code == 404
    assert (await rolled.get("/v1/invoices", headers=limited)).json()["items"] == []
    weekly = {"style": "rollup", "cycle": "weekly"}
    rule = await rolled.put("/v1/rollup-rules/1/S1001", json=weekly, headers={**limited, "if-match": '"1"'})
    assert rule.status_code == 403


async def test_a_process_that_dies_half_way_has_assigned_nothing(
    rolled: httpx.AsyncClient, rated_ids: RatedIds, rating_database: Database
) -> None:
    from services.rating.actions.draft_invoices import assign_by_rule

    await rated_ids("W1")

    async def half_way() -> None:
        async with rating_database.transaction() as session:
            await assign_by_rule(session, EVERYTHING, Selection(), "ALAMO\\tester")
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await half_way()
    assert (await rolled.get("/v1/invoices")).json()["items"] == []
    assert (await assign(rolled)).json()["orders"] == 1
