"""Numbers and names that only look different are a conflict, and older ones that do stay reachable."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
from alembic import command

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from shared.service import migration
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import Company, Enter, Rate, key, load, order_csv
from tests.services.receivables.fixtures import Export

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
    assert len((await rating.get(f"/v1/work-orders/{order['id']}/charges")).json()["items"]) == 1
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


PROFILE = {
    "branch": "SAT",
    "customer_type": "LAW",
    "priority": "STANDARD",
    "job_type": "AFFIDAVIT",
    "region": "BEXAR",
    "effective_from": "2026-11-01",
}


async def change(client: httpx.AsyncClient, method: str, path: str, body: dict[str, Any]) -> httpx.Response:
    headers = {"if-match": (await client.get(path)).headers["etag"]}
    return await client.request(method, path, json=body, headers=headers)


async def test_lines_of_rate_tables_name_billing_items_in_any_spelling(company: Company) -> None:
    rating, _ = company
    lines: list[dict[str, Any]] = [
        {"billing_item": "MILE\u200bAGE", "rate": "5"},
        {"billing_item": "skip  trace", "method": "percent_of", "rate": "10", "base": ["mileage", "charges"]},
    ]
    await rating.post("/v1/job-types", json={"code": "AFFIDAVIT", "name": "Affidavit"})
    entered = await rating.post("/v1/billing-profiles", json={**PROFILE, "lines": lines})
    assert entered.status_code == 201, entered.text
    shown = [(line["billing_item"], line["base"]) for line in entered.json()["lines"]]
    assert shown == [("Mileage", []), ("Skip trace", ["Mileage", "charges"])]
    path = f"/v1/billing-profiles/{entered.json()['id']}"
    changed = await change(rating, "PUT", path, {**PROFILE, "lines": [{"billing_item": "mileage", "rate": "6"}]})
    assert [line["billing_item"] for line in changed.json()["lines"]] == ["Mileage"], changed.text
    columns = "branch,customer_type,priority,job_type,region,effective_from,billing_item,method,rate,base\n"
    head = "SAT,LAW,RUSH,AFFIDAVIT,BEXAR,2026-11-01"
    rows = f"{head},mileage,flat,5,\n{head},SKIP TRACE,percent_of,10,MILEAGE\n"
    loaded = await load(rating, "billing-profiles", (columns + rows).encode())
    assert loaded.status_code == 201, loaded.text
    (found,) = (await rating.get("/v1/billing-profiles", params={"job_type": "AFFIDAVIT", "priority": "RUSH"})).json()[
        "items"
    ]
    assert [(line["billing_item"], line["base"]) for line in found["lines"]] == [
        ("Mileage", []),
        ("Skip trace", ["Mileage"]),
    ]
    refused = await rating.post(
        "/v1/billing-profiles", json={**PROFILE, "region": "", "lines": [{**lines[0], "rate": "1"}]}
    )
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/region"]


async def test_charges_name_billing_items_in_any_spelling(company: Company, enter: Enter) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}"
    charge = {"billing_item": "mile\u200bage", "rate": "5"}
    overridden = {"billing_item": "MILEAGE", "amount": "1.00", "reason": "x"}
    for part, body in (("prebills", charge), ("manual-lines", charge), ("overrides", overridden)):
        headers = {"if-match": (await rating.get(path)).headers["etag"]}
        entered = await rating.post(f"{path}/{part}", json=body, headers=headers)
        assert (entered.status_code, entered.json().get("billing_item")) == (201, "Mileage"), entered.text
    entry = {"number": "W2", "branch": "SAT", "customer": "S1001", "priority": "STANDARD", "job_type": "CITATION"}
    order = {**entry, "served_zip": "78205", "service_on": "2026-11-02", "prebills": [charge]}
    second = (await rating.post("/v1/work-orders", json=order)).json()["id"]
    assert (await load(rating, "prebills", b"work_order,billing_item,rate\nw2,MILEAGE,5\n")).status_code == 201
    twice = await load(rating, "prebills", b"work_order,billing_item,rate\nw2,MILEAGE,5\nW2,mileage,5\n")
    assert [one["pointer"] for one in twice.json()["errors"]] == ["line 3"]
    shown = (await rating.get(f"/v1/work-orders/{second}/charges")).json()["items"]
    assert [one["billing_item"] for one in shown] == ["Mileage", "Mileage"]
    order = {name: value for name, value in order.items() if name != "prebills"}
    tried = await rating.post("/v1/rating-trials", json={"order": {**order, "customer": "s1001"}, "prebills": [charge]})
    assert tried.status_code == 200, tried.text
    assert {one["billing_item"] for one in tried.json()["lines"]} == {"Service of process", "Mileage"}


async def test_rollup_rules_and_contracts_name_customers_in_any_spelling(company: Company) -> None:
    rating, receivables = company
    rule = {"ar_company": 1, "bill_to": "s1001", "style": "rollup", "cycle": "monthly"}
    assert (await rating.post("/v1/rollup-rules", json=rule)).json()["bill_to"] == "S1001"
    taken = await rating.post("/v1/rollup-rules", json={**rule, "bill_to": "S1001"})
    assert (taken.status_code, taken.json()["code"]) == (409, "CODE_TAKEN")
    path = "/v1/rollup-rules/1/s1001"
    changed = await change(rating, "PUT", path, {"style": "rollup", "cycle": "weekly"})
    assert (changed.status_code, changed.json()["bill_to"], changed.json()["cycle"]) == (200, "S1001", "weekly")
    file = b"ar_company,bill_to,style,cycle\n1,s1001,rollup,monthly\n1,s1002,rollup,monthly\n"
    assert (await load(rating, "rollup-rules", file)).json()["changed"] == 1
    twice = await load(rating, "rollup-rules", file + b"1,S1002,rollup,weekly\n")
    assert [one["pointer"] for one in twice.json()["errors"]] == ["line 4"]
    contract = {"ar_company": 1, "number": "C-9", "description": "Serving", "customer": "s1001"}
    entered = await receivables.post("/v1/contracts", json=contract)
    assert (entered.status_code, entered.json()["customer"]) == (201, "S1001"), entered.text
    content = b"ar_company,number,description,customer\n1,C-8,Serving,s1002\n"
    assert (await load(receivables, "contracts", content)).status_code == 201
    for customer, number in (("s1001", "C-9"), ("S1002", "C-8")):
        (found,) = (await receivables.get("/v1/contracts", params={"customer": customer})).json()["items"]
        assert found["number"] == number


async def test_a_billing_item_is_read_and_changed_in_any_spelling(company: Company) -> None:
    rating, _ = company
    read = await rating.get("/v1/billing-items/mileage")
    assert read.json()["name"] == "Mileage", read.text
    changed = await change(
        rating, "PUT", "/v1/billing-items/mileage", {**read.json(), "name": "MILEAGE", "taxable": True}
    )
    assert (changed.status_code, changed.json()["name"], changed.json()["taxable"]) == (200, "Mileage", True)
    assert (await rating.get("/v1/branches/sat")).json()["code"] == "SAT"
    assert (await rating.get("/v1/billing-items/mile")).status_code == 404


async def test_an_entry_and_write_offs_name_customers_in_any_spelling(
    company: Company, enter: Enter, export: Export
) -> None:
    _, receivables = company
    await enter("W1")
    await export()
    batch = (await receivables.post("/v1/batches", json={"ar_company": 1, "month": "2026-11"})).json()["id"]
    form = await receivables.post("/v1/entry-forms", json={"ar_company": 1, "header": {"customer": "s1001"}})
    assert [one["pointer"] for one in form.json()["faults"]] == ["/line/net"], form.text
    entered = await receivables.post(f"/v1/batches/{batch}/entries", json={"customer": "s1001"})
    assert (entered.status_code, entered.json()["customer"]) == (201, "S1001"), entered.text
    criteria = {"kind": "invoice_balance", "ar_company": 1, "older_than": "2027-01-01", "limit": "999.00"}
    preview = await receivables.post("/v1/write-offs/preview", json={**criteria, "customers": ["s1001"]})
    assert [one["customer"] for one in preview.json()["taken"]] == ["S1001"], preview.text


LISTS = {
    "work-orders": ("customer", "bill_to"),
    "work-order-entries": ("customer", "bill_to"),
    "ready-to-export": ("bill_to",),
    "open-rollup-invoices": ("bill_to",),
    "invoices": ("bill_to",),
}


async def test_lists_are_filtered_by_customers_in_any_spelling(company: Company, enter: Enter, rate: Rate) -> None:
    rating, _ = company
    await rating.post(
        "/v1/rollup-rules", json={"ar_company": 1, "bill_to": "S1001", "style": "rollup", "cycle": "monthly"}
    )
    (order,) = await enter("W1")
    await rate(order["id"])
    assigned = await rating.post("/v1/invoices/assign", json={"selection": {"bill_tos": ["s1001"]}}, headers=key(1))
    assert assigned.status_code == 200, assigned.text
    for noun, names in LISTS.items():
        for name in names:
            for number, count in (("s1001", 1), ("S1001", 1), ("s1002", 0)):
                found = (await rating.get(f"/v1/{noun}", params={name: number})).json()
                assert len(found["items"]) == count, (noun, name, number)
    (prebill,) = (await load(rating, "prebills", b"work_order,billing_item,rate\nW1,Mileage,5\n"),)
    assert prebill.status_code == 201
    assert len((await rating.get("/v1/prebills", params={"work_order": "w1"})).json()["items"]) == 1
    await enter("W2")
    run = await rating.post("/v1/rating-runs", json={"customers": ["s1001"]})
    assert run.json()["orders"] == 1, run.text
    waiting = await rating.get("/v1/work-in-progress", params={"customer": "s1001"})
    assert waiting.json()["totals"]["orders"] == 2, waiting.text


async def test_an_order_from_before_its_customer_was_known_is_found_as_it_was_entered(
    company: Company, rating_database: Database, receivables_database: Database
) -> None:
    rating, receivables = company
    assert (await load(rating, "work-orders", order_csv("W1,SAT,x9,STANDARD,CITATION,78205,,"))).status_code == 201
    customer = {"ar_company": 1, "number": "X9", "name": "A", "customer_type": "LAW"}
    made = await receivables.post("/v1/customers", json=customer)
    assert made.status_code == 201, made.text
    await exchange(rating_database, receivables_database)
    for name in ("customer", "bill_to"):
        found = (await rating.get("/v1/work-orders", params={name: "x9"})).json()["items"]
        assert [order["number"] for order in found] == ["W1"], name


async def test_invoices_are_filtered_by_customers_and_orders_in_any_spelling(
    company: Company, enter: Enter, export: Export
) -> None:
    _, receivables = company
    await enter("W1")
    await export()
    for wanted, count in (({"customer": "s1001"}, 1), ({"customer": "s1002"}, 0), ({"work_order": "w1"}, 1)):
        assert len((await receivables.get("/v1/invoices", params=wanted)).json()["items"]) == count, wanted


async def test_a_limit_holds_for_its_customers_in_any_spelling(
    company: Company,
    enter: Enter,
    export: Export,
    identity: Callable[..., dict[str, str]],
) -> None:
    rating, receivables = company
    await enter("W1")
    await enter("W2", customer="S1002")
    await export()
    for service, client, noun in (("rating", rating, "work-orders"), ("receivables", receivables, "invoices")):
        feature = "rating.work_orders" if service == "rating" else "receivables.invoices"
        for limits in (Limits(customers=frozenset({"s1001"})), Limits(frozenset({"sat"}), frozenset({"Ｓ1001"}))):
            headers = identity(service, Grant(feature, Level.EDIT, limits))
            found = (await client.get(f"/v1/{noun}", headers=headers)).json()["items"]
            assert [one["customer"] for one in found] == ["S1001"], (service, limits, found)
    headers = identity("rating", Grant("rating.work_orders", Level.EDIT, Limits(customers=frozenset({"s1001"}))))
    entry = {"branch": "SAT", "priority": "STANDARD", "job_type": "CITATION", "service_on": "2026-11-02"}
    for number, customer, status in (("W3", "S1001", 201), ("W4", "S1002", 403)):
        body = {**entry, "number": number, "customer": customer}
        assert (await rating.post("/v1/work-orders", json=body, headers=headers)).status_code == status


async def test_a_search_does_not_depend_on_spaces_and_invisible_characters(company: Company) -> None:
    _, receivables = company
    entry = {"ar_company": 1, "number": "S9", "name": "Old  Mill\u00a0Court", "customer_type": "LAW"}
    assert (await receivables.post("/v1/customers", json=entry)).status_code == 201
    for words in ("50%", "S_", "\\\\"):
        assert (await receivables.get("/v1/customers", params={"search": words})).json()["items"] == [], words
    for words in ("old mill court", "MILL\u200b  COURT", "Old  Mill\u00a0Court"):
        found = (await receivables.get("/v1/customers", params={"search": words})).json()["items"]
        assert [one["number"] for one in found] == ["S9"], words
