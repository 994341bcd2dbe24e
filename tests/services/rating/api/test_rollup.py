"""Roll-up at the edge: rules, drafts by rule and by hand, the export of the whole, on-demand, zero-bill, remove."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from services.rating.rules.exports import Selection
from shared.access import EVERYTHING, Grant, Level, Limits
from shared.database import fetch_value
from tests.services.conftest import key, load
from tests.services.exchange import exchange, work_off

MONTHLY = {"ar_company": 1, "bill_to": "S1001", "style": "rollup", "cycle": "monthly"}


@pytest.fixture
async def rolled(company) -> httpx.AsyncClient:
    """Rating, where Harlan & Ruiz get one invoice a month."""
    rating, _ = company
    assert (await rating.post("/v1/rollup-rules", json=MONTHLY)).status_code == 201
    return rating


@pytest.fixture
def rated(enter, rate) -> Callable[..., Awaitable[list[int]]]:
    """Enters and rates orders, and gives their ids."""

    async def make(*numbers: str, **facts: Any) -> list[int]:
        made = [one["id"] for one in await enter(*numbers, **facts)]
        for order_id in made:
            assert (await rate(order_id)).status_code == 200
        return made

    return make


async def assign(rating: httpx.AsyncClient, name: object = "assign", **selection: Any) -> httpx.Response:
    return await rating.post("/v1/invoices/assign", json={"selection": selection}, headers=key(name))


async def change(rating: httpx.AsyncClient, order_id: int, **fields: Any) -> dict[str, Any]:
    path = f"/v1/work-orders/{order_id}"
    changed = await rating.patch(path, json=fields, headers={"if-match": (await rating.get(path)).headers["etag"]})
    assert changed.status_code == 200, changed.text
    found: dict[str, Any] = changed.json()
    return found


async def order_of(rating: httpx.AsyncClient, order_id: int) -> dict[str, Any]:
    found: dict[str, Any] = (await rating.get(f"/v1/work-orders/{order_id}")).json()
    return found


async def test_rated_orders_of_a_rolled_up_bill_to_are_gathered(rolled, rated) -> None:
    ids = await rated("W1", "W2")
    await rated("W3", customer="S1002")
    assigned = (await assign(rolled)).json()
    assert (assigned["new_invoices"], assigned["orders"], assigned["total"]) == (1, 2, "160.00")
    (invoice_id,) = assigned["invoice_ids"]
    read = (await rolled.get(f"/v1/invoices/{invoice_id}")).json()
    assert (read["invoice"]["kind"], read["invoice"]["status"]) == ("rollup", "draft")
    assert (read["invoice"]["cycle_from"], read["invoice"]["cycle_to"]) == ("2026-11-01", "2026-11-30")
    assert [one["work_order_id"] for one in read["work_orders"]] == ids
    assert (await order_of(rolled, ids[0]))["status"] == "assigned"


async def test_a_later_order_joins_the_draft_of_its_cycle(rolled, rated) -> None:
    await rated("W1")
    first = (await assign(rolled, 1)).json()
    await rated("W2")
    second = (await assign(rolled, 2)).json()
    assert second["invoice_ids"] == first["invoice_ids"]
    assert (second["new_invoices"], second["orders"]) == (0, 1)
    assert (await rolled.get("/v1/invoices")).json()["totals"] == {"count": 1, "orders": 2, "total": "160.00"}


async def test_matters_come_on_invoices_of_their_own(company, rated) -> None:
    rating, _ = company
    await rating.post("/v1/rollup-rules", json={**MONTHLY, "grouping": "matter"})
    ids = await rated("W1", "W2", "W3")
    for order_id, matter in zip(ids, ("Doe v. Roe", "Doe v. Roe", "Estate of Poe"), strict=True):
        await change(rating, order_id, matter=matter)
    assert (await assign(rating)).json()["new_invoices"] == 2
    drafts = (await rating.get("/v1/invoices", params={"sort": "total"})).json()["items"]
    assert [(one["grouped_by"], one["orders"]) for one in drafts] == [("Estate of Poe", 1), ("Doe v. Roe", 2)]
    moved = await change(rating, ids[0], matter="Estate of Poe")
    assert (moved["status"], moved["invoice_id"]) == ("rated", None)
    kept = await change(rating, ids[1], reference="x")
    assert kept["status"] == "assigned"


async def test_the_same_command_again_assigns_nothing_more(rolled, rated) -> None:
    await rated("W1")
    first, again = [await assign(rolled, "same") for _ in range(2)]
    assert first.json() == again.json()
    other = await assign(rolled, "other")
    assert (other.status_code, other.json()["code"]) == (409, "NOTHING_TO_ASSIGN")


async def test_clerks_who_assign_at_once_make_one_draft_of_a_group(rolled, rated) -> None:
    ids = await rated(*(f"W{number}" for number in range(6)))
    answers = await asyncio.gather(*(assign(rolled, one, work_order_ids=[one]) for one in ids))
    assert {answer.status_code for answer in answers} == {200}
    assert (await rolled.get("/v1/invoices")).json()["totals"]["count"] == 1


async def test_two_clerks_who_take_the_last_orders_off_leave_no_empty_draft(rolled, rated) -> None:
    ids = await rated("W1", "W2")
    await assign(rolled)
    etags = [(await rolled.get(f"/v1/work-orders/{one}")).headers["etag"] for one in ids]
    answers = await asyncio.gather(
        *(
            rolled.post(f"/v1/work-orders/{one}/unassign", headers={"if-match": etag})
            for one, etag in zip(ids, etags, strict=True)
        )
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    (draft,) = (await rolled.get("/v1/invoices")).json()["items"]
    assert (draft["status"], draft["orders"]) == ("dissolved", 0)


async def test_by_hand_a_rollup_is_made_filled_and_emptied(company, rated) -> None:
    rating, _ = company
    ids = await rated("W1", "W2", "W3")
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
    assert {(await order_of(rating, one))["status"] for one in ids} == {"rated"}


async def test_by_hand_nothing_is_mixed_and_every_unfit_order_is_named(company, rated, enter) -> None:
    rating, _ = company
    ids = [*await rated("W1"), *await rated("W2", customer="S1002")]
    mixed = await rating.post("/v1/invoices", json={"work_order_ids": ids}, headers=key(1))
    assert (mixed.status_code, mixed.json()["code"]) == (422, "ROLLUP_MIXED")
    (open_order,) = await enter("W3")
    unfit = await rating.post("/v1/invoices", json={"work_order_ids": [ids[0], open_order["id"], 999]}, headers=key(2))
    assert (unfit.status_code, unfit.json()["code"]) == (409, "NOT_ASSIGNABLE")
    assert {one["detail"] for one in unfit.json()["errors"]} == {"work order W3 is open", "there is no work order 999"}
    assert (await rating.get("/v1/invoices")).json()["totals"]["count"] == 0


async def test_unassigning_by_rule_empties_the_drafts_of_the_selection(rolled, rated) -> None:
    await rated("W1", "W2")
    await assign(rolled)
    body = {"selection": {"bill_tos": ["S1001"]}}
    freed = await rolled.post("/v1/invoices/unassign", json=body, headers=key(1))
    assert (freed.json()["orders"], freed.json()["total"]) == (2, "160.00")
    again = await rolled.post("/v1/invoices/unassign", json=body, headers=key(2))
    assert (again.status_code, again.json()["code"]) == (409, "NOTHING_TO_ASSIGN")


async def export(rating: httpx.AsyncClient, name: object, **wanted: Any) -> httpx.Response:
    return await rating.post("/v1/exports", json={"invoice_date": "2026-11-30", **wanted}, headers=key(name))


async def test_orders_of_a_rolled_up_bill_to_wait_for_their_roll_up(rolled, rated) -> None:
    (waiting,) = await rated("W1")
    (single,) = await rated("W2", customer="S1002")
    run = (await export(rolled, 1)).json()
    assert (run["orders"], (await order_of(rolled, single))["status"]) == (1, "exporting")
    assert (await order_of(rolled, waiting))["status"] == "rated"
    named = await export(rolled, 2, selection={"work_order_ids": [waiting]})
    assert (named.status_code, named.json()["code"]) == (409, "NOT_EXPORTABLE")
    assert "rolled up" in named.json()["errors"][0]["detail"]


async def test_a_rollup_goes_whole_when_its_cycle_is_over(rolled, rated) -> None:
    ids = await rated("W1", "W2")
    (invoice_id,) = (await assign(rolled)).json()["invoice_ids"]
    early = await export(rolled, 1, invoice_date="2026-11-29")
    assert early.json()["code"] == "NOTHING_TO_EXPORT"
    part = await export(rolled, 2, selection={"work_order_ids": ids[:1]})
    assert part.json()["errors"][0]["detail"] == f"it is on invoice {invoice_id} with others that are not chosen"
    run = (await export(rolled, 3)).json()
    assert (run["invoices"], run["orders"], run["total"]) == (1, 2, "160.00")
    assert {(await order_of(rolled, one))["status"] for one in ids} == {"exporting"}


async def test_a_named_rollup_goes_before_its_cycle_ends(rolled, rated) -> None:
    await rated("W1")
    (invoice_id,) = (await assign(rolled)).json()["invoice_ids"]
    run = await export(rolled, 1, invoice_date="2026-11-20", selection={"invoice_ids": [invoice_id]})
    assert run.status_code == 202
    gone = await export(rolled, 2, selection={"invoice_ids": [invoice_id]})
    assert gone.json()["errors"][0] == {"pointer": "/selection/invoice_ids", "detail": f"invoice {invoice_id}"}


async def test_a_rollup_that_was_rated_too_late_in_part_waits_whole(rolled, rated, rating_database) -> None:
    await rated("W1")
    await assign(rolled, 1)
    async with rating_database.transaction() as session:
        until = await fetch_value(session, "SELECT max(rated_at) FROM rating")
    await rated("W2")
    await assign(rolled, 2)
    answer = await export(rolled, 1, selection={"rated_until": until.isoformat()})
    assert answer.json()["code"] == "NOTHING_TO_EXPORT"


async def test_an_invoice_on_its_way_is_locked_and_says_where_it_is(rolled, rated) -> None:
    await rated("W1")
    (more,) = await rated("W2", customer="S1001")
    (invoice_id,) = (await assign(rolled, work_order_ids=[more])).json()["invoice_ids"]
    run = (await export(rolled, 1)).json()
    path = f"/v1/invoices/{invoice_id}"
    etag = (await rolled.get(path)).headers["etag"]
    for answer in (
        await rolled.post(f"{path}/unassign", json={}, headers={"if-match": etag}),
        await rolled.delete(path, headers={"if-match": etag}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "LOCKED_USE_CREDIT")
        assert (answer.json()["invoice_id"], answer.json()["run_id"]) == (invoice_id, run["id"])


async def test_an_export_and_an_assignment_at_once_never_send_a_part(rolled, rated, rating_database) -> None:
    for round_number in range(4):
        ids = await rated(f"A{round_number}", f"B{round_number}")
        (invoice_id,) = (await assign(rolled, f"first {round_number}", work_order_ids=ids[:1])).json()["invoice_ids"]
        chosen = {"invoice_ids": [invoice_id]}
        await asyncio.gather(
            export(rolled, f"run {round_number}", selection=chosen),
            assign(rolled, f"second {round_number}", work_order_ids=ids[1:]),
        )
        async with rating_database.transaction() as session:
            parts = await fetch_value(
                session,
                """
                SELECT count(*) FROM invoice i
                WHERE i.status = 'exporting' AND EXISTS (
                    SELECT FROM work_order w WHERE w.invoice_id = i.id AND w.status <> 'exporting')
                """,
            )
        assert parts == 0


async def test_a_removed_draft_opens_its_orders(rolled, rated) -> None:
    ids = await rated("W1", "W2")
    (invoice_id,) = (await assign(rolled)).json()["invoice_ids"]
    path = f"/v1/invoices/{invoice_id}"
    etag = (await rolled.get(path)).headers["etag"]
    assert (await rolled.delete(path, headers={"if-match": etag})).status_code == 204
    assert {(one["status"], one["rating_version"]) for one in [await order_of(rolled, each) for each in ids]} == {
        ("open", 2)
    }
    assert (await rolled.get(path)).json()["invoice"]["status"] == "dissolved"
    again = await rolled.delete(path, headers={"if-match": etag})
    assert (again.status_code, again.json()["code"]) == (409, "LOCKED_USE_CREDIT")


async def test_an_on_demand_invoice_skips_the_roll_up(
    rolled, enter, company, reconciled, rating_database, receivables_database
) -> None:
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}/on-demand-invoice"
    headers = {"if-match": '"1"', **key(1)}
    started = await rolled.post(path, json={"invoice_date": "2026-11-20"}, headers=headers)
    assert started.status_code == 202, started.text
    assert (await rolled.post(path, json={"invoice_date": "2026-11-20"}, headers=headers)).json() == started.json()
    await exchange(rating_database, receivables_database)
    (invoice,) = (await rolled.get("/v1/invoices")).json()["items"]
    assert (invoice["kind"], invoice["status"], invoice["ar_number"]) == ("on_demand", "exported", "100001")
    assert (await order_of(rolled, order["id"]))["status"] == "exported"
    await reconciled()


async def test_a_refused_on_demand_invoice_leaves_its_order_rated(
    company, enter, reconciled, rating_database, receivables_database
) -> None:
    rating, receivables = company
    (order,) = await enter("W1")
    for month in ("2026-10", "2026-11"):
        await receivables.post("/v1/months/close", json={"ar_company": 1, "month": month})
    path = f"/v1/work-orders/{order['id']}"
    body = {"invoice_date": "2026-11-20"}
    await rating.post(f"{path}/on-demand-invoice", json=body, headers={"if-match": '"1"', **key(1)})
    await exchange(rating_database, receivables_database)
    back = await rating.get(path)
    assert (back.json()["status"], back.json()["invoice_id"]) == ("rated", None)
    assert (await rating.get("/v1/invoices")).json()["items"][0]["status"] == "dissolved"
    await reconciled()
    body = {"invoice_date": "2026-12-01"}
    again = await rating.post(
        f"{path}/on-demand-invoice", json=body, headers={"if-match": back.headers["etag"], **key(2)}
    )
    assert again.status_code == 202
    await exchange(rating_database, receivables_database)
    assert (await order_of(rating, order["id"]))["status"] == "exported"
    await reconciled()


async def test_an_assigned_order_is_taken_off_before_it_is_invoiced_alone(rolled, rated) -> None:
    (order_id,) = await rated("W1")
    await assign(rolled)
    path = f"/v1/work-orders/{order_id}"
    etag = (await rolled.get(path)).headers["etag"]
    answer = await rolled.post(f"{path}/on-demand-invoice", json={}, headers={"if-match": etag, **key(1)})
    assert (answer.status_code, answer.json()["code"]) == (409, "ON_INVOICE")


async def test_an_on_demand_order_that_cannot_be_rated_stays_as_it_was(company, enter) -> None:
    rating, _ = company
    (order,) = await enter("W1", zip_code="99999")
    path = f"/v1/work-orders/{order['id']}"
    answer = await rating.post(f"{path}/on-demand-invoice", json={}, headers={"if-match": '"1"', **key(1)})
    assert (answer.status_code, answer.json()["code"]) == (422, "REGION_REQUIRED")
    assert (await rating.get(path)).json()["revision"] == 1
    assert (await rating.get("/v1/exports")).json()["items"] == []


async def test_a_zero_billed_order_is_closed_until_it_is_reopened(company, enter, rate, identity) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}"
    closed = await rating.post(f"{path}/zero-bill", json={"reason": "our mistake"}, headers={"if-match": '"1"'})
    assert closed.json()["status"] == "closed"
    refused = await rate(order["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "LOCKED_USE_CREDIT")
    twice = await rating.post(f"{path}/zero-bill", json={"reason": "x"}, headers={"if-match": closed.headers["etag"]})
    assert twice.status_code == 409
    clerk = identity("rating", Grant("rating.rating", Level.EDIT))
    etag = {"if-match": closed.headers["etag"]}
    assert (await rating.post(f"{path}/reopen", json={"reason": "x"}, headers={**etag, **clerk})).status_code == 403
    opened = await rating.post(f"{path}/reopen", json={"reason": "ordered after all"}, headers=etag)
    assert (opened.json()["status"], opened.json()["rating_version"]) == ("open", 2)
    assert (await rate(order["id"])).json()["version"] == 2
    again = await rating.post(f"{path}/reopen", json={"reason": "x"}, headers=etag)
    assert (again.status_code, again.json()["code"]) == (409, "NOT_CLOSED")


async def test_a_rated_order_is_not_zero_billed_unseen(company, rated) -> None:
    (order_id,) = await rated("W1")
    path = f"/v1/work-orders/{order_id}"
    etag = (await company[0].get(path)).headers["etag"]
    answer = await company[0].post(f"{path}/zero-bill", json={"reason": "x"}, headers={"if-match": etag})
    assert (answer.status_code, answer.json()["code"]) == (409, "NOT_OPEN")


@pytest.mark.parametrize(
    ("entry", "status", "code"),
    [
        ({**MONTHLY, "cycle": None}, 422, "RULE_FAULTY"),
        ({**MONTHLY, "style": "single"}, 422, "RULE_FAULTY"),
        ({**MONTHLY, "bill_to": "S9999"}, 422, "UNKNOWN_REFERENCE"),
        ({**MONTHLY, "cycle": "daily"}, 422, "INVALID_INPUT"),
        (MONTHLY, 409, "CODE_TAKEN"),
    ],
)
async def test_a_rule_that_does_not_fit_is_refused(rolled, entry, status, code) -> None:
    answer = await rolled.post("/v1/rollup-rules", json=entry)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await rolled.get("/v1/rollup-rules")).json()["totals"] == {"count": 1}


async def test_a_rule_is_changed_by_who_has_read_it(rolled) -> None:
    path = "/v1/rollup-rules/1/S1001"
    weekly = {"style": "rollup", "grouping": "attorney", "cycle": "weekly"}
    changed = await rolled.put(path, json=weekly, headers={"if-match": '"1"'})
    assert (changed.json()["cycle"], changed.headers["etag"]) == ("weekly", '"2"')
    assert (await rolled.put(path, json=weekly, headers={"if-match": '"1"'})).status_code == 412
    assert (await rolled.put("/v1/rollup-rules/1/S1002", json=weekly, headers={"if-match": '"1"'})).status_code == 404


async def test_rules_go_out_in_the_columns_in_which_they_come_in(company) -> None:
    rating, _ = company
    rows = "ar_company,bill_to,style,grouping,cycle\n1,S1001,rollup,matter,weekly\n1,S1002,single,none,\n"
    assert (await load(rating, "rollup-rules", rows.encode())).json() == {"imported": 2}
    table = await rating.get("/v1/rollup-rules", headers={"accept": "text/csv"})
    again = await load(rating, "rollup-rules", table.content)
    assert again.json() == {"imported": 2}
    assert (await rating.get("/v1/rollup-rules/1/S1001")).json()["revision"] == 1
    faulty = "ar_company,bill_to,style,grouping,cycle\n1,S1001,rollup,matter,\n1,S9999,single,,\n"
    refused = await load(rating, "rollup-rules", faulty.encode())
    assert {one["pointer"] for one in refused.json()["errors"]} == {"line 2, column cycle", "line 3, column bill_to"}


async def test_who_is_limited_to_a_branch_sees_and_assigns_its_orders_only(rolled, rated, identity) -> None:
    await rated("W1")
    limited = identity("rating", Grant("rating.rollup", Level.EDIT, Limits(branches=frozenset({"LAX"}))))
    answer = await rolled.post("/v1/invoices/assign", json={}, headers={**limited, **key(1)})
    assert answer.json()["code"] == "NOTHING_TO_ASSIGN"
    (invoice_id,) = (await assign(rolled)).json()["invoice_ids"]
    assert (await rolled.get(f"/v1/invoices/{invoice_id}", headers=limited)).status_code == 404
    assert (await rolled.get("/v1/invoices", headers=limited)).json()["items"] == []
    weekly = {"style": "rollup", "cycle": "weekly"}
    rule = await rolled.put("/v1/rollup-rules/1/S1001", json=weekly, headers={**limited, "if-match": '"1"'})
    assert rule.status_code == 403


async def test_many_orders_are_assigned_and_exported_by_as_many_statements_as_one(
    rolled, enter, rating_database, count_statements
) -> None:
    counted = []
    for number, size in enumerate((1, 120)):
        await enter(*(f"R{number}-{index}" for index in range(size)))
        await rolled.post("/v1/rating-runs", json={})
        await work_off(rating_database)
        async with count_statements("rating") as statements:
            assert (await assign(rolled, number)).json()["orders"] == size
        assigned = statements.count
        async with count_statements("rating") as statements:
            assert (await export(rolled, number)).json()["orders"] == size
        counted.append((assigned, statements.count))
    assert counted[0] == counted[1]


async def test_a_process_that_dies_half_way_has_assigned_nothing(rolled, rated, rating_database) -> None:
    from services.rating.actions.invoices import assign_by_rule

    await rated("W1")

    async def half_way() -> None:
        async with rating_database.transaction() as session:
            await assign_by_rule(session, EVERYTHING, Selection(), "ALAMO\\tester")
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await half_way()
    assert (await rolled.get("/v1/invoices")).json()["items"] == []
    assert (await assign(rolled)).json()["orders"] == 1
