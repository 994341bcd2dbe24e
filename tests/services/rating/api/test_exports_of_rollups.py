"""The export of rollups: as a whole, after their cycle has ended."""

import asyncio

import httpx

from shared.database.pool import Database
from shared.database.statements import fetch_value
from tests.fixtures.exchange import work_off
from tests.fixtures.ledgers import Enter
from tests.fixtures.rollups import assign, export, order_of
from tests.services.rating.conftest import CountStatements, RatedIds


async def test_orders_of_a_bill_to_with_a_rule_wait_for_their_roll_up(
    rolled: httpx.AsyncClient, rated_ids: RatedIds
) -> None:
    (waiting,) = await rated_ids("W1")
    (single,) = await rated_ids("W2", customer="S1002")
    run = (await export(rolled, 1)).json()
    assert (run["orders"], (await order_of(rolled, single))["status"]) == (1, "exporting")
    assert (await order_of(rolled, waiting))["status"] == "rated"
    named = await export(rolled, 2, selection={"work_order_ids": [waiting]})
    assert (named.status_code, named.json()["code"]) == (409, "NOT_EXPORTABLE")
    (fault,) = named.json()["errors"]
    assert fault["pointer"] == "/selection/work_order_ids/0"
    assert "has a roll-up rule" in fault["detail"]


async def test_a_rollup_is_exported_as_a_whole_after_its_cycle_has_ended(
    rolled: httpx.AsyncClient, rated_ids: RatedIds
) -> None:
    ids = await rated_ids("W1", "W2")
    (invoice_id,) = (await assign(rolled)).json()["invoice_ids"]
    early = await export(rolled, 1, invoice_date="2026-11-29")
    assert early.json()["code"] == "NOTHING_TO_EXPORT"
    part = await export(rolled, 2, selection={"work_order_ids": ids[:1]})
    (fault,) = part.json()["errors"]
    assert fault["pointer"] == "/selection/work_order_ids/0"
    assert fault["detail"] == f"work order W1: it is on invoice {invoice_id} together with orders that are not selected"
    run = (await export(rolled, 3)).json()
    assert (run["invoices"], run["orders"], run["total"]) == (1, 2, "160.00")
    assert {(await order_of(rolled, order_id))["status"] for order_id in ids} == {"exporting"}


async def test_a_rollup_chosen_by_id_is_exported_before_its_cycle_ends(
    rolled: httpx.AsyncClient, rated_ids: RatedIds
) -> None:
    await rated_ids("W1")
    (invoice_id,) = (await assign(rolled)).json()["invoice_ids"]
    run = await export(rolled, 1, invoice_date="2026-11-20", selection={"invoice_ids": [invoice_id]})
    assert run.status_code == 202
    gone = await export(rolled, 2, selection={"invoice_ids": [invoice_id]})
    (fault,) = gone.json()["errors"]
    assert fault["pointer"] == "/selection/invoice_ids/0"
    assert fault["detail"] == f"invoice {invoice_id} is not rated, or already being exported"


async def test_a_rollup_with_an_order_outside_the_selection_waits_as_a_whole(
    rolled: httpx.AsyncClient, rated_ids: RatedIds, rating_database: Database
) -> None:
    await rated_ids("W1")
    await assign(rolled, 1)
    async with rating_database.transaction() as session:
        until = await fetch_value(session, "SELECT max(rated_at) FROM rating")
    await rated_ids("W2")
    await assign(rolled, 2)
    answer = await export(rolled, 1, selection={"rated_until": until.isoformat()})
    assert answer.json()["code"] == "NOTHING_TO_EXPORT"


async def test_an_invoice_that_is_being_exported_is_locked_and_names_the_run(
    rolled: httpx.AsyncClient, rated_ids: RatedIds
) -> None:
    await rated_ids("W1")
    (more,) = await rated_ids("W2", customer="S1001")
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


async def test_an_export_and_an_assignment_at_once_never_export_part_of_an_invoice(
    rolled: httpx.AsyncClient, rated_ids: RatedIds, rating_database: Database
) -> None:
    for round_number in range(4):
        ids = await rated_ids(f"A{round_number}", f"B{round_number}")
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


async def test_removing_a_draft_opens_its_orders(rolled: httpx.AsyncClient, rated_ids: RatedIds) -> None:
    ids = await rated_ids("W1", "W2")
    (invoice_id,) = (await assign(rolled)).json()["invoice_ids"]
    path = f"/v1/invoices/{invoice_id}"
    etag = (await rolled.get(path)).headers["etag"]
    assert (await rolled.delete(path, headers={"if-match": etag})).status_code == 204
    assert {
        (order["status"], order["rating_version"]) for order in [await order_of(rolled, order_id) for order_id in ids]
    } == {("open", 2)}
    assert (await rolled.get(path)).json()["invoice"]["status"] == "dissolved"
    again = await rolled.delete(path, headers={"if-match": etag})
    assert (again.status_code, again.json()["code"]) == (409, "LOCKED_USE_CREDIT")


async def test_assigning_and_exporting_many_orders_takes_as_many_statements_as_one(
    rolled: httpx.AsyncClient, enter: Enter, rating_database: Database, count_statements: CountStatements
) -> None:
    counted = []
    for number, size in enumerate((1, 120)):
        await enter(*(f"R{number}-{index}" for index in range(size)))
        await rolled.post("/v1/rating-runs", json={})
        await work_off(rating_database)
        async with count_statements(rating_database) as statements:
            assert (await assign(rolled, number)).json()["orders"] == size
        assigned = statements.count
        async with count_statements(rating_database) as statements:
            assert (await export(rolled, number)).json()["orders"] == size
        counted.append((assigned, statements.count))
    assert counted[0] == counted[1]
