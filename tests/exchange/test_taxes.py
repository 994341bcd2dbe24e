"""Sales tax and terms of exported invoices, added where they are booked."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import key


@pytest.fixture
def taxable(company) -> Callable[[str], Awaitable[None]]:
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
def changed(company) -> Callable[..., Awaitable[None]]:
    """Changes a record of receivables: `await changed("tax-codes/1/TX", rate="7")`."""
    _, receivables = company

    async def make(path: str, **values: Any) -> None:
        found = await receivables.get(f"/v1/{path}")
        answer = await receivables.put(
            f"/v1/{path}", json={**found.json(), **values}, headers={"if-match": found.headers["etag"]}
        )
        assert answer.status_code == 200, answer.text

    return make


async def the_invoice(receivables) -> dict[str, Any]:
    (head,) = (await receivables.get("/v1/invoices", params={"limit": 1})).json()["items"]
    invoice: dict[str, Any] = (await receivables.get(f"/v1/invoices/{head['id']}")).json()
    return invoice


async def test_taxable_lines_get_the_customers_tax_once_a_line_with_its_gl_row(
    company, enter, export, reconciled, taxable
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


async def test_a_whole_credit_takes_the_tax_back_too(
    company, enter, export, reconciled, taxable, rating_database, receivables_database
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
async def test_no_tax_where_the_company_posts_none_nothing_is_taxable_or_the_rate_is_0(
    company, enter, export, reconciled, taxable, changed, path, values
) -> None:
    _, receivables = company
    if values:
        await taxable("Service of process")
        await changed(path, **values)
    await enter("W1")
    await export()
    assert (await the_invoice(receivables))["total"] == "80.00"
    await reconciled()


async def test_a_tax_account_that_is_closed_refuses_the_invoice(company, enter, export, taxable, changed) -> None:
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
async def test_an_exported_invoice_is_due_by_the_customers_terms(company, enter, export, terms, due_on) -> None:
    _, receivables = company
    (customer,) = (await receivables.get("/v1/customers", params={"search": "S1001"})).json()["items"]
    await receivables.patch(f"/v1/customers/{customer['id']}", json={"pay_terms": terms}, headers={"if-match": '"1"'})
    await enter("W1")
    await export()
    assert (await the_invoice(receivables))["due_on"] == due_on
