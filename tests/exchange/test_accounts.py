"""What customers owe and which months are open: published after postings, read by rating, and warned of."""

import asyncio
import random
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from services.receivables.actions import accounts
from shared.contracts.account_changed import AccountChanged
from shared.contracts.company_changed import CompanyChanged
from shared.database.pool import Database
from shared.database.statements import execute
from tests.fixtures.attempts import LOUD
from tests.fixtures.exchange import announce_accounts, data_of, deliver, exchange, take_events
from tests.fixtures.ledgers import Company, Enter, Rate, key
from tests.services.receivables.fixtures import Export


async def published(database: Database, name: str) -> list[dict[str, Any]]:
    """The data of all events of this name in the outbox, oldest first."""
    return [data_of(one) for one in await take_events(database, "receivables") if one[1] == name]


async def warned(rating: Any, **filters: str) -> dict[str, list[str]]:
    month = filters.get("month", "2026-11")
    page = (await rating.get("/v1/ready-to-export", params={"invoice_date": f"{month}-01", **filters})).json()
    return {one["number"]: [warning["detail"] for warning in one["warnings"]] for one in page["items"]}


async def set_limit(company: Any, databases: tuple[Database, Database], limit: str | None) -> None:
    """Sets the credit limit of S1001 in receivables, and delivers the event to rating."""
    _, receivables = company
    (customer,) = (await receivables.get("/v1/customers", params={"search": "S1001"})).json()["items"]
    etag = (await receivables.get(f"/v1/customers/{customer['id']}")).headers["etag"]
    changed = await receivables.patch(
        f"/v1/customers/{customer['id']}", json={"credit_limit": limit}, headers={"if-match": etag}
    )
    assert changed.is_success, changed.text
    await exchange(*databases)


@pytest.fixture
def databases(rating_database: Database, receivables_database: Database) -> tuple[Database, Database]:
    return rating_database, receivables_database


async def test_the_limit_counts_open_invoices_and_rated_orders_together(
    company: Company, enter: Enter, rate: Rate, export: Export, databases: tuple[Database, Database]
) -> None:
    rating, receivables = company
    await set_limit(company, databases, "200.00")
    await enter("W1")
    await export()
    for number in ("W2", "W3"):
        (order,) = await enter(number)
        await rate(order["id"])
        if number == "W2":
            assert await warned(rating) == {"W2": []}
    assert set(map(tuple, (await warned(rating)).values())) == {("over credit limit of 200.00",)}
    await set_limit(company, databases, "240.00")
    assert await warned(rating) == {"W2": [], "W3": []}
    await set_limit(company, databases, "239.99")
    assert set(map(tuple, (await warned(rating)).values())) == {("over credit limit of 239.99",)}
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    body = {"disposition": "close", "reason": "wrong", "month": "2026-11"}
    await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key("credit"))
    await exchange(*databases)
    assert await warned(rating) == {"W2": [], "W3": []}
    run = await export()
    assert (run["status"], run["exported"]) == ("done", 2)


async def test_a_customer_over_the_limit_is_exported_anyway(
    company: Company, enter: Enter, rate: Rate, export: Export, databases: tuple[Database, Database]
) -> None:
    await set_limit(company, databases, "0.01")
    (order,) = await enter("W1")
    await rate(order["id"])
    assert await warned(company[0]) == {"W1": ["over credit limit of 0.01"]}
    assert (await export())["exported"] == 1


async def test_ready_to_export_warns_of_a_closed_month(
    company: Company, enter: Enter, rate: Rate, databases: tuple[Database, Database]
) -> None:
    rating, receivables = company
    (order,) = await enter("W1")
    await rate(order["id"])
    assert await warned(rating, month="2026-10") == {"W1": []}
    assert await warned(rating, month="2026-09") == {"W1": ["month 2026-09 is closed in company 1"]}
    assert (await receivables.post("/v1/months/close", json={"ar_company": 1, "month": "2026-10"})).is_success
    await exchange(*databases)
    assert await warned(rating, month="2026-10") == {"W1": ["month 2026-10 is closed in company 1"]}
    assert await warned(rating, month="2027-05") == {"W1": ["month 2027-05 is not open yet in company 1"]}


async def test_account_and_company_events_match_their_contracts(
    enter: Enter, export: Export, databases: tuple[Database, Database]
) -> None:
    await enter("W1", "W2")
    await enter("X1", customer="S1002")
    await export()
    changed = [AccountChanged.model_validate(one) for one in await published(databases[1], "account-changed")]
    assert {(one.ar_company, one.customer, one.open_amount) for one in changed} == {
        (1, "S1001", Decimal("160.00")),
        (1, "S1002", Decimal("80.00")),
    }
    companies = [CompanyChanged.model_validate(one) for one in await published(databases[1], "company-changed")]
    assert {(one.ar_company, one.last_closed_month, one.max_open_months) for one in companies} == {
        (1, "2026-09", 6),
        (2, "2026-09", 6),
    }


async def test_a_posting_that_commits_late_is_counted_later(
    enter: Enter, export: Export, databases: tuple[Database, Database]
) -> None:
    """Ids are assigned before the commit, so a mark like "counted up to" would miss what commits late."""
    await enter("W1")
    await export()
    _, receivables = databases
    move = text(
        "INSERT INTO account_movement (customer_id, amount) SELECT customer_id, :amount FROM ar_transaction LIMIT 1"
    )
    async with receivables.transaction() as late:
        await late.execute(move, {"amount": Decimal("5.00")})
        async with receivables.transaction() as quick:
            await quick.execute(move, {"amount": Decimal("7.00")})
        await announce_accounts(receivables)
    await announce_accounts(receivables)
    assert [one["open_amount"] for one in await published(receivables, "account-changed")] == [
        "80.00",
        "87.00",
        "92.00",
    ]


async def test_a_process_that_dies_while_counting_has_counted_nothing(
    enter: Enter, export: Export, databases: tuple[Database, Database]
) -> None:
    _, receivables = databases
    await enter("W1")
    await export()
    async with receivables.transaction() as session:
        await execute(session, "INSERT INTO account_movement (customer_id, amount) SELECT id, 9 FROM customer")
    before = await published(receivables, "account-changed")

    async def die_after_counting() -> None:
        async with receivables.transaction() as session:
            await accounts.announce_changes(session, LOUD)
            raise ConnectionError("the process is gone")

    with pytest.raises(ConnectionError):
        await die_after_counting()
    assert await published(receivables, "account-changed") == before
    await announce_accounts(receivables)
    open_amounts = {one["customer"]: one["open_amount"] for one in await published(receivables, "account-changed")}
    assert open_amounts["S1001"] == "89.00"
    assert open_amounts["S1002"] == "9.00"


async def test_many_instances_count_everything_once(
    enter: Enter, export: Export, databases: tuple[Database, Database]
) -> None:
    _, receivables = databases
    await enter("W1")
    await export()
    for _ in range(5):
        async with receivables.transaction() as session:
            await execute(session, "INSERT INTO account_movement (customer_id, amount) SELECT id, 1 FROM customer")
        await asyncio.gather(*(announce_accounts(receivables) for _ in range(4)))
    newest = {one["customer"]: one for one in await published(receivables, "account-changed")}
    assert (newest["S1001"]["open_amount"], newest["S1002"]["open_amount"]) == ("85.00", "5.00")
    assert newest["S1001"]["version"] == 6


async def test_a_changed_company_is_published_once(company: Company, databases: tuple[Database, Database]) -> None:
    _, receivables = databases
    before = await published(receivables, "company-changed")
    async with receivables.transaction() as session:
        await execute(session, "UPDATE ar_company SET name = 'Alamo', revision = revision + 1 WHERE number = 1")
    await asyncio.gather(*(announce_accounts(receivables) for _ in range(4)))
    (event,) = (await published(receivables, "company-changed"))[len(before) :]
    assert (event["ar_company"], event["name"], event["version"]) == (1, "Alamo", 2)


async def test_repeated_late_and_reordered_events_leave_the_newest_state(
    company: Company, enter: Enter, export: Export, databases: tuple[Database, Database]
) -> None:
    rating_database, receivables = databases
    for number in ("W1", "W2", "W3"):
        await enter(number)
        await export()
    await company[1].post("/v1/months/close", json={"ar_company": 1, "month": "2026-10"})
    await announce_accounts(receivables)
    events = [one for one in await take_events(receivables, "receivables") if one[1].endswith("-changed")]
    for seed in range(4):
        async with rating_database.transaction() as session:
            await execute(session, "DELETE FROM inbox")
        shuffled = random.Random(seed).sample(events * 2, len(events) * 2)
        await deliver(rating_database, "rating", shuffled)
        async with rating_database.transaction() as session:
            (row,) = await session.execute(text("SELECT customer, version, open_amount FROM customer_account"))
            assert tuple(row) == ("S1001", 3, Decimal("240.00"))
            (row,) = await session.execute(text("SELECT last_closed_month FROM ar_company WHERE number = 1"))
            assert tuple(row) == ("2026-10",)
