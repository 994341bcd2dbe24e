"""Sales tax and terms of exported invoices, which are added on booking."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from shared.database.pool import Database
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import Company, Enter, key
from tests.services.receivables.fixtures import Export, Reconciled

MakeTaxable = Callable[[str], Awaitable[None]]
Change = Callable[..., Awaitable[None]]


@pytest.fixture
def taxable(company: Company) -> MakeTaxable:
    """Makes a billing item taxable, before orders are rated."""
    rating, _ = company

    async def make(name: str) -> None:
        path = f"/v1/billing-items/{name}"
        item = await rating.get(path)
        changed = await rating.put(
            path, json={**item.json(), "taxable": True}, headers={"if-match": item.headers["etag"]}
        )
        assert changed.status_code == 200, changed.text

    return make


@pytest.fixture
def changed(company: Company) -> Change:
    """Changes a record of receivables: `await changed("tax-codes/1/TX", rate="7")`."""
    _, receivables = company

    async def make(path: str, **values: Any) -> None:
        found = await receivables.get(f"/v1/{path}")
        answer = await receivables.put(
            f"/v1/{path}", json={**found.json(), **values}, headers={"if-match": found.headers["etag"]}
        )
        assert answer.status_code == 200, answer.text

    return make


async def the_invoice(receivables: httpx.AsyncClient) -> dict[str, Any]:
    (head,) = (await receivables.get("/v1/invoices", params={"limit": 1})).json()["items"]
    invoice: dict[str, Any] = (await receivables.get(f"/v1/invoices/{head['id']}")).json()
    return invoice


async def test_each_taxable_line_gets_the_customers_tax_with_a_gl_row(
    company: Company, enter: Enter, export: Export, reconciled: Reconciled, taxable: MakeTaxable
) -> None:
    _, receivables = company
    await taxable("Service of process")
    await enter("W1", zip_code="78130", miles="40")
    run = await export()
    assert run["exported_total"] == "121.00"
    invoice = await the_invoice(receivables)
    assert [(one["description"], one["amount"], one["tax"]) for one in invoice["lines"]] == [
        ("Service of process", "102.84", "7.84"),
        ("Mileage", "26.00", "0.00"),
    ]
    assert (invoice["total"], invoice["open"]) == ("128.84", "128.84")
    assert [(one["account"], one["debit"], one["credit"]) for one in invoice["distributions"]] == [
        ("1200", "102.84", "0.00"),
        ("4000", "0.00", "95.00"),
        ("2200", "0.00", "7.84"),
        ("1200", "26.00", "0.00"),
        ("4010", "0.00", "26.00"),
    ]
    await reconciled()


async def test_a_full_credit_takes_back_the_tax_too(
    company: Company,
    enter: Enter,
    export: Export,
    reconciled: Reconciled,
    taxable: MakeTaxable,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, receivables = company
    await taxable("Service of process")
    (order,) = await enter("W1")
    await export()
    invoice = await the_invoice(receivables)
    body = {"disposition": "rerate", "reason": "wrong", "month": "2026-11"}
    credited = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key("c"))
    assert credited.status_code == 201, credited.text
    assert (credited.json()["invoice"]["open"], credited.json()["invoice"]["status"]) == ("0.00", "credited")
    sums: dict[str, Decimal] = {}
    for row in credited.json()["invoice"]["distributions"]:
        sums[row["account"]] = sums.get(row["account"], Decimal(0)) + Decimal(row["debit"]) - Decimal(row["credit"])
    assert sums == {"1200": 0, "4000": 0, "2200": 0}
    await exchange(rating_database, receivables_database)
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).json()["status"] == "open"
    await reconciled()


@pytest.mark.parametrize(
    ("path", "values"),
    [("ar-companies/1", {"post_taxes": False}), ("billing-items", {}), ("tax-codes/1/TX", {"rate": "0"})],
)
async def test_there_is_no_tax_if_the_company_posts_none_nothing_is_taxable_or_the_rate_is_0(
    company: Company,
    enter: Enter,
    export: Export,
    reconciled: Reconciled,
    taxable: MakeTaxable,
    changed: Change,
    path: str,
    values: dict[str, Any],
) -> None:
    _, receivables = company
    if values:
        await taxable("Service of process")
        await changed(path, **values)
    await enter("W1")
    await export()
    assert (await the_invoice(receivables))["total"] == "80.00"
    await reconciled()


async def test_an_invoice_is_refused_if_its_tax_account_is_inactive(
    company: Company, enter: Enter, export: Export, taxable: MakeTaxable, changed: Change
) -> None:
    rating, _ = company
    await taxable("Service of process")
    await changed("gl-accounts/1/2200", active=False)
    await enter("W1")
    run = await export()
    (refused,) = (await rating.get(f"/v1/exports/{run['id']}/invoices")).json()["items"]
    assert (refused["reason"], refused["detail"]) == ("UNKNOWN_ACCOUNT", "GL company 1 has no account 2200")


@pytest.mark.parametrize(
    ("terms", "due_on"),
    [("NET30", "2026-12-20"), ("EOM", "2026-11-30"), ("RECEIPT", "2026-11-20"), (None, "2026-11-20")],
)
async def test_an_exported_invoice_is_due_by_the_customers_terms(
    company: Company, enter: Enter, export: Export, terms: str | None, due_on: str
) -> None:
    _, receivables = company
    (customer,) = (await receivables.get("/v1/customers", params={"search": "S1001"})).json()["items"]
    await receivables.patch(f"/v1/customers/{customer['id']}", json={"pay_terms": terms}, headers={"if-match": '"1"'})
    await enter("W1")
    await export()
    assert (await the_invoice(receivables))["due_on"] == due_on


async def test_an_invoice_that_is_too_large_with_its_tax_is_refused_alone(
    company: Company, enter: Enter, export: Export, reconciled: Reconciled, taxable: MakeTaxable
) -> None:
    rating, receivables = company
    await taxable("Mileage")
    (order, _) = await enter("W1", "W2")
    manual = await rating.post(
        f"/v1/work-orders/{order['id']}/manual-lines",
        json={"billing_item": "Mileage", "quantity": "1", "rate": "999999000"},
        headers={"if-match": f'"{order["revision"]}"'},
    )
    assert manual.status_code == 201, manual.text
    await rating.post("/v1/rating-runs", json={})
    run = await export()
    assert (run["exported"], run["refused"]) == (1, 1)
    (refused,) = (await rating.get(f"/v1/exports/{run['id']}/invoices", params={"outcome": "refused"})).json()["items"]
    assert (refused["reason"], refused["detail"].partition(" is ")[0]) == ("TOO_LARGE", "the invoice total with tax")
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).json()["status"] == "assigned"
    assert (await the_invoice(receivables))["total"]
    await reconciled()
