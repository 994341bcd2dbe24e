"""Adjustments, credit memos and write-offs that clerks enter for posted invoices."""

import asyncio
from typing import Any

import pytest

from tests.fixtures.clerk import Clerk
from tests.fixtures.ledgers import Company, Enter, key
from tests.services.receivables.fixtures import Export, Reconciled

Invoice = dict[str, Any]


async def amended(clerk: Clerk, invoice: Invoice, kind: str, *lines: dict[str, Any], **header: Any) -> Invoice:
    """Enters and posts an amendment, and reads the invoice again."""
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, type=kind, apply_to=invoice["id"], **header, lines=list(lines))
    assert (await clerk.post(batch_id))["status"] == "posted"
    return await clerk.invoice(invoice["id"])


def rows(invoice: Invoice, transaction: int) -> list[tuple[str, str, str]]:
    return [
        (one["account"], one["debit"], one["credit"])
        for one in invoice["distributions"]
        if one["transaction"] == transaction
    ]


async def test_a_credit_takes_its_part_of_the_tax_and_the_last_one_the_rest(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    invoice = await clerk.post_invoice({"net": "100.00", "tax_code": "T5"}, customer="E2")
    partly = await amended(clerk, invoice, "credit_memo", {"apply_line": 1, "amount": "104.50"})
    assert (partly["open"], partly["status"]) == ("0.50", "partly_settled")
    assert rows(partly, 2) == [("4000", "99.52", "0.00"), ("2200", "4.98", "0.00"), ("1200", "0.00", "104.50")]
    whole = await amended(clerk, invoice, "credit_memo", {"apply_line": 1, "amount": "0.50"})
    assert (whole["open"], whole["status"]) == ("0.00", "credited")
    assert rows(whole, 3) == [("4000", "0.48", "0.00"), ("2200", "0.02", "0.00"), ("1200", "0.00", "0.50")]
    await reconciled_receivables()


async def test_a_write_off_goes_to_its_own_account_and_gives_the_invoice_its_own_status(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    invoice = await clerk.post_invoice({"net": "100.00", "tax_code": "T5"})
    written_off = await amended(clerk, invoice, "write_off", {"apply_line": 1, "amount": "105.00"})
    assert (written_off["open"], written_off["status"]) == ("0.00", "written_off")
    assert rows(written_off, 2) == [("6200", "100.00", "0.00"), ("2200", "5.00", "0.00"), ("1200", "0.00", "105.00")]
    await reconciled_receivables()


async def test_an_adjustment_changes_a_line_or_adds_one_that_can_be_credited_then(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    adjusted = await amended(
        clerk, invoice, "adjustment", {"apply_line": 1, "amount": "-40.00"}, {"net": "25.00", "description": "Rush"}
    )
    assert (adjusted["open"], adjusted["status"]) == ("85.00", "open")
    assert [(one["line"], one["description"], one["remaining"]) for one in adjusted["lines"]] == [
        (1, "", "60.00"),
        (2, "Rush", "25.00"),
    ]
    credited = await amended(clerk, invoice, "credit_memo", {"apply_line": 2, "amount": "25.00"})
    assert (credited["open"], credited["lines"][1]["remaining"]) == ("60.00", "0.00")
    await reconciled_receivables()


@pytest.mark.parametrize(
    ("kind", "amount", "detail"),
    [
        ("credit_memo", "100.01", "line 1: the open amount is 100.00; this would leave -0.01"),
        ("credit_memo", "-1.00", "is entered as a positive number, which reduces the line"),
        ("write_off", "100.01", "line 1: the open amount is 100.00; this would leave -0.01"),
        ("adjustment", "0.00", "an adjustment needs an amount"),
    ],
)
async def test_nothing_goes_beyond_the_line_that_it_applies_to(
    clerk: Clerk, kind: str, amount: str, detail: str
) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    batch_id = await clerk.batch()
    refused = await clerk.enter(
        batch_id, type=kind, apply_to=invoice["id"], lines=[{"apply_line": 1, "amount": amount}]
    )
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0] == {"pointer": "/lines/0/amount", "detail": detail}


async def test_what_waits_in_another_batch_counts(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    first, second = await clerk.batch(), await clerk.batch()
    line = {"apply_line": 1, "amount": "60.00"}
    await clerk.entered(first, type="credit_memo", apply_to=invoice["id"], lines=[line])
    refused = await clerk.enter(second, type="write_off", apply_to=invoice["id"], lines=[line])
    assert "the open amount is 40.00" in refused.json()["errors"][0]["detail"]
    assert (await clerk.client.post(f"/v1/batches/{first}/clear")).json()["status"] == "cancelled"
    await clerk.entered(second, type="write_off", apply_to=invoice["id"], lines=[line])


async def test_what_waits_to_be_added_is_taken_only_behind_it_in_the_same_batch(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    first, second = await clerk.batch(), await clerk.batch()
    await clerk.entered(first, type="adjustment", apply_to=invoice["id"], lines=[{"apply_line": 1, "amount": "20.00"}])
    credit = {"type": "credit_memo", "apply_to": invoice["id"], "lines": [{"apply_line": 1, "amount": "120.00"}]}
    refused = await clerk.enter(second, **credit)
    assert "the open amount is 100.00" in refused.json()["errors"][0]["detail"], refused.text
    await clerk.entered(first, **credit)
    assert (await clerk.post(first))["status"] == "posted"
    assert (await clerk.invoice(invoice["id"]))["status"] == "credited"
    await reconciled_receivables()


async def test_clerks_in_many_batches_never_take_more_than_is_open(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    batches = [await clerk.batch() for _ in range(8)]
    line = {"apply_line": 1, "amount": "30.00"}
    answers = await asyncio.gather(
        *(clerk.enter(one, type="credit_memo", apply_to=invoice["id"], lines=[line]) for one in batches)
    )
    assert sorted(one.status_code for one in answers) == [201] * 3 + [422] * 5


async def test_a_direct_credit_leaves_what_waits_in_a_batch(
    company: Company, enter: Enter, export: Export, clerk: Clerk
) -> None:
    _, receivables = company
    await enter("W1", customer="S1003")
    await export()
    (invoice,) = await clerk.invoices()
    line = {"apply_line": 1, "amount": "30.00"}
    await clerk.entered(await clerk.batch(), type="credit_memo", apply_to=invoice["id"], lines=[line])
    body = {"reason": "wrong", "month": "2026-11", "lines": [{"line": 1, "amount": invoice["open"]}]}
    refused = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key("all"))
    assert (refused.status_code, refused.json()["code"]) == (422, "MORE_THAN_LEFT"), refused.text


async def test_retainage_is_held_back_on_its_own_account_and_written_off_within_what_is_due(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    invoice = await clerk.post_invoice({"contract_item": "20", "net": "1000.00"}, customer="E1", contract="J-1")
    assert [(one["account"], one["debit"], one["credit"]) for one in invoice["distributions"]] == [
        ("1200", "945.00", "0.00"),
        ("1250", "105.00", "0.00"),
        ("4000", "0.00", "1000.00"),
        ("2200", "0.00", "50.00"),
    ]
    batch_id = await clerk.batch()
    line = {"apply_line": 1, "amount": "500.00", "retainage": "100.01"}
    refused = await clerk.enter(batch_id, type="write_off", apply_to=invoice["id"], lines=[line])
    assert refused.json()["errors"][0]["pointer"] == "/lines/0/retainage"
    written_off = await amended(clerk, invoice, "write_off", {"apply_line": 1, "amount": "1050.00"})
    assert written_off["open"] == "0.00"
    await reconciled_receivables()


async def test_an_amendment_keeps_customer_contract_and_receivable_type_of_its_invoice(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    batch_id = await clerk.batch()
    refused = await clerk.enter(batch_id, type="credit_memo", apply_to=invoice["id"], customer="E2", receivable_type=2)
    assert refused.json()["errors"] == [
        {"pointer": "/customer", "detail": "is taken from the invoice that this applies to"},
        {"pointer": "/receivable_type", "detail": "is taken from the invoice that this applies to"},
    ]
