"""Amounts beyond what a document can have: refused where they are entered, never a failure for others."""

from typing import Any

import asyncpg
import httpx
import pytest

from services.rating.actions import exports, rating_runs
from services.rating.records.billing_profiles import ProfileRow
from services.rating.records.charges import Prebill
from services.rating.records.commission_rates import CommissionRateEntry
from services.rating.records.work_orders import EnteredOrder
from services.rating.rules import matching, pricing
from services.rating.store import records, work_orders
from services.rating.store.exports import sending
from shared.clock import now
from shared.database.attempts import Attempts
from shared.database.pool import Database
from shared.records.table import RecordTable
from tests.fixtures.caps import decimal_columns, with_cell
from tests.fixtures.exchange import work_off
from tests.fixtures.ledgers import SAMPLE, Company, Enter, Rate, key
from tests.services.rating.api.test_rating_runs import results
from tests.services.receivables.fixtures import Cluster

TOO_LARGE = "9999999999999999.99"
ROWS = {
    "commission-rates": (CommissionRateEntry, "server,percent,effective_from\nS1,40,2026-01-01\n"),
    "billing-profiles": (ProfileRow, (SAMPLE / "billing-profiles.csv").read_text()),
    "work-orders": (EnteredOrder, (SAMPLE / "work-orders.csv").read_text()),
    "prebills": (Prebill, "work_order,billing_item,rate\nW1,Mileage,5\n"),
}
NOTATIONS = {
    ("billing-profiles", "steps"): f"1 = {TOO_LARGE}; more = 5",
    ("billing-profiles", "zones"): f"A > B = {TOO_LARGE}",
    ("prebills", "servers"): f"S1: {TOO_LARGE[:16]}; S2: 1",
    ("work-orders", "servers"): f"S1: {TOO_LARGE[:16]}; S2: 1",
}


async def faults_of(client: httpx.AsyncClient, noun: str, content: bytes) -> dict[str, str]:
    answer = await client.post(f"/v1/{noun}/import", content=content, headers={"content-type": "text/csv"})
    assert answer.status_code == 422, answer.text
    return {fault["pointer"]: fault["detail"] for fault in answer.json()["errors"]}


def test_every_record_with_a_decimal_number_is_in_the_table() -> None:
    tables = [table for table in vars(records).values() if isinstance(table, RecordTable)]
    assert len(tables) > 5
    assert {table.entered for table in tables if decimal_columns(table.entered)} <= {kind for kind, _ in ROWS.values()}


@pytest.mark.parametrize(
    ("noun", "column"), [(noun, column) for noun, (kind, _) in ROWS.items() for column in decimal_columns(kind)]
)
async def test_no_column_of_an_import_takes_more_than_its_cap(company: Company, noun: str, column: str) -> None:
    value = TOO_LARGE.partition(".")[0]
    faults = await faults_of(company[0], noun, with_cell(ROWS[noun][1], column, value))
    assert faults[f"line 2, column {column}"].startswith(("must be at most 9,999,999.999", "must be at most 999,999,"))


@pytest.mark.parametrize(("noun", "column"), NOTATIONS)
async def test_neither_does_a_number_within_a_cell(company: Company, noun: str, column: str) -> None:
    faults = await faults_of(company[0], noun, with_cell(ROWS[noun][1], column, NOTATIONS[noun, column]))
    assert "must be at most 9" in next(words for place, words in faults.items() if column in place)


async def add_manual(rating: httpx.AsyncClient, order: dict[str, Any], rate: str, quantity: str = "1") -> None:
    """Adds a manual line to an order."""
    revision = (await rating.get(f"/v1/work-orders/{order['id']}")).headers["etag"]
    body = {"billing_item": "Mileage", "quantity": quantity, "rate": rate}
    answer = await rating.post(f"/v1/work-orders/{order['id']}/manual-lines", json=body, headers={"if-match": revision})
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([("999999999.99999", "9999999")], "Mileage comes to 9,999,998,999,999,900.00, but a line must be at most"),
        ([("600000000", "1")] * 2, "Work order W1 comes to 1,200,000,0"),
    ],
)
async def test_an_order_that_comes_to_too_much_is_not_rated_and_a_bulk_rating_continues(
    company: Company, enter: Enter, rate: Rate, rating_database: Database, lines: list[tuple[str, str]], words: str
) -> None:
    rating, _ = company
    order, _other = await enter("W1", "W2")
    for line in lines:
        await add_manual(rating, order, *line)
    refused = await rate(order["id"])
    assert (refused.status_code, refused.json()["code"]) == (422, "AMOUNT_TOO_LARGE"), refused.text
    assert refused.json()["detail"].startswith(words)
    tried = await rating.get(f"/v1/work-orders/{order['id']}/rating/trial")
    assert tried.json().get("code") == "AMOUNT_TOO_LARGE", tried.text
    assert (await rating.get("/v1/work-in-progress")).status_code == 200
    outcomes = await results(rating, rating_database)
    assert outcomes == {"W1": "AMOUNT_TOO_LARGE", "W2": "RATED"}


async def test_a_charge_entered_before_there_was_a_cap_breaks_neither_lists_nor_a_bulk_rating(
    company: Company, enter: Enter, rating_database: Database, cluster: Cluster
) -> None:
    rating, _ = company
    order, _other = await enter("W1", "W2")
    await add_manual(rating, order, "5")
    owner = await asyncpg.connect(cluster(rating_database.name, "rating_owner"))
    await owner.execute("UPDATE order_charge SET rate = 9999999999999.99999, quantity = 999999999999.999")
    await owner.execute("UPDATE work_order SET miles = 999999999999.999 WHERE number = 'W1'")
    await owner.close()
    charges = await rating.get(f"/v1/work-orders/{order['id']}/charges")
    assert charges.json()["items"][0]["rate"] == "9999999999999.99999", charges.text
    assert (await rating.get("/v1/work-orders")).status_code == 200
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).json()["miles"] == "999999999999.999"
    assert await results(rating, rating_database) == {"W1": "AMOUNT_TOO_LARGE", "W2": "RATED"}


async def test_an_order_that_fails_for_an_unforeseen_reason_fails_alone(
    company: Company, enter: Enter, rating_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await enter("W1", "W2", "W3")
    match = matching.match_profile

    def fails(order: Any, *rest: Any) -> Any:
        if order.number == "W2":
            raise ArithmeticError(order.number)
        return match(order, *rest)

    monkeypatch.setattr(pricing, "match_profile", fails)
    assert await results(company[0], rating_database) == {"W1": "RATED", "W2": "FAILED", "W3": "RATED"}


async def test_an_order_that_the_database_rejects_fails_alone(
    company: Company, enter: Enter, rating_database: Database, cluster: Cluster
) -> None:
    rating, _ = company
    orders = await enter("W1", "W2", "W3")
    owner = await asyncpg.connect(cluster(rating_database.name, "rating_owner"))
    poison = f"ALTER TABLE rating ADD CONSTRAINT no_poison CHECK (work_order_id <> {orders[1]['id']})"
    await owner.execute(poison)
    await owner.close()
    assert await results(rating, rating_database) == {"W1": "RATED", "W2": "FAILED", "W3": "RATED"}
    found = (await rating.get("/v1/rating-runs/1/results", params={"outcome": "FAILED"})).json()["items"]
    assert [one["detail"] for one in found] == ["the database rejected it: no_poison"]


async def test_a_bulk_rating_that_fails_as_a_whole_leaves_the_next_one_its_turn(
    company: Company, enter: Enter, rating_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rating, _ = company
    orders = await enter("W1", "W2")
    for order in orders:
        started = await rating.post("/v1/rating-runs", json={"work_order_ids": [order["id"]]})
        assert started.status_code == 202
    lock = work_orders.lock_ready_for_rating

    async def fails(session: Any, order_ids: list[int], statuses: Any) -> Any:
        if orders[0]["id"] in order_ids:
            raise ArithmeticError
        return await lock(session, order_ids, statuses)

    monkeypatch.setattr(work_orders, "lock_ready_for_rating", fails)
    attempts = Attempts("test")
    for _ in range(4):
        async with rating_database.transaction() as session:
            await rating_runs.rate_part(session, now(), attempts)
    states = {run["id"]: run["status"] for run in (await rating.get("/v1/rating-runs")).json()["items"]}
    assert states == {1: "running", 2: "done"}
    assert attempts.left_out == [1]


async def test_a_rollup_that_comes_to_too_much_is_left_out_of_an_export_and_named(
    company: Company, enter: Enter, rate: Rate, rating_database: Database
) -> None:
    rating, _ = company
    orders = await enter("W1", "W2", "W3")
    for order in orders:
        if order["number"] != "W3":
            await add_manual(rating, order, "600000000")
        assert (await rate(order["id"])).is_success
    made = await rating.post(
        "/v1/invoices", json={"work_order_ids": [order["id"] for order in orders[:2]]}, headers=key(0)
    )
    assert made.status_code == 201, made.text
    assert (await rating.get("/v1/invoices")).json()["totals"]["total"].startswith("1200000")
    named = await rating.post(
        "/v1/exports", json={"selection": {"work_order_ids": [order["id"] for order in orders[:2]]}}, headers=key(1)
    )
    assert (named.status_code, named.json()["code"]) == (409, "NOT_EXPORTABLE")
    assert "comes to more than 999,999,999.99" in named.json()["errors"][0]["detail"]
    run = (await rating.post("/v1/exports", json={}, headers=key(2))).json()
    assert (run["orders"], run["left_out"]) == (1, 2), run
    await work_off(rating_database)


async def test_an_export_that_cannot_be_sent_leaves_the_next_one_its_turn(
    company: Company, enter: Enter, rate: Rate, rating_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rating, _ = company
    for order in await enter("W1", "W2"):
        assert (await rate(order["id"])).is_success
        body = {"selection": {"work_order_ids": [order["id"]]}}
        assert (await rating.post("/v1/exports", json=body, headers=key(order["id"]))).status_code == 202
    send = sending.send_chunk

    async def fails(session: Any, run_id: int, position: int) -> None:
        if run_id == 1:
            raise ArithmeticError
        await send(session, run_id, position)

    monkeypatch.setattr(sending, "send_chunk", fails)
    attempts, busy = Attempts("test"), True
    while busy:
        async with rating_database.transaction() as session:
            busy = await exports.send_part(session, 500, attempts)
    states = {run["id"]: run["status"] for run in (await rating.get("/v1/exports")).json()["items"]}
    assert states == {1: "sending", 2: "waiting"}
    monkeypatch.setattr(sending, "send_chunk", send)
    await work_off(rating_database)
    assert (await rating.get("/v1/exports/1")).json()["status"] == "waiting"
