"""Imports of all kinds of records: a column that is left out leaves them alone, and a check shows what would change."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from services.rating.actions import records as rating_records
from services.receivables.actions import records as receivables_records
from services.receivables.records.customers import CustomerEntry
from shared.database.pool import Database
from shared.database.statements import fetch_value
from shared.files.changes import MOST_SHOWN
from shared.files.xlsx import XLSX_TYPE
from shared.http.files import LARGEST_FILE_BYTES
from shared.values.fields import required_names
from tests.fixtures.exchange import take_events
from tests.fixtures.ledgers import Company, key, load, order_csv

KINDS: dict[str, type[Any]] = {
    "gl-accounts": receivables_records.GL_ACCOUNTS.table.entered,
    "ar-companies": receivables_records.AR_COMPANIES.table.entered,
    "receivable-types": receivables_records.RECEIVABLE_TYPES.table.entered,
    "pay-terms": receivables_records.PAY_TERMS.table.entered,
    "tax-codes": receivables_records.TAX_CODES.table.entered,
    "materials": receivables_records.MATERIALS.table.entered,
    "misc-distribution-codes": receivables_records.MISC_DISTRIBUTION_CODES.table.entered,
    "customers": CustomerEntry,
    "contracts": receivables_records.CONTRACTS.table.entered,
    "contract-items": receivables_records.CONTRACT_ITEMS.table.entered,
    "jb-companies": receivables_records.JB_COMPANIES.table.entered,
    "job-billings": receivables_records.JOB_BILLINGS.table.entered,
    "branches": rating_records.BRANCHES.table.entered,
    "customer-types": rating_records.CUSTOMER_TYPES.table.entered,
    "priorities": rating_records.PRIORITIES.table.entered,
    "job-types": rating_records.JOB_TYPES.table.entered,
    "regions": rating_records.REGIONS.table.entered,
    "zones": rating_records.ZONES.table.entered,
    "bill-types": rating_records.BILL_TYPES.table.entered,
    "billing-items": rating_records.BILLING_ITEMS.table.entered,
    "servers": rating_records.SERVERS.table.entered,
    "quantities": rating_records.QUANTITIES.table.entered,
    "rollup-rules": rating_records.ROLLUP_RULES.table.entered,
}
OF_RATING = [*KINDS][[*KINDS].index("branches") :]
RULE = b"ar_company,bill_to,style,grouping,cycle\n1,S1002,rollup,none,weekly\n"
ZONE = b"code,name,zips\nWEST,West,799\n"


def cells(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def in_file(rows: Sequence[dict[str, str]], columns: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


async def exported(client: httpx.AsyncClient, noun: str) -> bytes:
    return (await client.get(f"/v1/{noun}", headers={"accept": "text/csv"})).content


async def checked(client: httpx.AsyncClient, noun: str, content: bytes) -> dict[str, Any]:
    answer = await client.post(f"/v1/{noun}/import?check=true", content=content, headers={"content-type": "text/csv"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("noun", KINDS)
async def test_a_column_that_the_file_leaves_out_leaves_known_records_alone(company: Company, noun: str) -> None:
    client = company[0 if noun in OF_RATING else 1]
    for other, content in (("rollup-rules", RULE), ("zones", ZONE)):
        if noun == other:
            await load(client, noun, content)
    rows = cells(await exported(client, noun))
    required = [name for name in rows[0] if name in required_names(KINDS[noun])]
    if noun in {"pay-terms", "priorities", "servers", "materials"}:
        loaded = await load(client, noun, in_file([{**row, "retired_on": "2026-11-01"} for row in rows], [*rows[0]]))
        assert loaded.json()["changed"] == len(rows)
    before = await exported(client, noun)
    again = await load(client, noun, in_file(rows, required))
    assert (again.status_code, again.json()) == (
        201,
        {"imported": 0, "created": 0, "changed": 0, "unchanged": len(rows)},
    )
    assert await exported(client, noun) == before


@pytest.mark.parametrize("noun", KINDS)
async def test_an_exported_workbook_that_another_program_saved_changes_nothing(company: Company, noun: str) -> None:
    client = company[0 if noun in OF_RATING else 1]
    for other, content in (("rollup-rules", RULE), ("zones", ZONE)):
        if noun == other:
            await load(client, noun, content)
    exported = await client.get(f"/v1/{noun}", headers={"accept": XLSX_TYPE})
    book, out = load_workbook(io.BytesIO(exported.content)), io.BytesIO()
    book.save(out)
    again = await client.post(f"/v1/{noun}/import", content=out.getvalue(), headers={"content-type": XLSX_TYPE})
    assert again.status_code == 201, again.text
    assert (again.json()["imported"], again.json()["unchanged"] > 0) == (0, True), again.text


async def test_a_file_that_is_sent_twice_with_the_same_key_is_imported_once(
    company: Company, rating_database: Database
) -> None:
    rating, _ = company
    headers = {"content-type": "text/csv", **key("orders")}
    path, file = "/v1/work-orders/import", order_csv("K1,SAT,S1001,STANDARD,CITATION,78205,,")
    checks = [await rating.post(f"{path}?check=true", content=file, headers=headers) for _ in range(2)]
    assert [one.json()["checked"] for one in checks] == [1, 1]
    first = await rating.post(path, content=file, headers=headers)
    again = await rating.post(path, content=file, headers=headers)
    assert (first.status_code, first.json()["created"]) == (201, 1), first.text
    assert (again.status_code, again.json(), again.headers["idempotency-replayed"]) == (201, first.json(), "true")
    other = await rating.post(path, content=file + b"\n", headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    unkeyed = await rating.post(path, content=file, headers={"content-type": "text/csv"})
    assert (unkeyed.status_code, unkeyed.json()["code"]) == (422, "IMPORT_REFUSED")
    large = await rating.post(path, content=b"x" * (LARGEST_FILE_BYTES + 1), headers={**headers, **key("large")})
    assert (large.status_code, large.json()["code"]) == (422, "IMPORT_REFUSED")
    async with rating_database.transaction() as session:
        noted = "SELECT count(*) FROM audit_entry WHERE operation = 'POST /v1/work-orders/import'"
        assert await fetch_value(session, noted) == 1


async def test_a_percentage_in_a_workbook_is_loaded_as_it_is_shown(receivables: httpx.AsyncClient) -> None:
    book, out = (
        load_workbook(io.BytesIO((await receivables.get("/v1/tax-codes", headers={"accept": XLSX_TYPE})).content)),
        io.BytesIO(),
    )
    sheet = book.worksheets[0]
    names = [cell.value for cell in sheet[1]]
    rate, retired = (sheet.cell(2, names.index(name) + 1) for name in ("rate", "retired_on"))
    rate.value, rate.number_format, retired.value = 0.0825, "0.00%", "=TODAY()"
    book.save(out)
    refused = await receivables.post(
        "/v1/tax-codes/import", content=out.getvalue(), headers={"content-type": XLSX_TYPE}
    )
    (fault,) = refused.json()["errors"]
    assert fault["pointer"] == "line 2, column retired_on"
    assert fault["detail"].startswith(f"cell {retired.coordinate} is a formula without a saved value")
    retired.value = None
    book.save(again := io.BytesIO())
    await receivables.post("/v1/tax-codes/import", content=again.getvalue(), headers={"content-type": XLSX_TYPE})
    rates = {one["rate"] for one in (await receivables.get("/v1/tax-codes")).json()["items"]}
    assert "8.25000" in rates


async def test_an_empty_cell_clears_what_is_known(receivables: httpx.AsyncClient) -> None:
    hold = b"ar_company,number,name,customer_type,status,credit_limit,email\n1,S9001,A,LAW,hold,5.00,a@example.com\n"
    await load(receivables, "customers", hold)
    content = b"ar_company,number,name,customer_type,credit_limit\n1,S9001,A,LAW,\n"
    found = await checked(receivables, "customers", content)
    assert found["changes"] == [
        {
            "line": 2,
            "record": "1 / S9001",
            "change": "changed",
            "values": [{"column": "credit_limit", "old": "5.00", "new": ""}],
        }
    ]
    assert (await load(receivables, "customers", content)).json()["changed"] == 1
    (customer,) = (await receivables.get("/v1/customers", params={"search": "S9001"})).json()["items"]
    assert (customer["credit_limit"], customer["status"], customer["email"]) == (None, "hold", "a@example.com")


async def test_what_changes_nothing_gets_no_version_and_no_event(
    receivables: httpx.AsyncClient, receivables_database: Database
) -> None:
    rows = cells(await exported(receivables, "customers"))
    before = len(await take_events(receivables_database, "receivables"))
    rows[3]["name"] = "Renamed"
    again = await load(receivables, "customers", in_file(rows, [*rows[0]]))
    assert again.json() == {"imported": 1, "created": 0, "changed": 1, "unchanged": len(rows) - 1}
    assert len(await take_events(receivables_database, "receivables")) == before + 1
    versions = [one["version"] for one in (await receivables.get("/v1/customers")).json()["items"]]
    assert sorted(versions) == [1] * (len(rows) - 1) + [2]


async def test_a_check_shows_the_first_changes_and_counts_the_others(rating: httpx.AsyncClient) -> None:
    content = b"code,name\n" + b"".join(b"P%d,Priority %d\n" % (number, number) for number in range(MOST_SHOWN + 50))
    found = await checked(rating, "priorities", content)
    assert (found["imported"], found["checked"], found["more_changes"]) == (0, MOST_SHOWN + 50, 50)
    assert len(found["changes"]) == MOST_SHOWN == 200
    assert found["changes"][0] == {
        "line": 2,
        "record": "P0",
        "change": "created",
        "values": [{"column": "code", "old": "", "new": "P0"}, {"column": "name", "old": "", "new": "Priority 0"}],
    }
    assert (await rating.get("/v1/priorities", params={"search": "P0"})).json()["items"] == []


async def test_zips_that_an_import_adds_are_shown(rating: httpx.AsyncClient) -> None:
    await load(rating, "zones", ZONE)
    found = await checked(rating, "zones", b"code,name,zips\nWEST,West,798\n")
    assert found["changes"][0]["values"] == [{"column": "zips", "old": "799", "new": "799; 798"}]
    assert (await checked(rating, "zones", ZONE))["unchanged"] == 1


NAMES: dict[str, tuple[str, list[str]]] = {
    "customers": (
        "ar_company,number,name,customer_type,credit_limit,pay_terms,colour\n1,S9,A,LAW,much,NEVER,red\n",
        ["line 1", "line 2, column credit_limit", "line 2, column pay_terms"],
    ),
    "contracts": (
        "ar_company,number,description,customer,receivable_type\n1,C-9,,S9999,9\n",
        ["line 2, column description", "line 2, column customer", "line 2, column receivable_type"],
    ),
    "contract-items": (
        "ar_company,contract,item,description,revenue_account,um\n1,C-999,1,Item,9999,\n",
        ["line 2, column um", "line 2, column revenue_account", "line 2, column contract"],
    ),
    "job-billings": (
        "jb_company,bill_month,bill_id,seq,contract,invoice_number\n99,soon,1,1,C,1\n",
        ["line 2, column bill_month", "line 2, column jb_company"],
    ),
    "commission-rates": (
        "server,percent,effective_from\nS9,40,soon\n",
        ["line 2, column effective_from", "line 2, column server"],
    ),
    "rollup-rules": (
        "ar_company,bill_to,style,grouping,cycle\n1,S9999,both,none,\n",
        ["line 2, column style", "line 2, column bill_to"],
    ),
    "work-orders": (
        "number,branch,customer,priority,job_type,service_on\nW9,NOWHERE,S1001,STANDARD,NOTHING,soon\n",
        ["line 2, column service_on", "line 2, column branch", "line 2, column job_type"],
    ),
    "billing-profiles": (
        (
            "branch,customer_type,priority,job_type,region,effective_from,billing_item,method,rate\n"
            "SAT,LAW,RUSH,NOTHING,BEXAR,2016-01-01,None,flat,many\n"
        ),
        ["line 2, column rate", "line 2, column job_type", "line 2, column billing_item"],
    ),
    "prebills": (
        "work_order,billing_item,rate\nW0,None,many\n",
        ["line 2, column rate", "line 2, column work_order", "line 2, column billing_item"],
    ),
}


@pytest.mark.parametrize("noun", NAMES)
async def test_unknown_names_are_reported_beside_values_that_cannot_be_read(company: Company, noun: str) -> None:
    content, places = NAMES[noun]
    client = company[1 if noun in {"customers", "contracts", "contract-items", "job-billings"} else 0]
    answer = await load(client, noun, content.encode())
    assert [one["pointer"] for one in answer.json()["errors"]] == places, answer.text


BODIES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "customers": (
        {"ar_company": 1, "number": "S9", "name": "", "customer_type": "LAW", "pay_terms": "NEVER", "tax_code": "NONE"},
        ["/name", "/pay_terms", "/tax_code"],
    ),
    "contracts": (
        {"ar_company": 1, "number": "C-9", "description": "", "customer": "S9999", "receivable_type": 9},
        ["/description", "/customer", "/receivable_type"],
    ),
    "commission-rates": (
        {"server": "S9", "percent": 40, "effective_from": "soon"},
        ["/percent", "/effective_from", "/server"],
    ),
    "work-orders": (
        {
            "number": "W9",
            "branch": "NOWHERE",
            "customer": "S1001",
            "priority": "STANDARD",
            "job_type": "NOTHING",
            "service_on": "soon",
        },
        ["/service_on", "/branch", "/job_type"],
    ),
    "billing-profiles": (
        {
            "branch": "SAT",
            "customer_type": "LAW",
            "priority": "RUSH",
            "job_type": "NOTHING",
            "region": "BEXAR",
            "effective_from": "soon",
            "lines": [{"billing_item": "None", "rate": 5}, {"billing_item": "Nil"}],
        },
        [
            *("/effective_from", "/lines/0/rate", "/job_type"),
            *("/lines/0/billing_item", "/lines/1/billing_item", "/lines/1/rate"),
        ],
    ),
}


@pytest.mark.parametrize("noun", BODIES)
async def test_a_body_names_unknown_records_beside_invalid_fields(company: Company, noun: str) -> None:
    body, places = BODIES[noun]
    client = company[1 if noun in {"customers", "contracts"} else 0]
    answer = await client.post(f"/v1/{noun}", json=body)
    assert [one["pointer"] for one in answer.json()["errors"]] == places, answer.text


async def test_the_first_200_fields_of_a_body_are_named_and_the_others_counted(rating: httpx.AsyncClient) -> None:
    lines = [{"billing_item": "Mileage", "rate": 5}] * 250
    answer = (await rating.post("/v1/billing-profiles", json={"lines": lines})).json()
    assert (len(answer["errors"]), sum(kind["count"] for kind in answer["more"])) == (200, 56), answer["detail"]
