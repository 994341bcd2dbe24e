"""What invoices say about the company, and how those of a customer are made."""

import httpx

from shared.files.xlsx import XLSX_TYPE
from tests.fixtures.ledgers import load

SAID = {
    "remit_to": "Alamo Attorney Service\nPO Box 830210\nSan Antonio, TX 78283",
    "telephone": "(210) 555-0142",
    "email": "billing@alamo.example",
    "tax_number": "74-1234567",
    "payment_instructions": 'Check: write the invoice number on it.\nACH: routing 114000093, "Alamo"',
    "invoice_footer": "Questions? Call within 30 days.",
}
MADE = {"invoice_language": "en", "invoice_grouping": "by_item", "shown_numbers": ["claim", "matter"]}


async def test_a_company_says_what_its_documents_print(receivables: httpx.AsyncClient) -> None:
    path = "/v1/ar-companies/1"
    before = await receivables.get(path)
    body = {name: value for name, value in before.json().items() if name != "revision"}
    sent = {**body, **SAID, "remit_to": SAID["remit_to"].replace("\n", "\r\n")}
    saved = await receivables.put(path, json=sent, headers={"if-match": before.headers["etag"]})
    assert saved.status_code == 200, saved.text
    assert {name: saved.json()[name] for name in SAID} == SAID
    (step, *_) = (await receivables.get(f"{path}/history")).json()["items"]
    assert {one["field"] for one in step["changes"]} == SAID.keys() - {
        name for name in SAID if before.json()[name] == SAID[name]
    }
    for kind in ("text/csv", XLSX_TYPE):
        file = (await receivables.get("/v1/ar-companies", headers={"accept": kind})).content
        loaded = await receivables.post("/v1/ar-companies/import", content=file, headers={"content-type": kind})
        assert loaded.status_code == 201, (kind, loaded.text)
        assert loaded.json()["changed"] == 0
    # A file that has none of these columns leaves them alone.
    few = (
        b"number,name,gl_company,default_receivable_type,last_closed_month,max_open_months\n"
        b"1,Alamo Attorney Service,1,1,2026-09,6\n"
    )
    kept = await receivables.post("/v1/ar-companies/import", content=few, headers={"content-type": "text/csv"})
    assert kept.status_code == 201, kept.text
    read = await receivables.get(path)
    assert {name: read.json()[name] for name in SAID} == SAID
    faulty = {"email": "nobody", "invoice_footer": "tab\there", "remit_to": "x" * 1001}
    refused = await receivables.put(path, json={**body, **faulty}, headers={"if-match": read.headers["etag"]})
    assert {one["pointer"] for one in refused.json()["errors"]} == {
        "/email",
        "/invoice_footer",
        "/remit_to",
    }


async def test_a_customer_says_how_its_invoices_are_made(receivables: httpx.AsyncClient) -> None:
    (customer,) = (await receivables.get("/v1/customers", params={"search": "S1001"})).json()["items"]
    assert customer["shown_numbers"] == ["attorney", "claim", "client_id", "matter", "purchase_order"]
    path = f"/v1/customers/{customer['id']}"
    changed = await receivables.patch(
        path, json={**MADE, "shown_numbers": ["matter", "claim", "matter"]}, headers={"if-match": '"1"'}
    )
    assert changed.status_code == 200, changed.text
    assert {name: changed.json()[name] for name in MADE} == MADE
    (step, *_) = (await receivables.get(f"{path}/history")).json()["items"]
    assert {one["field"].partition("/")[0] for one in step["changes"]} == {"invoice_grouping", "shown_numbers"}
    file = (await receivables.get("/v1/customers", headers={"accept": "text/csv"})).content
    loaded = await load(receivables, "customers", file)
    assert (loaded.status_code, loaded.json()["changed"]) == (201, 0), loaded.text
    row = b"ar_company,number,name,customer_type,shown_numbers\n1,S1001,Harlan & Ruiz LLP,LAW,matter; attorney\n"
    assert (await load(receivables, "customers", row)).json()["changed"] == 1
    read = (await receivables.get(path)).json()
    assert (read["shown_numbers"], read["invoice_grouping"]) == (["attorney", "matter"], "by_item")
    for name, value in (("invoice_language", "xx"), ("invoice_grouping", "one"), ("shown_numbers", ["case"])):
        refused = await receivables.patch(path, json={name: value}, headers={"if-match": f'"{read["version"]}"'})
        assert refused.json()["errors"][0]["pointer"].startswith(f"/{name}"), refused.text
