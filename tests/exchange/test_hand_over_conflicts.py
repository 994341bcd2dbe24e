"""Rating was restored to an earlier moment, receivables was not: its new runs have the numbers of old ones."""

from typing import Any

import asyncpg
import httpx
import pytest

from deploy.local.reconcile import differences_between
from shared.database.pool import Database
from tests.fixtures.exchange import data_of, deliver, exchange, take_events, work_off
from tests.fixtures.ledgers import Company, Enter, key
from tests.services.receivables.fixtures import Cluster, Export, Reconciled

# What a restore undoes. Ids start again where they were.
_UNDO = """
TRUNCATE export_order, export_invoice, export_chunk, export_run, rating_line, rating, work_order, invoice, outbox
RESTART IDENTITY CASCADE
"""


async def in_database(cluster: Cluster, database: Database, statements: str) -> None:
    """Runs statements that the service itself may not run."""
    superuser = await asyncpg.connect(cluster(database.name, "postgres"))
    await superuser.execute(statements)
    await superuser.close()


async def refusals(rating: httpx.AsyncClient, run: dict[str, Any]) -> list[tuple[str, str]]:
    items = (await rating.get(f"/v1/exports/{run['id']}/invoices")).json()["items"]
    return [(one["reason"], one["detail"]) for one in items]


@pytest.mark.parametrize("remembered", ["the random id of the run", "only the numbers of its orders"])
async def test_a_run_with_the_number_of_another_is_refused_and_says_what_to_do(
    company: Company,
    enter: Enter,
    export: Export,
    rating_database: Database,
    receivables_database: Database,
    cluster: Cluster,
    remembered: str,
) -> None:
    """Before the upgrade there were no random ids, so the numbers of the orders are compared as well."""
    rating, receivables = company
    await enter("OLD")
    assert (await export())["exported"] == 1
    await in_database(cluster, rating_database, _UNDO)
    if remembered != "the random id of the run":
        await in_database(cluster, receivables_database, "DELETE FROM exported_run")
    (order,) = await enter("NEW")
    run = await export()
    assert (run["id"], run["status"], run["exported"], run["refused"]) == (1, "done_with_refusals", 0, 1)
    ((reason, detail),) = await refusals(rating, run)
    assert reason == "HAND_OVER_CONFLICT"
    named = "another export run 1" if remembered == "the random id of the run" else "with order OLD"
    assert named in detail
    assert "Run `ratebook reconcile`" in detail
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).json()["status"] == "assigned"
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    assert [
        one["work_order_number"] for one in (await receivables.get(f"/v1/invoices/{invoice['id']}")).json()["lines"]
    ] == ["OLD"]
    ours, theirs = [(await one.get("/v1/reconciliation")).json() for one in company]
    assert any("run 1: rating exported 0" in difference for difference in differences_between(ours, theirs))
    # The next run and attempt are new to receivables, but the invoice is not. What the refusal says helps.
    ((reason, detail),) = await refusals(rating, await export())
    assert (reason, "booked invoice 1 as attempt 1" in detail) == ("HAND_OVER_CONFLICT", True)
    path = f"/v1/work-orders/{order['id']}"
    etag = (await rating.get(path)).headers["etag"]
    assert (await rating.delete(f"{path}/rating", headers={"if-match": etag})).status_code == 200
    assert (await export())["exported"] == 1


async def test_a_withdrawal_of_a_run_does_not_touch_another_of_its_number(
    company: Company,
    enter: Enter,
    export: Export,
    rating_database: Database,
    receivables_database: Database,
    cluster: Cluster,
) -> None:
    rating, _ = company
    await enter("OLD")
    await export()
    await in_database(cluster, rating_database, _UNDO)
    await enter("NEW")
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    started = await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key(1))
    run = started.json()
    await rating.post(f"/v1/exports/{run['id']}/withdrawals", json={}, headers=key(2))
    await exchange(rating_database, receivables_database)
    ((reason, _),) = await refusals(rating, run)
    assert reason == "HAND_OVER_CONFLICT"


async def test_an_answer_about_another_run_of_the_same_number_changes_nothing(
    company: Company, enter: Enter, rating_database: Database, receivables_database: Database, cluster: Cluster
) -> None:
    """The answer was on its way when rating was restored."""
    rating, _ = company
    await enter("W1")
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    started = await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key(1))
    await work_off(rating_database)
    await deliver(receivables_database, "receivables", await take_events(rating_database, "rating"))
    await in_database(cluster, rating_database, "UPDATE export_run SET run_uuid = gen_random_uuid()")
    answers = await take_events(receivables_database, "receivables")
    assert "invoice-exported" in [name for _, name, _ in answers]
    await deliver(rating_database, "rating", answers)
    run = (await rating.get(started.headers["location"])).json()
    assert (run["exported"], run["in_flight"]) == (0, 1)


async def test_the_random_id_travels_with_every_chunk_and_stays_the_same(
    company: Company,
    enter: Enter,
    rating_database: Database,
    receivables_database: Database,
    reconciled: Reconciled,
) -> None:
    rating, _ = company
    await enter("W1", "W2", "W3")
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    started = await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key(1))
    await work_off(rating_database, chunk_orders=1)
    requests = [one for one in await take_events(rating_database, "rating") if one[1] == "invoice-export-requested"]
    assert len({data_of(one)["run_uuid"] for one in requests}) == 1
    assert len(requests) == 3
    await exchange(rating_database, receivables_database)
    assert (await rating.get(started.headers["location"])).json()["exported"] == 3
    await reconciled()


async def test_a_run_of_before_the_upgrade_is_booked_to_its_end(
    company: Company,
    enter: Enter,
    rating_database: Database,
    receivables_database: Database,
    cluster: Cluster,
    reconciled: Reconciled,
) -> None:
    """It has no random id, and neither have the requests that were sent already."""
    rating, _ = company
    await enter("W1", "W2")
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    started = await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key(1))
    await in_database(cluster, rating_database, "UPDATE export_run SET run_uuid = NULL")
    await work_off(rating_database, chunk_orders=1)
    await exchange(rating_database, receivables_database)
    assert (await rating.get(started.headers["location"])).json()["exported"] == 2
    await reconciled()


async def test_lines_with_the_numbers_of_other_orders_are_a_difference(
    company: Company, enter: Enter, export: Export, receivables_database: Database, cluster: Cluster
) -> None:
    await enter("W1", "W2")
    await export()
    superuser = await asyncpg.connect(cluster(receivables_database.name, "postgres"))
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute("UPDATE ar_line SET work_order_number = 'OLD' WHERE work_order_number = 'W2'")
    await superuser.close()
    ours, theirs = [(await one.get("/v1/reconciliation")).json() for one in company]
    assert differences_between(ours, theirs) == [
        "run 1: the invoices in receivables hold other order numbers than those that rating exported"
    ]


async def test_an_order_that_gets_another_number_after_its_credit_is_no_difference(
    company: Company, enter: Enter, export: Export, rating_database: Database, receivables_database: Database
) -> None:
    rating, receivables = company
    (order,) = await enter("W1")
    await export()
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    body = {"month": "2026-11", "disposition": "rerate", "reason": "wrong number", "credit_date": "2026-11-20"}
    credited = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key("credit"))
    assert credited.status_code == 201, credited.text
    await exchange(rating_database, receivables_database)
    path = f"/v1/work-orders/{order['id']}"
    etag = (await rating.get(path)).headers["etag"]
    assert (await rating.patch(path, json={"number": "W9"}, headers={"if-match": etag})).status_code == 200
    ours, theirs = [(await one.get("/v1/reconciliation")).json() for one in company]
    assert differences_between(ours, theirs) == []
