"""Credit memos that clerks enter for invoices from rating: rating gets them like those of the credit command."""

from typing import Any

from shared.database.pool import Database
from tests.fixtures.clerk import Clerk
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import Company, Enter
from tests.services.receivables.fixtures import Export, Reconciled


async def exported(company: Any, enter: Any, export: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    _, receivables = company
    (order,) = await enter("W1", customer="S1003")
    await export()
    (head,) = (await receivables.get("/v1/invoices")).json()["items"]
    return order, (await receivables.get(f"/v1/invoices/{head['id']}")).json()


def credit(invoice: dict[str, Any], amount: str, **more: str) -> dict[str, Any]:
    line = {"apply_line": 1, "amount": amount}
    return {"type": "credit_memo", "apply_to": invoice["id"], "reason": "Wrong address", "lines": [line], **more}


async def test_an_entered_credit_of_the_whole_order_opens_it_to_be_rated_again(
    company: Company,
    enter: Enter,
    export: Export,
    clerk: Clerk,
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, _ = company
    order, invoice = await exported(company, enter, export)
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, **credit(invoice, "40.00"))
    await clerk.post(batch_id)
    await exchange(rating_database, receivables_database)
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).json()["status"] == "exported"
    batch_id = await clerk.batch()
    rest = invoice["lines"][0]["remaining"]
    left = f"{float(rest) - 40:.2f}"
    await clerk.entered(batch_id, **credit(invoice, left))
    assert (await clerk.validate(batch_id))["status"] == "errors"
    assert [one["rule"] for one in await clerk.findings(batch_id)] == ["DISPOSITION_MISSING"]
    said = await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1", 1, disposition="rerate")
    assert said.status_code == 200, said.text
    await clerk.post(batch_id)
    await exchange(rating_database, receivables_database)
    after = (await rating.get(f"/v1/work-orders/{order['id']}")).json()
    assert (after["status"], after["invoice_id"]) == ("open", None)
    await reconciled()


async def test_an_invoice_from_rating_is_neither_adjusted_nor_brought_back(
    company: Company, enter: Enter, export: Export, clerk: Clerk
) -> None:
    _, invoice = await exported(company, enter, export)
    batch_id = await clerk.batch()
    line = {"apply_line": 1, "amount": "-1.00"}
    adjusted = await clerk.enter(batch_id, type="adjustment", apply_to=invoice["id"], lines=[line])
    assert "came from rating" in adjusted.json()["errors"][0]["detail"]
    body = {"transaction_id": invoice["id"], "action": "change"}
    back = await clerk.client.post(f"/v1/batches/{batch_id}/posted-transactions", json=body)
    assert (back.status_code, back.json()["code"]) == (409, "NOT_FOR_BATCH")
