"""The audit lists of a batch, and what a form shows beside an entry."""

from typing import Any

import pytest

from shared.files.xlsx import XLSX_TYPE
from tests.fixtures.clerk import Clerk


async def changed_invoice(clerk: Clerk) -> tuple[int, dict[str, Any]]:
    invoice = await clerk.post_invoice({"net": "100.00", "tax_code": "T5"}, {"net": "30.00"})
    batch_id = await clerk.batch()
    body = {"transaction_id": invoice["id"], "action": "change"}
    await clerk.client.post(f"/v1/batches/{batch_id}/posted-transactions", json=body)
    await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1/lines/1", 1, net="80.00")
    await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1", 2, purchase_order="PO 7")
    await clerk.change("DELETE", f"/v1/batches/{batch_id}/entries/1/lines/2", 3)
    return batch_id, invoice


async def test_the_batch_list_shows_old_and_new_values(clerk: Clerk) -> None:
    batch_id, invoice = await changed_invoice(clerk)
    rows = (await clerk.client.get(f"/v1/batches/{batch_id}/batch-list")).json()["items"]
    assert [(one["line"], one["amount"], one["old_amount"], one["changes"]) for one in rows] == [
        (None, "84.00", "135.00", "purchase_order:  → PO 7"),
        (1, "84.00", "105.00", "tax_basis: 100.00 → 80.00; tax: 5.00 → 4.00; amount: 105.00 → 84.00"),
        (2, "0.00", "30.00", ""),
    ]
    assert {one["invoice_number"] for one in rows} == {invoice["number"]}


async def test_the_gl_list_tells_before_the_posting_what_stands_in_the_ledger_after_it(clerk: Clerk) -> None:
    batch_id, _ = await changed_invoice(clerk)
    path = f"/v1/batches/{batch_id}/gl-distribution-list"
    before = (await clerk.client.get(path)).json()
    assert before["totals"] == {"debit": "219.00", "credit": "219.00"}
    summary = (await clerk.client.get(path, params={"level": "summary"})).json()["items"]
    assert [(one["account"], one["debit"], one["credit"]) for one in summary] == [
        ("1200", "84.00", "0.00"),
        ("4000", "0.00", "80.00"),
        ("2200", "0.00", "4.00"),
        ("4000", "130.00", "0.00"),
        ("2200", "5.00", "0.00"),
        ("1200", "0.00", "135.00"),
    ]
    await clerk.post(batch_id)
    assert (await clerk.client.get(path)).json() == before
    await clerk.set_company(gl_interface_level="transaction")
    assert [one["line"] for one in (await clerk.client.get(path)).json()["items"]] == [None] * 6


async def test_the_audit_lists_are_pages_like_any_list(clerk: Clerk) -> None:
    batch_id, _ = await changed_invoice(clerk)
    for _ in range(3):
        await clerk.entered(batch_id, customer="E3", invoice_date="2024-01-02", lines=[{"net": "1.00"}])
    await clerk.validate(batch_id)
    for name in ("batch-list", "gl-distribution-list", "findings"):
        path = f"/v1/batches/{batch_id}/{name}"
        whole = (await clerk.client.get(path)).json()
        assert len(whole["items"]) > 2, whole
        rows: list[Any] = []
        totals: list[Any] = []
        cursor = None
        while cursor or not rows:
            query = {"limit": 2, "cursor": cursor} if cursor else {"limit": 2}
            page = (await clerk.client.get(path, params=query)).json()
            rows, cursor, totals = [*rows, *page["items"]], page["next_cursor"], [*totals, page["totals"]]
        assert (rows, totals) == (whole["items"], [whole["totals"], *[None] * (len(totals) - 1)])
        forged = await clerk.client.get(path, params={"cursor": "W10"})
        assert (forged.status_code, forged.json()["errors"][0]["pointer"]) == (422, "query cursor")


@pytest.mark.parametrize(
    ("media_type", "begins"), [("application/pdf", b"%PDF"), (XLSX_TYPE, b"PK"), ("text/csv", b"\xef\xbb\xbfseq")]
)
@pytest.mark.parametrize("name", ["batch-list", "gl-distribution-list", "findings"])
async def test_each_list_is_had_as_a_file(clerk: Clerk, name: str, media_type: str, begins: bytes) -> None:
    batch_id, _ = await changed_invoice(clerk)
    await clerk.entered(batch_id, customer="E3", lines=[{"net": "1.00"}])
    await clerk.validate(batch_id)
    answer = await clerk.client.get(f"/v1/batches/{batch_id}/{name}", headers={"accept": media_type})
    assert (answer.status_code, answer.content[: len(begins)]) == (200, begins)


async def test_other_info_shows_each_line_at_first_and_in_total(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00", "tax_code": "T5"})
    batch_id = await clerk.batch()
    lines = [{"apply_line": 1, "amount": "21.00"}]
    await clerk.entered(batch_id, type="credit_memo", apply_to=invoice["id"], lines=lines)
    await clerk.post(batch_id)
    (info,) = (await clerk.client.get(f"/v1/invoices/{invoice['id']}/other-info")).json()["items"]
    assert (info["invoice_number"], info["month"], info["transaction"], info["line"]) == (
        invoice["number"],
        "2026-11",
        1,
        1,
    )
    assert (info["original_amount"], info["original_tax"]) == ("105.00", "5.00")
    assert (info["total_amount"], info["total_tax"]) == ("84.00", "4.00")


async def test_contract_item_info_grows_with_what_is_posted(clerk: Clerk) -> None:
    line = {"contract_item": "10", "contract_units": "5", "net": "500.00"}
    await clerk.post_invoice(line, contract="J-1")
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, contract="J-1", lines=[line])
    (item,) = (await clerk.client.get(f"/v1/batches/{batch_id}/entries/1/contract-items")).json()["items"]
    assert (item["current_units"], item["current_amount"]) == ("100.000", "10000.00")
    assert (item["billed_units"], item["billed_amount"]) == ("5.000", "500.00")
    assert (item["entry_units"], item["entry_amount"]) == ("5.000", "500.00")
