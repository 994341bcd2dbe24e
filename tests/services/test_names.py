"""Numbers and names that only look different are a conflict, and older ones that do stay reachable."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
from alembic import command

from shared.service import migration
from tests.fixtures.ledgers import Company, Enter, load, order_csv

MakeOlder = Callable[[str, str, str], Awaitable[asyncpg.Connection]]


@pytest.fixture
async def older(cluster: Callable[[str, str], str]) -> AsyncIterator[MakeOlder]:
    """Makes a database of a service at a revision, runs a statement there, and upgrades it."""
    admin = await asyncpg.connect(cluster("postgres", "postgres"))
    made: list[tuple[str, asyncpg.Connection]] = []

    async def make(service: str, revision: str, statement: str) -> asyncpg.Connection:
        name = f"test_{uuid.uuid4().hex[:12]}"
        await admin.execute(f"CREATE DATABASE {name} OWNER {service}_owner")
        url = cluster(name, f"{service}_owner")
        await asyncio.to_thread(command.upgrade, migration.configuration(service, url), revision)
        connection = await asyncpg.connect(url)
        made.append((name, connection))
        await connection.execute(statement)
        await asyncio.to_thread(migration.upgrade, service, url)
        return connection

    yield make
    for name, connection in made:
        await connection.close()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def test_older_billing_items_get_keys_unless_they_only_look_different(older: MakeOlder) -> None:
    names = "('Mileage'), ('mileage'), ('Skip\u00a0trace')"
    rating = await older(
        "rating",
        "0013",
        f"INSERT INTO billing_item (name, income_account, taxable, fee_advance) SELECT v, '4000', false, false FROM (VALUES {names}) n (v)",
    )
    found = {row[0]: row[1] for row in await rating.fetch("SELECT name, name_key FROM billing_item")}
    assert found == {"Mileage": None, "mileage": None, "Skip\u00a0trace": "skip trace"}


async def test_older_names_of_groups_are_folded_again_unless_another_has_the_form(older: MakeOlder) -> None:
    rows = "('Proof', 'proof', '', ''), ('Ｐroof', 'ｐroof', '', ''), ('Ｂilling', 'ｂilling', '', '')"
    security = await older(
        *("security", "0008"),
        f"INSERT INTO security_group (name, folded_name, description, folded_description) VALUES {rows}",
    )
    found = {row[0]: row[1] for row in await security.fetch("SELECT name, folded_name FROM security_group")}
    assert found == {"Proof": "proof", "Ｐroof": "ｐroof", "Ｂilling": "billing"}


async def test_an_order_whose_number_only_looks_different_exists_already(company: Company, enter: Enter) -> None:
    rating, _ = company
    await enter("W-1001")
    row = "{0},SAT,S1001,STANDARD,CITATION,78205,,"
    refused = await load(rating, "work-orders", order_csv(row.format("w-1001"), row.format("X-1"), row.format("x-1")))
    assert [(one["pointer"], one["detail"]) for one in refused.json()["errors"]] == [
        ("line 2, column number", "work order W-1001 already exists"),
        ("line 4", "repeats x-1 of line 3"),
    ]
    order = (await rating.get("/v1/work-orders")).json()["items"][0]
    whole = (await rating.get(f"/v1/work-orders/{order['id']}")).json()
    entry = {name: whole[name] for name in ("branch", "customer", "priority", "job_type", "service_on")}
    answers = await asyncio.gather(
        *(rating.post("/v1/work-orders", json={**entry, "number": number}) for number in ("Y-1", "y-1", "Ｙ-1"))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409], answers[0].text
    taken = await rating.post("/v1/work-orders", json={**entry, "number": "w-1001"})
    assert taken.json()["detail"].startswith("Work order W-1001 already exists.")


async def test_a_file_names_records_in_any_spelling(company: Company, enter: Enter) -> None:
    rating, receivables = company
    (order,) = await enter("W-1001")
    prebill = await load(rating, "prebills", b"work_order,billing_item,rate\nw-1001,Mileage,5\n")
    assert prebill.status_code == 201, prebill.text
    assert len((await rating.get(f"/v1/work-orders/{order['id']}/charges")).json()) == 1
    changed = await load(receivables, "customers", b"ar_company,number,name,customer_type\n1,s1001,Renamed,law\n")
    assert changed.json()["changed"] == 1, changed.text
    (customer,) = (await receivables.get("/v1/customers", params={"search": "S1001"})).json()["items"]
    assert (customer["number"], customer["name"]) == ("S1001", "Renamed")
    items = await load(rating, "billing-items", "name,income_account\nMILE\u200bAGE,4001\n".encode())
    assert items.json()["changed"] == 1, items.text


async def test_a_customer_or_a_billing_item_that_only_looks_different_exists_already(company: Company) -> None:
    rating, receivables = company
    customer = {"ar_company": 1, "number": "s1001", "name": "A", "customer_type": "LAW"}
    taken = await receivables.post("/v1/customers", json=customer)
    assert (taken.status_code, taken.json()["code"]) == (409, "NUMBER_TAKEN")
    assert "already has a customer S1001" in taken.json()["detail"]
    assert (await receivables.post("/v1/customers", json={**customer, "ar_company": 2})).status_code == 201
    item = await rating.post("/v1/billing-items", json={"name": "mile\u200bage", "income_account": "4000"})
    assert (item.status_code, "Billing item Mileage already exists" in item.json()["detail"]) == (409, True), item.text


async def test_older_numbers_that_only_look_different_are_found_by_their_exact_spelling(older: MakeOlder) -> None:
    receivables = await older(
        *("receivables", "0016"),
        """
        INSERT INTO gl_account (gl_company, account, name, active) VALUES (1, '1200', 'A/R', true);
        INSERT INTO ar_company (number, name, gl_company, currency, default_receivable_type, last_closed_month, max_open_months)
        VALUES (1, 'Alamo', 1, 'USD', 1, '2026-09', 3);
        INSERT INTO customer (ar_company, number, name, sort_name, status, customer_type)
        SELECT 1, number, 'A', 'A', 'active', 'LAW' FROM (VALUES ('old'), ('OLD'), ('New')) AS named (number);
        """,
    )
    found = {row[0]: row[1] for row in await receivables.fetch("SELECT number, number_key FROM customer")}
    assert found == {"old": None, "OLD": None, "New": "new"}


async def test_an_order_names_its_customers_as_receivables_does(company: Company) -> None:
    rating, _ = company
    row = "W1,SAT,s1001,STANDARD,CITATION,78205,,"
    assert (await load(rating, "work-orders", order_csv(row))).status_code == 201
    (order,) = (await rating.get("/v1/work-orders")).json()["items"]
    assert (order["customer"], order["bill_to"]) == ("S1001", "S1001")
    read = await rating.get(f"/v1/work-orders/{order['id']}")
    changed = await rating.patch(
        f"/v1/work-orders/{order['id']}", json={"bill_to": "s1002"}, headers={"if-match": read.headers["etag"]}
    )
    assert changed.json()["bill_to"] == "S1002"
