"""Any order and repetition of events leads to the same state: each rating is invoiced once, and everything reconciles.

Each case is a random history of some orders. Its number is the seed, so that a failing case can be run again alone.
"""

import asyncio
import os
import random
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from shared.database.pool import Database
from shared.database.statements import execute
from shared.values.money import round_cents
from tests.fixtures.clerk import work_off as work_off_batches
from tests.fixtures.exchange import deliver, exchange, take_events, work_off
from tests.fixtures.ledgers import Company, Enter, key
from tests.services.receivables.fixtures import Reconciled

SEEDS = range(int(os.environ.get("RATEBOOK_SEEDS", "2")))


class Mail:
    """A broker at its worst: it delivers every message at least once, in any order, and old ones again and again."""

    def __init__(self, chance: random.Random, rating: Database, receivables: Database):
        self._chance = chance
        self._sides = (("rating", rating, "receivables", receivables), ("receivables", receivables, "rating", rating))

    async def deliver_some(self) -> None:
        for giver, source, taker, target in self._sides:
            events = await take_events(source, giver)
            if not events:
                continue
            picked = self._chance.choices(events, k=self._chance.randrange(1, 2 * len(events) + 1))
            await deliver(target, taker, picked)


async def act(chance: random.Random, company: Any, database: Database, theirs: Database, number: int) -> None:
    """One thing that a clerk might do now. A refusal is a normal answer."""
    rating, receivables = company
    deed = chance.choice(
        (
            *("rate", "rate", "export", "export", "change", "remove", "withdraw", "credit", "credit", "again"),
            *("assign", "assign", "assign", "unassign", "demand"),
            *("review", "post", "post", "take out"),
        )
    )
    if deed == "rate":
        await rating.post("/v1/rating-runs", json={})
    elif deed == "export":
        await rating.post("/v1/exports", json={"invoice_date": "2026-11-30"}, headers=key(number))
    elif deed in {"assign", "unassign"}:
        await rating.post(f"/v1/invoices/{deed}", json={}, headers=key(number))
    elif deed == "again":
        async with database.transaction() as session:
            await execute(session, "UPDATE export_chunk SET sent_at = NULL WHERE random() < 0.5")
            await execute(session, "UPDATE export_run SET status = 'sending' WHERE status = 'waiting'")
    elif deed in {"change", "remove", "demand"}:
        await act_on_an_order(chance, rating, deed, number)
    elif deed == "withdraw":
        for run in (await rating.get("/v1/exports")).json()["items"]:
            await rating.post(f"/v1/exports/{run['id']}/withdrawals", json={})
    else:
        await act_in_receivables(chance, receivables, theirs, deed, number)


async def act_in_receivables(
    chance: random.Random, receivables: Any, database: Database, deed: str, number: int
) -> None:
    if deed == "review":
        await let_wait(receivables, waits=chance.random() < 0.6)
    elif deed == "credit":
        await credit_something(chance, receivables, number)
    else:
        for batch in await waiting_batches(receivables):
            if deed == "post":
                await post_batch(receivables, database, batch, number)
            else:
                await take_out(chance, receivables, batch)


async def let_wait(receivables: Any, *, waits: bool) -> None:
    """Sets whether exported invoices wait in a batch for review or are posted directly."""
    company = await receivables.get("/v1/ar-companies/1")
    body = {**company.json(), "exported_invoices": "batch" if waits else "post"}
    changed = await receivables.put("/v1/ar-companies/1", json=body, headers={"if-match": company.headers["etag"]})
    assert changed.status_code == 200, changed.text


async def waiting_batches(receivables: Any) -> list[Any]:
    page = await receivables.get("/v1/batches", params={"source": "rating", "status": "open"})
    batches: list[Any] = page.json()["items"]
    return batches


async def post_batch(receivables: Any, database: Database, batch: Any, number: object) -> None:
    await receivables.post(f"/v1/batches/{batch['id']}/validate")
    await work_off_batches(database)
    await receivables.post(f"/v1/batches/{batch['id']}/post", headers=key(f"{number} {batch['id']}"))
    await work_off_batches(database)


async def take_out(chance: random.Random, receivables: Any, batch: Any) -> None:
    """Removes one entry of a batch, or clears the batch."""
    entries = (await receivables.get(f"/v1/batches/{batch['id']}/entries")).json()["items"]
    if entries and chance.random() < 0.6:
        seq = chance.choice(entries)["seq"]
        await receivables.delete(f"/v1/batches/{batch['id']}/entries/{seq}", headers={"if-match": '"1"'})
    else:
        await receivables.post(f"/v1/batches/{batch['id']}/clear")


async def act_on_an_order(chance: random.Random, rating: Any, deed: str, number: int) -> None:
    orders = (await rating.get("/v1/work-orders")).json()["items"]
    order = chance.choice(orders)
    headers = {"if-match": f'"{order["revision"]}"'}
    if deed == "change":
        change = {"miles": str(chance.randrange(1, 90)), "bill_to": chance.choice(("S1001", "S1002"))}
        await rating.patch(f"/v1/work-orders/{order['id']}", json=change, headers=headers)
    elif deed == "remove":
        await rating.delete(f"/v1/work-orders/{order['id']}/rating", headers=headers)
    else:
        path = f"/v1/work-orders/{order['id']}/on-demand-invoice"
        await rating.post(path, json={"invoice_date": "2026-11-20"}, headers={**headers, **key(number)})


async def credit_something(chance: random.Random, receivables: Any, number: int) -> None:
    """Credits a whole invoice, one order of it, or part of one line."""
    invoices = (await receivables.get("/v1/invoices")).json()["items"]
    if invoices:
        body: dict[str, Any] = {"reason": "chance", "month": "2026-11"}
        invoice = (await receivables.get(f"/v1/invoices/{chance.choice(invoices)['id']}")).json()
        body["disposition"] = chance.choice(("rerate", "rerate", "close"))
        line = chance.choice(invoice["lines"])
        choice = chance.random()
        if choice < 0.3:
            body["work_order_ids"] = [line["work_order_id"]]
        elif choice < 0.6:
            del body["disposition"]
            part = Decimal(line["remaining"]) * Decimal(chance.randrange(1, 100)) / 100
            body["lines"] = [{"line": line["line"], "amount": str(round_cents(part))}]
        await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key(number))


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_random_history_ends_with_every_rating_invoiced_once(
    seed: int,
    company: Company,
    enter: Enter,
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    chance = random.Random(seed)
    mail = Mail(chance, rating_database, receivables_database)
    await enter(*(f"W{number}" for number in range(8)), zip_code="78130", miles="40")
    rule = {"ar_company": 1, "bill_to": "S1001", "style": "rollup", "cycle": "monthly"}
    await company[0].post("/v1/rollup-rules", json=rule)
    await make_taxable(company[0], "Service of process")
    await let_wait(company[1], waits=seed % 2 == 1)
    for number in range(40):
        await act(chance, company, rating_database, receivables_database, number)
        if chance.random() < 0.7:
            await work_off(rating_database)
        if chance.random() < 0.6:
            await mail.deliver_some()
    await exchange(rating_database, receivables_database)
    await reconciled()
    for batch in await waiting_batches(company[1]):
        await post_batch(company[1], receivables_database, batch, "the end")
    await exchange(rating_database, receivables_database)
    await reconciled()
    async with receivables_database.transaction() as session:
        booked = await session.execute(
            text(
                """
                SELECT work_order_id, work_order_version, count(DISTINCT transaction_id) AS invoices
                FROM ar_line l JOIN ar_transaction t ON t.id = l.transaction_id AND t.type = 'invoice'
                GROUP BY work_order_id, work_order_version
                """
            )
        )
        assert {row.invoices for row in booked} <= {1}
    await _nothing_hangs(company)
    await _every_order_is_where_its_status_says(company)


async def make_taxable(rating: Any, name: str) -> None:
    item = await rating.get(f"/v1/billing-items/{name}")
    body = {**item.json(), "taxable": True}
    await rating.put(f"/v1/billing-items/{name}", json=body, headers={"if-match": item.headers["etag"]})


async def _every_order_is_where_its_status_says(company: Any) -> None:
    """Each order is on at most one invoice, drafts have only assigned orders, and no invoice is exported in part."""
    rating, _ = company
    for invoice in (await rating.get("/v1/invoices", params={"limit": 500})).json()["items"]:
        held = (await rating.get(f"/v1/invoices/{invoice['id']}")).json()["work_orders"]
        statuses = {(await rating.get(f"/v1/work-orders/{one['work_order_id']}")).json()["status"] for one in held}
        allowed: dict[str, list[set[str]]] = {
            "draft": [{"assigned"}],
            "exported": [{"exported"}, set()],
            "dissolved": [set()],
        }
        assert statuses in allowed[invoice["status"]]


async def _nothing_hangs(company: Any) -> None:
    """After all answers every run has finished, and no order waits for an answer."""
    rating, _ = company
    runs = (await rating.get("/v1/exports")).json()["items"]
    assert all(run["finished_at"] for run in runs)
    assert (await rating.get("/v1/work-orders", params={"status": "exporting"})).json()["totals"]["count"] == 0


async def test_both_services_at_once_end_in_the_same_state(
    company: Company, enter: Enter, reconciled: Reconciled, rating_database: Database, receivables_database: Database
) -> None:
    """The consumers of both services run at the same time while clerks export and credit."""
    rating, _ = company
    await enter(*(f"W{number}" for number in range(20)))
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key("one"))
    await work_off(rating_database)
    events = await take_events(rating_database, "rating")
    await asyncio.gather(*(deliver(receivables_database, "receivables", events) for _ in range(4)))
    answers = await take_events(receivables_database, "receivables")
    await asyncio.gather(*(deliver(rating_database, "rating", answers) for _ in range(4)))
    await exchange(rating_database, receivables_database)
    await reconciled()
