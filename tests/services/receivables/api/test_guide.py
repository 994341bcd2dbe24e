"""The guide to receivables is correct: its requests work as printed, and their results are the figures in the guide."""

import json
import re
from pathlib import Path
from typing import Any

import httpx

from services.receivables.records.ar_companies import ArCompany
from shared.database.pool import Database
from tests.fixtures.clerk import Clerk
from tests.fixtures.ledgers import Company, Enter, key
from tests.services.receivables.fixtures import Export

ROOT = Path(__file__).parents[4]
GUIDE = (ROOT / "docs" / "receivables.md").read_text()


def request(path: str, method: str = "POST", position: int = 0) -> Any:
    """The body of the request to `path` in the guide; `position` chooses among several."""
    found = re.findall(rf"```json\n{method} {re.escape(path)}\n(.*?)```", GUIDE, re.DOTALL)
    return json.loads(found[position])


async def test_the_terms_and_customer_of_the_guide_give_the_invoice_its_dates(
    company: Company, enter: Enter, export: Export
) -> None:
    _, receivables = company
    assert (await receivables.post("/v1/pay-terms", json=request("pay-terms"))).status_code == 201
    made = await receivables.post("/v1/customers", json=request("customers"))
    assert (made.status_code, made.json()["pay_terms"]) == (201, "DAY30"), made.text
    (customer,) = (await receivables.get("/v1/customers", params={"search": "S1001"})).json()["items"]
    await receivables.patch(f"/v1/customers/{customer['id']}", json={"pay_terms": "DAY30"}, headers={"if-match": '"1"'})
    await enter("W1")
    await export(invoice_date="2026-10-21", month="2026-10")
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    assert invoice["due_on"] == "2026-11-30"


async def test_the_credit_of_the_guide_leaves_what_it_says(company: Company, enter: Enter, export: Export) -> None:
    _, receivables = company
    await enter("W1", zip_code="78130", miles="40")
    await export()
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    trial = await receivables.post(
        f"/v1/invoices/{invoice['id']}/credits/trial", json=request("invoices/{id}/credits/trial")
    )
    assert (trial.status_code, trial.json()["open"]["after"]) == (200, "76.00"), trial.text
    body = request("invoices/{id}/credits")
    credited = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key(1))
    assert (credited.status_code, credited.json()["invoice"]["open"]) == (201, "50.00"), credited.text
    started = await receivables.post("/v1/invoice-prints", json={**request("invoice-prints"), "run_id": 1})
    assert started.status_code == 202


def shown(default: object) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    return "none" if default is None else str(default)


def test_the_guide_explains_all_options_of_a_company_with_their_defaults() -> None:
    table = GUIDE.split("### What an AR company chooses")[1].split("```")[0]
    rows = [row.split("|") for row in table.splitlines() if row.startswith("| `")]
    explained = {name: row[2] for row in rows for name in re.findall(r"`([a-z_]+)`", row[1])}
    others = {"number", "name", "address", "gl_company", "currency"}
    assert set(explained) == set(ArCompany.model_fields) - others
    for name, detail in explained.items():
        info = ArCompany.model_fields[name]
        assert ("needed" if info.is_required() else shown(info.default)) in detail, name


async def test_the_records_in_the_guide_exist(receivables: httpx.AsyncClient) -> None:
    table = GUIDE.split("## 1. Records")[1].split("All but customers")[0]
    nouns = {
        noun
        for row in table.splitlines()
        for noun in re.findall(
            r"`([a-z]+(?:-[a-z]+)+|materials|customers|contracts)`", row.split("|")[2] if row.count("|") > 2 else ""
        )
    }
    assert len(nouns) == 12
    for noun in sorted(nouns):
        assert (await receivables.get(f"/v1/{noun}")).status_code == 200, noun


def test_every_rule_of_the_guide_names_tests_that_exist() -> None:
    table = GUIDE.split("## 6. Every rule")[1]
    named = set(re.findall(r"`(test_\w+)`", table))
    written = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE)
    }
    assert named - written == set()
    rows = [row for row in table.splitlines() if row.startswith("| ") and not row.startswith(("| rule", "| ---"))]
    assert all(row.count("|") == 4 and "`test_" in row for row in rows)
    assert len(rows) > 30


async def test_the_entries_of_the_guide_are_entered_posted_credited_and_brought_back(
    company: Company, receivables_database: Database
) -> None:
    _, receivables = company
    clerk = Clerk(receivables, receivables_database)

    async def batch() -> str:
        made = await receivables.post("/v1/batches", json=request("batches"))
        return f"/v1/batches/{made.json()['id']}"

    form = (await receivables.post("/v1/entry-forms", json=request("entry-forms"))).json()
    assert (form["header"]["customer"]["default"], form["faults"]) == ("S1006", [])
    first = await batch()
    entry = await receivables.post(f"{first}/entries", json=request("batches/{id}/entries"))
    assert entry.status_code == 201, entry.text
    line = request("batches/{id}/entries/{seq}/lines/{line}", "PATCH")
    changed = await clerk.change("PATCH", f"{first}/entries/1/lines/1", 1, **line)
    assert changed.json()["lines"][0]["amount"] == "162.38"
    await clerk.post(int(first.rpartition("/")[2]))
    (invoice,) = await clerk.invoices()
    second = await batch()
    credit = {**request("batches/{id}/entries", position=1), "apply_to": invoice["id"]}
    assert (await receivables.post(f"{second}/entries", json=credit)).status_code == 201
    await clerk.post(int(second.rpartition("/")[2]))
    back = {**request("batches/{id}/posted-transactions"), "transaction_id": invoice["id"]}
    assert (await receivables.post(f"{await batch()}/posted-transactions", json=back)).status_code == 201
    preview = await receivables.post("/v1/write-offs/preview", json=request("write-offs/preview"))
    assert preview.json() == {"taken": [], "skipped": []}
