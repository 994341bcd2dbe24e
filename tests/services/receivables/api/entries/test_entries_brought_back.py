"""Posted transactions brought back into a batch to be changed, deleted or released."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from tests.fixtures.clerk import Clerk
from tests.services.receivables.fixtures import Reconciled


async def brought_back(clerk: Clerk, batch_id: int, transaction_id: int, action: str) -> dict[str, Any]:
    answer = await bring(clerk, batch_id, transaction_id, action)
    assert answer.status_code == 201, answer.text
    entry: dict[str, Any] = answer.json()
    return entry


def printed(answer: httpx.Response) -> str:
    """The text of a PDF."""
    assert answer.status_code in {200, 201}, answer.text
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


async def bring(clerk: Clerk, batch_id: int, transaction_id: int, action: str) -> Any:
    body = {"transaction_id": transaction_id, "action": action}
    return await clerk.client.post(f"/v1/batches/{batch_id}/posted-transactions", json=body)


async def test_a_changed_invoice_takes_back_its_old_lines_and_writes_the_new_ones(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    invoice = await clerk.post_invoice({"net": "100.00", "tax_code": "T5"}, {"net": "30.00"})
    batch_id = await clerk.batch()
    entry = await brought_back(clerk, batch_id, invoice["id"], "change")
    assert (entry["invoice_number"], entry["total"], [one["line"] for one in entry["lines"]]) == (
        invoice["number"],
        "135.00",
        [1, 2],
    )
    path = f"/v1/batches/{batch_id}/entries/{entry['seq']}"
    changed = await clerk.change("PATCH", f"{path}/lines/1", 1, net="80.00")
    assert changed.json()["total"] == "114.00"
    more = await clerk.change("POST", f"{path}/lines", 2, net="6.00", description="Added")
    assert more.status_code == 201, more.text
    header = await clerk.change("PATCH", path, 3, due_on="2026-12-31")
    assert header.status_code == 200, header.text
    assert (await clerk.post(batch_id))["status"] == "posted"
    after = await clerk.invoice(invoice["id"])
    assert (after["open"], after["due_on"], after["status"]) == ("120.00", "2026-12-31", "open")
    assert [(one["line"], one["amount"], one["tax"]) for one in after["lines"]] == [
        (1, "84.00", "4.00"),
        (2, "30.00", "0.00"),
        (3, "6.00", "0.00"),
    ]
    assert len(await clerk.invoices()) == 1
    await reconciled_receivables()


async def test_a_changed_invoice_has_one_total_everywhere(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    batch_id = await clerk.batch()
    await brought_back(clerk, batch_id, invoice["id"], "change")
    path = f"/v1/batches/{batch_id}/entries/1"
    await clerk.change("PATCH", f"{path}/lines/1", 1, net="80.00")
    await clerk.change("PATCH", path, 2, invoice_date="2026-11-05")
    await clerk.post(batch_id)
    await clerk.post_invoice({"net": "90.00"})
    batch_id = await clerk.batch()
    line = {"apply_line": 1, "amount": "5.00"}
    await clerk.entered(batch_id, type="credit_memo", apply_to=invoice["id"], lines=[line])
    await clerk.post(batch_id)
    detail = await clerk.invoice(invoice["id"])
    listed = await clerk.client.get("/v1/invoices", params={"sort": "total"})
    item = listed.json()["items"][0]
    (customer,) = (await clerk.client.get("/v1/customers", params={"search": "E1"})).json()["items"]
    account = (await clerk.client.get(f"/v1/customers/{customer['id']}/account")).json()
    (owed,) = (one for one in account["items"] if one["invoice_id"] == invoice["id"])
    for one in (detail, item, owed):
        assert (one["total"], one["applied"], one["open"]) == ("80.00", "-5.00", "75.00")
        assert one["invoice_date"] == "2026-11-05"
    assert item["id"] == invoice["id"]
    assert (listed.json()["totals"]["total"], listed.json()["totals"]["open"]) == ("170.00", "165.00")
    text = printed(await clerk.client.get(f"/v1/invoices/{invoice['id']}/document"))
    assert ("80.00" in text, "75.00" in text, "100.00" in text) == (True, True, False)


@pytest.mark.parametrize("typed", ["T-77", "977"])
async def test_a_deleted_invoice_is_void_and_its_number_can_be_used_again(clerk: Clerk, typed: str) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"}, invoice_number=typed)
    batch_id = await clerk.batch()
    taken = await clerk.entered(batch_id, customer="E1", invoice_number=typed, lines=[{"net": "1.00"}])
    assert [one["rule"] for one in taken["warnings"]] == ["DUPLICATE_NUMBER"]
    assert "VOID" not in printed(await clerk.client.get(f"/v1/invoices/{invoice['id']}/document"))
    deleting = await clerk.batch()
    await brought_back(clerk, deleting, invoice["id"], "delete")
    await clerk.post(deleting)
    for path in ("document", "printings"):
        method = "GET" if path == "document" else "POST"
        document = printed(await clerk.client.request(method, f"/v1/invoices/{invoice['id']}/{path}"))
        assert "VOID: this invoice was deleted. Nothing is due." in document
    assert (await clerk.client.get(f"/v1/batches/{batch_id}/entries/1")).json()["warnings"] == []
    assert (await clerk.post(batch_id))["status"] == "posted"
    rows = f"1,credit_memo,E1,{typed},1,0.50\n1,credit_memo,e1,{typed.lower()},1,0.50\n"
    content = f"entry,type,customer,apply_to,apply_line,amount\n{rows}"
    path = f"/v1/batches/{await clerk.batch()}/entries/import"
    imported = await clerk.client.post(path, content=content, headers={"content-type": "text/csv"})
    assert imported.status_code == 201, imported.text


async def test_an_automatic_number_may_be_that_of_a_deleted_invoice(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    """100001 is deleted, 100002 is not; the deletion itself has the number, too."""
    for number in ("100001", "100002"):
        await clerk.post_invoice({"net": "1.00"}, invoice_number=number)
    invoice = (await clerk.invoices(search="100001"))[0]
    deleting = await clerk.batch()
    await brought_back(clerk, deleting, invoice["id"], "delete")
    await clerk.post(deleting)
    for _ in range(2):
        await clerk.post_invoice({"net": "1.00"})
    numbers = [one["number"] for one in await clerk.invoices(sort="id") if one["status"] != "deleted"]
    assert numbers == ["100002", "100001", "100003"]
    await reconciled_receivables()


async def test_an_invoice_can_be_changed_again_and_deleted_then(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    for net in ("80.00", "90.00"):
        batch_id = await clerk.batch()
        await brought_back(clerk, batch_id, invoice["id"], "change")
        await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1/lines/1", 1, net=net)
        await clerk.post(batch_id)
        assert (await clerk.invoice(invoice["id"]))["open"] == net
    batch_id = await clerk.batch()
    await brought_back(clerk, batch_id, invoice["id"], "delete")
    await clerk.post(batch_id)
    after = await clerk.invoice(invoice["id"])
    assert (after["open"], after["status"]) == ("0.00", "deleted")
    again = await bring(clerk, await clerk.batch(), invoice["id"], "change")
    assert (again.status_code, again.json()["code"]) == (409, "NOT_FOR_BATCH")
    await reconciled_receivables()


async def test_a_held_transaction_waits_for_its_batch(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    first, second = await clerk.batch(), await clerk.batch()
    await brought_back(clerk, first, invoice["id"], "change")
    refused = await bring(clerk, second, invoice["id"], "delete")
    assert (refused.status_code, refused.json()["code"]) == (409, "TRANSACTION_HELD")
    credit = {"type": "credit_memo", "apply_to": invoice["id"], "lines": [{"apply_line": 1, "amount": "10.00"}]}
    assert (await clerk.enter(second, **credit)).json()["code"] == "TRANSACTION_HELD"
    released = await clerk.change("DELETE", f"/v1/batches/{first}/entries/1", 1)
    assert released.status_code == 204
    assert (await clerk.enter(second, **credit)).status_code == 201


async def test_what_something_is_applied_to_is_not_deleted_nor_changed_below_it(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    waiting = await clerk.batch()
    line = {"apply_line": 1, "amount": "60.00"}
    await clerk.entered(waiting, type="credit_memo", apply_to=invoice["id"], lines=[line])
    batch_id = await clerk.batch()
    refused = await bring(clerk, batch_id, invoice["id"], "delete")
    assert (
        refused.json()["errors"][0]["detail"]
        == "the invoice cannot be deleted, because something is applied to this line"
    )
    await brought_back(clerk, batch_id, invoice["id"], "change")
    below = await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1/lines/1", 1, net="59.99")
    assert (below.status_code, below.json()["errors"][0]["pointer"]) == (422, "/lines/0/amount")
    assert (await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1/lines/1", 1, net="60.00")).status_code == 200


async def test_a_posted_credit_is_changed_and_deleted(clerk: Clerk, reconciled_receivables: Reconciled) -> None:
    invoice = await clerk.post_invoice({"net": "100.00", "tax_code": "T5"})
    batch_id = await clerk.batch()
    line = {"apply_line": 1, "amount": "105.00"}
    await clerk.entered(batch_id, type="credit_memo", apply_to=invoice["id"], lines=[line])
    await clerk.post(batch_id)
    (credit,) = (await clerk.invoice(invoice["id"]))["amendments"]
    batch_id = await clerk.batch()
    entry = await brought_back(clerk, batch_id, credit["id"], "change")
    assert entry["lines"][0]["amount"] == "-105.00"
    smaller = await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1/lines/1", 1, amount="52.50")
    assert smaller.json()["tax"] == "-2.50"
    await clerk.post(batch_id)
    assert (await clerk.invoice(invoice["id"]))["open"] == "52.50"
    batch_id = await clerk.batch()
    await brought_back(clerk, batch_id, credit["id"], "delete")
    await clerk.post(batch_id)
    assert (await clerk.invoice(invoice["id"]))["open"] == "105.00"
    await reconciled_receivables()


async def test_a_line_that_an_adjustment_added_keeps_its_number_when_the_adjustment_is_changed(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, type="adjustment", apply_to=invoice["id"], lines=[{"net": "20.00", "tax_code": "T5"}])
    await clerk.post(batch_id)
    (adjustment,) = (await clerk.invoice(invoice["id"]))["amendments"]
    batch_id = await clerk.batch()
    await brought_back(clerk, batch_id, adjustment["id"], "change")
    changed = await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1/lines/1", 1, net="40.00")
    assert changed.json()["tax"] == "2.00"
    await clerk.post(batch_id)
    lines = (await clerk.invoice(invoice["id"]))["lines"]
    assert [(one["line"], one["amount"]) for one in lines] == [(1, "100.00"), (2, "42.00")]
    await reconciled_receivables()


async def test_a_transaction_can_only_be_brought_back_into_a_batch_of_its_month(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    refused = await bring(clerk, await clerk.batch(month="2026-12"), invoice["id"], "change")
    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_FOR_BATCH")


async def test_later_amendments_are_undone_first_if_a_cent_of_tax_would_be_left_on_zero(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    """Of 0.63 with a tax of 0.03, three credits of 0.07 take no tax; without the 0.42, they would leave 0.00 with 0.01."""
    invoice = await clerk.post_invoice({"net": "0.20", "tax_code": "T5"})
    for kind, amount in (("adjustment", "0.42"), *(("credit_memo", "0.07"),) * 3):
        batch_id = await clerk.batch()
        lines = [{"apply_line": 1, "amount": amount}]
        await clerk.entered(batch_id, type=kind, apply_to=invoice["id"], lines=lines)
        await clerk.post(batch_id)
    first, second, *_ = (await clerk.invoice(invoice["id"]))["amendments"]
    batch_id = await clerk.batch()
    refused = await bring(clerk, batch_id, first["id"], "delete")
    assert "first undo what was applied later" in refused.json()["errors"][0]["detail"], refused.text
    for one in (second, first):
        batch_id = await clerk.batch()
        await brought_back(clerk, batch_id, one["id"], "delete")
        await clerk.post(batch_id)
    assert (await clerk.invoice(invoice["id"]))["open"] == "0.07"
    await reconciled_receivables()


async def test_a_posted_invoice_gets_another_receivable_type_when_its_lines_are_deleted_first(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    """Lines that are taken back use the old AR account. New lines and later amendments use the new one."""
    await clerk.set_company(allow_receivable_type_override=True)
    invoice = await clerk.post_invoice({"net": "100.00"})
    batch_id = await clerk.batch()
    await brought_back(clerk, batch_id, invoice["id"], "change")
    path = f"/v1/batches/{batch_id}/entries/1"
    refused = await clerk.change("PATCH", path, 1, receivable_type=2)
    detail = {"pointer": "/receivable_type", "detail": "cannot be changed while the entry has lines; delete them first"}
    assert refused.json()["errors"] == [detail]
    await clerk.change("DELETE", f"{path}/lines/1", 1)
    assert (await clerk.change("PATCH", path, 2, receivable_type=2)).json()["receivable_type"] == 2
    line = (await clerk.change("POST", f"{path}/lines", 3, net="90.00")).json()["lines"][0]
    assert line["gl_account"] == "4000"
    assert (await clerk.post(batch_id))["status"] == "posted"
    batch_id = await clerk.batch()
    lines = [{"apply_line": 2, "amount": "15.00"}]
    credit = await clerk.entered(batch_id, type="credit_memo", apply_to=invoice["id"], lines=lines)
    assert credit["receivable_type"] == 2
    await clerk.post(batch_id)
    after = await clerk.invoice(invoice["id"])
    assert [(one["transaction"], one["account"], one["debit"], one["credit"]) for one in after["distributions"]] == [
        *[(1, "1200", "100.00", "0.00"), (1, "4000", "0.00", "100.00")],
        *[(2, "1210", "90.00", "0.00"), (2, "4000", "0.00", "90.00")],
        *[(2, "4000", "100.00", "0.00"), (2, "1200", "0.00", "100.00")],
        *[(3, "4000", "15.00", "0.00"), (3, "1210", "0.00", "15.00")],
    ]
    batch_id = await clerk.batch()
    listed = await brought_back(clerk, batch_id, after["amendments"][-1]["id"], "delete")
    assert listed["receivable_type"] == 2
    await clerk.post(batch_id)
    await reconciled_receivables()
