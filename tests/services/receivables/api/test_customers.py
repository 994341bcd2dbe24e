"""Setting up receivables, and keeping customers."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.access.grants import Grant, Level, Limits
from shared.contracts.customer_changed import CustomerChanged
from shared.database.pool import Database
from tests.fixtures.clerk import Clerk
from tests.fixtures.exchange import data_of, deliver, take_events
from tests.fixtures.ledgers import SETUP, Company, load
from tests.services.receivables.fixtures import Identity

NEW = {"ar_company": 1, "number": "S9001", "name": "Alazan Law", "customer_type": "LAW", "credit_limit": "1000.00"}


async def test_the_sample_company_is_set_up(receivables: httpx.AsyncClient) -> None:
    companies = (await receivables.get("/v1/ar-companies")).json()["items"]
    assert [(one["number"], one["last_closed_month"]) for one in companies] == [(1, "2026-09"), (2, "2026-09")]
    assert (await receivables.get("/v1/gl-accounts")).json()["totals"] == {"count": 40}
    assert (await receivables.get("/v1/receivable-types")).json()["totals"] == {"count": 4}
    assert (await receivables.get("/v1/customers")).json()["totals"] == {"count": 20}


@pytest.mark.parametrize("noun", SETUP["receivables"])
async def test_a_setup_file_can_be_loaded_again(receivables: httpx.AsyncClient, noun: str) -> None:
    assert (await load(receivables, noun)).status_code == 201


async def test_a_type_with_an_account_of_another_gl_company_is_refused(receivables: httpx.AsyncClient) -> None:
    from tests.fixtures.ledgers import SAMPLE

    heading, row, *_ = (SAMPLE / "receivable-types.csv").read_text().splitlines()
    answer = await load(receivables, "receivable-types", f"{heading}\n{row.replace('1200', '1299')}".encode())
    assert answer.json()["errors"] == [
        {"pointer": "line 2, column ar_account", "detail": "GL company 1 has no account 1299"}
    ]


async def test_a_customer_is_entered_changed_and_announced(
    receivables: httpx.AsyncClient, receivables_database: Database, rating_database: Database
) -> None:
    made = await receivables.post("/v1/customers", json=NEW)
    assert (made.status_code, made.json()["sort_name"]) == (201, "ALAZAN LAW")
    path = f"/v1/customers/{made.json()['id']}"
    changed = await receivables.patch(path, json={"status": "hold"}, headers={"if-match": made.headers["etag"]})
    assert (changed.json()["status"], changed.json()["version"]) == ("hold", 2)
    events = await take_events(receivables_database, "receivables")
    published = [CustomerChanged.model_validate(data_of(event)) for event in events[-2:]]
    assert [(event.number, event.version, event.status) for event in published] == [
        ("S9001", 1, "active"),
        ("S9001", 2, "hold"),
    ]


async def test_rating_keeps_the_newest_version_of_a_customer_in_any_order_of_events(
    company: Company, receivables_database: Database, rating_database: Database
) -> None:
    rating, receivables = company
    made = await receivables.post("/v1/customers", json=NEW)
    path = f"/v1/customers/{made.json()['id']}"
    await receivables.patch(path, json={"name": "Alazan & Sons"}, headers={"if-match": made.headers["etag"]})
    events = await take_events(receivables_database, "receivables")
    await deliver(rating_database, "rating", [events[-1], events[-2], events[-1]])
    (copy,) = (await rating.get("/v1/customers", params={"search": "S9001"})).json()["items"]
    assert (copy["name"], copy["version"]) == ("Alazan & Sons", 2)


async def test_the_same_number_twice_is_refused(receivables: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(receivables.post("/v1/customers", json=NEW) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"NUMBER_TAKEN"}


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"ar_company": 9}, 422, "/ar_company"),
        ({"receivable_type": 7}, 422, "/receivable_type"),
        ({"credit_limit": "-1.00"}, 422, "/credit_limit"),
        ({"credit_limit": 1000}, 422, "/credit_limit"),
        ({"status": "gone"}, 422, "/status"),
        ({"name": " "}, 422, "/name"),
        ({"version": 7}, 422, "/version"),
        ({"email": "ap@"}, 422, "/email"),
        ({"email": "a@example.com; b@example.com"}, 422, "/email"),
        ({"email": "ap@example"}, 422, "/email"),
    ],
)
async def test_an_invalid_customer_names_the_field(
    receivables: httpx.AsyncClient, change: dict[str, Any], status: int, pointer: str
) -> None:
    answer = await receivables.post("/v1/customers", json={**NEW, **change})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer)


async def test_a_stale_change_is_refused(receivables: httpx.AsyncClient) -> None:
    made = await receivables.post("/v1/customers", json=NEW)
    path = f"/v1/customers/{made.json()['id']}"
    answers = await asyncio.gather(
        *(receivables.patch(path, json={"name": name}, headers={"if-match": '"1"'}) for name in ("A", "B"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_a_file_with_errors_imports_no_customers(receivables: httpx.AsyncClient) -> None:
    content = b"ar_company,number,name,customer_type,receivable_type\n1,S1,A,LAW,\n7,S2,B,LAW,\n1,S3,C,LAW,9\n"
    answer = await load(receivables, "customers", content)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [
        "line 3, column ar_company",
        "line 4, column receivable_type",
    ]
    assert (await receivables.get("/v1/customers")).json()["totals"] == {"count": 20}


async def test_limits_to_companies_and_customers_hold_for_lists_and_single_reads(
    receivables: httpx.AsyncClient, identity: Identity
) -> None:
    only = identity("receivables", Grant("receivables.customers", Level.VIEW, Limits(ar_companies=frozenset({2}))))
    page = (await receivables.get("/v1/customers", headers=only)).json()
    assert {one["ar_company"] for one in page["items"]} == {2}
    first = (await receivables.get("/v1/customers", params={"ar_company": 1})).json()["items"][0]
    assert (await receivables.get(f"/v1/customers/{first['id']}", headers=only)).status_code == 404


async def test_months_are_closed_one_after_another(receivables: httpx.AsyncClient) -> None:
    skipping = await receivables.post("/v1/months/close", json={"ar_company": 1, "month": "2026-11"})
    assert (skipping.status_code, skipping.json()["code"]) == (409, "NOT_NEXT_MONTH")
    closed = await receivables.post("/v1/months/close", json={"ar_company": 1, "month": "2026-10"})
    assert closed.status_code == 204
    again = await receivables.post("/v1/months/close", json={"ar_company": 1, "month": "2026-10"})
    assert again.json()["code"] == "NOT_NEXT_MONTH"
    months = (await receivables.get("/v1/months")).json()["items"]
    assert [one["month"] for one in months if one["ar_company"] == 1] == [
        f"2026-{11 + i:02d}" if i < 2 else f"2027-{i - 1:02d}" for i in range(6)
    ]


async def test_a_month_of_an_unknown_company_is_404(receivables: httpx.AsyncClient) -> None:
    assert (await receivables.post("/v1/months/close", json={"ar_company": 9, "month": "2026-10"})).status_code == 404


async def test_an_address_is_kept_in_its_normal_form_and_may_be_empty(receivables: httpx.AsyncClient) -> None:
    made = await receivables.post("/v1/customers", json={**NEW, "email": " AP@Alazan.Example "})
    assert made.json()["email"] == "AP@alazan.example"
    path, etag = f"/v1/customers/{made.json()['id']}", made.headers["etag"]
    refused = await receivables.patch(path, json={"email": "ap at alazan"}, headers={"if-match": etag})
    assert refused.json()["errors"][0]["detail"].startswith("must be one e-mail address, like ap@example.com: ")
    cleared = await receivables.patch(path, json={"email": ""}, headers={"if-match": etag})
    assert cleared.json()["email"] == ""
    file = await load(receivables, "customers", b"ar_company,number,name,customer_type,email\n1,S9,A,LAW,nobody\n")
    assert [one["pointer"] for one in file.json()["errors"]] == ["line 2, column email"]


async def test_an_account_is_paged_and_its_sums_are_of_all_open_invoices(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    for day, net in (("2026-11-05", "10"), ("2026-11-03", "20"), ("2026-11-04", "30")):
        await clerk.entered(batch_id, customer="E1", invoice_date=day, lines=[{"net": net}])
    await clerk.post(batch_id)
    customer = (await clerk.client.get("/v1/customers", params={"search": "E1"})).json()["items"][0]
    path = f"/v1/customers/{customer['id']}/account"
    first = (await clerk.client.get(path, params={"limit": 2})).json()
    assert [one["open"] for one in first["items"]] == ["20.00", "30.00"]
    assert (first["open_invoices"], first["open_total"], first["exposure"]) == (3, "60.00", "60.00")
    rest = (await clerk.client.get(path, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert ([one["open"] for one in rest["items"]], rest["next_cursor"]) == (["10.00"], None)
    file = await clerk.client.get(path, headers={"accept": "text/csv"})
    assert len(file.text.splitlines()) == 4
