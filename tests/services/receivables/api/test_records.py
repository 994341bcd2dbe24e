"""The setup records: listed, created, changed, retired, imported and exported, the same way in every table."""

import asyncio
import csv
import io
import struct
import zlib
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from shared.access.grants import Grant, Level, Limits
from shared.files.xlsx import XLSX_TYPE
from tests.fixtures.ledgers import SETUP, load
from tests.services.receivables.fixtures import Identity

CSV = {"accept": "text/csv"}
RECORDS = [one for one in SETUP["receivables"] if one != "customers"]
TERMS = {"ar_company": 1, "code": "NET45", "description": "Forty-five days", "due_days": 45}


@pytest.mark.parametrize("noun", SETUP["receivables"])
async def test_an_exported_file_can_be_imported_again_without_a_change(
    receivables: httpx.AsyncClient, noun: str
) -> None:
    exported = await receivables.get(f"/v1/{noun}", headers=CSV)
    assert exported.headers["content-type"].startswith("text/csv")
    assert (await load(receivables, noun, exported.content)).status_code == 201
    assert (await receivables.get(f"/v1/{noun}", headers=CSV)).content == exported.content


@pytest.mark.parametrize("noun", RECORDS)
async def test_a_workbook_has_the_columns_of_the_import(receivables: httpx.AsyncClient, noun: str) -> None:
    content = (await receivables.get(f"/v1/{noun}", headers=CSV)).content.decode("utf-8-sig")
    heading, *rows = csv.reader(io.StringIO(content, newline=""))
    answer = await receivables.get(f"/v1/{noun}", headers={"accept": XLSX_TYPE})
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == heading
    assert sheet.max_row == 1 + len(rows)
    again = await receivables.post(f"/v1/{noun}/import", content=answer.content, headers={"content-type": XLSX_TYPE})
    assert again.status_code == 201, again.text


KEYS = {
    "gl-accounts": ("gl_company", "account"),
    "ar-companies": ("number",),
    "receivable-types": ("ar_company", "type"),
    "contract-items": ("ar_company", "contract", "item"),
    "contracts": ("ar_company", "number"),
    "jb-companies": ("number",),
    "job-billings": ("jb_company", "bill_month", "bill_id", "seq"),
}
"""The keys of records other than `(ar_company, code)`."""


async def test_every_record_is_saved_as_it_was_read_and_copied_under_another_key(
    receivables: httpx.AsyncClient,
) -> None:
    for noun in RECORDS:
        keys = KEYS.get(noun, ("ar_company", "code"))
        first = (await receivables.get(f"/v1/{noun}", params={"limit": 1})).json()["items"][0]
        path = "/".join([f"/v1/{noun}", *(str(first[name]) for name in keys)])
        read = await receivables.get(path)
        assert read.json() == first
        body = {name: value for name, value in first.items() if name != "revision"}
        saved = await receivables.put(path, json=body, headers={"if-match": read.headers["etag"]})
        assert (saved.status_code, {**saved.json(), "revision": 1}) == (200, {**first, "revision": 1}), saved.text
        last = body[keys[-1]]
        copied = await receivables.post(
            f"/v1/{noun}", json={**body, keys[-1]: last + 7 if isinstance(last, int) else f"{last}9"}
        )
        assert copied.status_code == 201, copied.text
        exported = (await receivables.get(f"/v1/{noun}", headers=CSV)).content
        checking: dict[str, Any] = {
            "content": exported,
            "headers": {"content-type": "text/csv"},
            "params": {"check": True},
        }
        checked = await receivables.post(f"/v1/{noun}/import", **checking)
        assert [checked.status_code, *(checked.json()[name] for name in ("created", "changed"))] == [200, 0, 0]


async def test_terms_are_entered_changed_and_retired(receivables: httpx.AsyncClient) -> None:
    made = await receivables.post("/v1/pay-terms", json=TERMS)
    assert (made.status_code, made.json()["due_days"], made.headers["etag"]) == (201, 45, '"1"')
    path = "/v1/pay-terms/1/NET45"
    changed = await receivables.put(path, json={**TERMS, "due_days": 60}, headers={"if-match": '"1"'})
    assert (changed.json()["due_days"], changed.headers["etag"]) == (60, '"2"')
    await receivables.put(path, json={**TERMS, "retired_on": "2026-11-01"}, headers={"if-match": '"2"'})
    found = [
        [one["code"] for one in (await receivables.get("/v1/pay-terms", params=which)).json()["items"]]
        for which in ({"retired": True}, {"retired": False, "ar_company": 1})
    ]
    assert found == [["NET45"], ["2-10-N30", "EOM", "NET30", "RECEIPT"]]


async def test_a_stale_or_missing_version_is_refused(receivables: httpx.AsyncClient) -> None:
    path = "/v1/tax-codes/1/TX"
    tax = (await receivables.get(path)).json()
    assert (await receivables.put(path, json=tax)).status_code == 428
    answers = await asyncio.gather(
        *(receivables.put(path, json={**tax, "rate": rate}, headers={"if-match": '"1"'}) for rate in ("8.00", "8.50"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_the_same_key_twice_is_entered_once(receivables: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(receivables.post("/v1/pay-terms", json=TERMS) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"RECORD_TAKEN"}


async def test_an_unknown_record_is_404(receivables: httpx.AsyncClient) -> None:
    assert (await receivables.get("/v1/contracts/1/C-999")).json()["detail"] == "There is no contract 1 / C-999."


@pytest.mark.parametrize(
    ("noun", "path", "change", "pointer", "detail"),
    [
        (
            "pay-terms",
            "1/NET30",
            {"due_day": 10},
            "/due_day",
            "give due_days or due_day, not both",
        ),
        ("pay-terms", "1/NET30", {"code": "NET31"}, "/code", "cannot be changed from NET30"),
        (
            "tax-codes",
            "1/TX",
            {"tax_payable_account": "9999"},
            "/tax_payable_account",
            "GL company 1 has no account 9999",
        ),
        ("tax-codes", "1/TX", {"rate": "100.5"}, "/rate", "must be at most 100"),
        ("materials", "1/COPY", {"gl_account": "9999"}, "/gl_account", "GL company 1 has no account 9999"),
        ("contracts", "1/C-110", {"customer": "L2001"}, "/customer", "company 1 has no customer L2001"),
        ("contracts", "1/C-110", {"pay_terms": "NEVER"}, "/pay_terms", "company 1 has no active pay terms NEVER"),
        (
            "contracts",
            "1/C-110",
            {"receivable_type": 9},
            "/receivable_type",
            "company 1 has no active receivable type 9",
        ),
        (
            "contract-items",
            "1/C-100/2",
            {"current_units": "5"},
            "/current_units",
            "must be 0, because a lump-sum item (UM LS) has no units",
        ),
        ("contract-items", "1/C-110/1", {"tax_code": "FL"}, "/tax_code", "company 1 has no active tax code FL"),
        ("contract-items", "1/C-110/1", {"billed_amount": "1.00"}, "/billed_amount", "cannot be changed from 0.00"),
        ("jb-companies", "11", {"ar_company": 7}, "/ar_company", "there is no AR company 7"),
        ("ar-companies", "1", {"cash_account": "9999"}, "/cash_account", "GL company 1 has no account 9999"),
        ("ar-companies", "1", {"last_closed_month": "2026-10"}, "/last_closed_month", "cannot be changed from 2026-09"),
        (
            *("ar-companies", "1", {"default_receivable_type": 9}, "/default_receivable_type"),
            "company 1 has no receivable type 9",
        ),
    ],
)
async def test_an_invalid_record_names_the_field(
    receivables: httpx.AsyncClient, noun: str, path: str, change: dict[str, Any], pointer: str, detail: str
) -> None:
    record = (await receivables.get(f"/v1/{noun}/{path}")).json()
    answer = await receivables.put(f"/v1/{noun}/{path}", json={**record, **change}, headers={"if-match": '"1"'})
    assert answer.status_code == 422, answer.text
    assert {"pointer": pointer, "detail": detail} in answer.json()["errors"]


async def test_a_retired_code_stays_where_it_is_used_and_cannot_be_used_again(receivables: httpx.AsyncClient) -> None:
    terms = (await receivables.get("/v1/pay-terms/1/NET30")).json()
    await receivables.put(
        "/v1/pay-terms/1/NET30", json={**terms, "retired_on": "2026-11-01"}, headers={"if-match": '"1"'}
    )
    contract = (await receivables.get("/v1/contracts/1/C-110")).json()
    renamed = await receivables.put(
        "/v1/contracts/1/C-110", json={**contract, "description": "Another"}, headers={"if-match": '"1"'}
    )
    assert renamed.status_code == 200
    new = await receivables.post("/v1/contracts", json={**contract, "number": "C-111"})
    assert new.json()["errors"] == [{"pointer": "/pay_terms", "detail": "company 1 has no active pay terms NET30"}]
    for noun in ("contracts", "customers"):
        again = await receivables.get(f"/v1/{noun}", headers=CSV)
        assert (await load(receivables, noun, again.content)).status_code == 201
    customer = (await receivables.get("/v1/customers", params={"search": "S1002"})).json()["items"][0]
    path = f"/v1/customers/{customer['id']}"
    etag = f'"{customer["version"]}"'
    assert (await receivables.patch(path, json={"name": "B"}, headers={"if-match": etag})).status_code == 200


async def test_a_file_with_errors_imports_nothing_and_names_every_row_at_fault(receivables: httpx.AsyncClient) -> None:
    content = (
        "ar_company,number,description,customer,receivable_type\n"
        "1,C-300,Good,S1001,\n7,C-301,No company,S1001,\n1,C-302,No customer,S9999,9\n1,C-300,Twice,S1001,\n"
    )
    faulty = await load(receivables, "contracts", content.encode())
    assert [one["pointer"] for one in faulty.json()["errors"]] == [
        "line 3, column ar_company",
        "line 4, column customer",
        "line 4, column receivable_type",
        "line 5",
    ]
    assert (await receivables.get("/v1/contracts")).json()["totals"] == {"count": 5}


async def test_records_are_searched_filtered_sorted_and_paged(receivables: httpx.AsyncClient) -> None:
    async def numbers(**filters: str | int) -> list[str]:
        return [one["number"] for one in (await receivables.get("/v1/contracts", params=filters)).json()["items"]]

    assert await numbers(search="SERV") == ["C-100", "C-110"]
    assert await numbers(status="soft_closed") == ["C-120"]
    assert await numbers(customer="L2501") == ["C-200"]
    assert await numbers(sort="-key") == ["C-210", "C-200", "C-120", "C-110", "C-100"]
    assert await numbers(sort="description", ar_company=2) == ["C-210", "C-200"]
    first = (await receivables.get("/v1/contracts", params={"limit": 2})).json()
    rest = (await receivables.get("/v1/contracts", params={"cursor": first["next_cursor"]})).json()
    assert [one["number"] for one in first["items"] + rest["items"]] == ["C-100", "C-110", "C-120", "C-200", "C-210"]


async def test_limits_to_companies_hold_for_every_record(receivables: httpx.AsyncClient, identity: Identity) -> None:
    only = identity("receivables", Grant("receivables.setup", Level.EDIT, Limits(ar_companies=frozenset({2}))))
    for noun in ("ar-companies", "pay-terms", "contracts", "contract-items", "jb-companies", "job-billings"):
        rows = (await receivables.get(f"/v1/{noun}", headers=only)).json()["items"]
        shown = {one.get("ar_company", one.get("jb_company", one.get("number"))) for one in rows}
        assert shown <= {2, 21}
        assert shown
    assert (await receivables.get("/v1/pay-terms/1/NET30", headers=only)).status_code == 404
    assert (await receivables.post("/v1/pay-terms", json=TERMS, headers=only)).status_code == 403
    outside = await receivables.post(
        "/v1/pay-terms/import",
        content=b"ar_company,code,description\n1,X,X\n",
        headers={**only, "content-type": "text/csv"},
    )
    assert outside.json()["errors"][0]["detail"] == "is outside what you may edit"


async def test_automatic_numbers_of_an_existing_company_continue(receivables: httpx.AsyncClient) -> None:
    company = (await receivables.get("/v1/ar-companies/1")).json()
    assert company["last_invoice_number"] == 100000
    assert (company["discount_mode"], company["exported_invoices"], company["post_taxes"]) == ("none", "post", True)
    await receivables.put("/v1/ar-companies/1", json={**company, "last_invoice_number": 7}, headers={"if-match": '"1"'})
    assert (await receivables.get("/v1/ar-companies/1")).json()["last_invoice_number"] == 100000


def png(width: int = 3, height: int = 2) -> bytes:
    """A black picture. If its header says that it is larger than its content, it cannot be rendered."""

    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + part(b"IDAT", zlib.compress(b"\0\0\0\0" * 2)) + part(b"IEND", b"")


async def test_a_company_has_a_logo(receivables: httpx.AsyncClient) -> None:
    path = "/v1/ar-companies/1/logo"
    assert (await receivables.get(path)).status_code == 404
    saved = await receivables.put(path, content=png(), headers={"content-type": "image/png"})
    assert saved.status_code == 204, saved.text
    logo = await receivables.get(path)
    assert (logo.content, logo.headers["content-type"]) == (png(), "image/png")
    assert (await receivables.delete(path)).status_code == 204
    assert (await receivables.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("content", "kind", "detail"),
    [
        (png(), "image/jpeg", "Content-Type"),
        (b"<svg/>", "image/png", "not a PNG"),
        (png() + b"x" * 512 * 2**10, "image/png", "KiB"),
        (png(4001, 2), "image/png", "pixels"),
        (png(40, 40), "image/png", "cannot be read"),
    ],
)
async def test_a_logo_is_a_png_of_limited_size_that_can_be_rendered(
    receivables: httpx.AsyncClient, content: bytes, kind: str, detail: str
) -> None:
    answer = await receivables.put("/v1/ar-companies/1/logo", content=content, headers={"content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (422, "LOGO_REFUSED")
    assert detail in answer.json()["detail"]
