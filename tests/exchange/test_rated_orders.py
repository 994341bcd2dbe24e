"""Receivables forgets rated orders that were billed long ago, and nothing that it answers changes by that."""

from datetime import timedelta
from typing import Any

import httpx

from services.receivables.actions.rated_orders import KEPT, delete_settled
from shared.clock import now
from shared.database.pool import Database
from shared.database.statements import execute, fetch_values
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import Company, Enter, Rate, key
from tests.services.receivables.fixtures import Export, Reconciled


async def forget(database: Database, days: int) -> list[str]:
    """Lets all rated orders be so much older, deletes the old ones that are settled, and returns what is left."""
    async with database.transaction() as session:
        await execute(session, "UPDATE rated_order SET rated_at = rated_at - make_interval(days => :days)", days=days)
        await delete_settled(session, now(), 10)
        return await fetch_values(session, "SELECT number FROM rated_order ORDER BY number")


async def account(receivables: httpx.AsyncClient) -> dict[str, Any]:
    customer = (await receivables.get("/v1/customers", params={"search": "S1001"})).json()["items"][0]
    found: dict[str, Any] = (await receivables.get(f"/v1/customers/{customer['id']}/account")).json()
    return found


async def test_old_orders_are_forgotten_once_they_are_billed(
    company: Company,
    enter: Enter,
    rate: Rate,
    export: Export,
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    _, receivables = company
    await enter("billed")
    await export()
    for number in ("waiting", "removed"):
        (order,) = await enter(number)
        await rate(order["id"])
    path = f"/v1/work-orders/{order['id']}"
    etag = (await company[0].get(path)).headers["etag"]
    assert (await company[0].delete(f"{path}/rating", headers={"if-match": etag})).is_success
    await exchange(rating_database, receivables_database)
    before = await account(receivables)
    assert before["unbilled"] == "80.00"
    assert await forget(receivables_database, KEPT.days - 1) == ["billed", "removed", "waiting"]
    assert await forget(receivables_database, 2) == ["waiting"]
    assert await account(receivables) == before
    await reconciled()


async def test_an_order_that_was_billed_with_another_amount_is_not_forgotten(
    company: Company, enter: Enter, export: Export, receivables_database: Database
) -> None:
    _, receivables = company
    await enter("W1")
    await export()
    async with receivables_database.transaction() as session:
        await execute(session, "UPDATE rated_order SET total = total + 1")
    assert await forget(receivables_database, KEPT.days + 1) == ["W1"]
    found = (await receivables.get("/v1/reconciliation")).json()["differences"]
    assert [one["kind"] for one in found] == ["ORDER_AND_INVOICE"]


async def test_an_order_that_is_reopened_by_a_credit_is_known_again(
    company: Company,
    enter: Enter,
    rate: Rate,
    export: Export,
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    _, receivables = company
    (order,) = await enter("W1")
    await export()
    assert await forget(receivables_database, KEPT.days + 1) == []
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    body = {"disposition": "rerate", "reason": "wrong", "month": "2026-11"}
    await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key("credit"))
    await exchange(rating_database, receivables_database)
    await rate(order["id"])
    await exchange(rating_database, receivables_database)
    assert (await account(receivables))["unbilled"] == "80.00"
    assert timedelta(days=90) < KEPT
    await reconciled()
