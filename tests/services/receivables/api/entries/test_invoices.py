"""Invoices that clerks enter, validate and post, and what is found and shown of them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from shared.clock import local_date, now
from tests.fixtures.clerk import ZONE, Clerk
from tests.services.receivables.fixtures import Reconciled


async def test_an_invoice_is_entered_validated_and_posted(clerk: Clerk, reconciled_receivables: Reconciled) -> None:
    batch_id = await clerk.batch()
    entry = await clerk.entered(
        batch_id,
        customer="E1",
        invoice_date="2026-11-10",
        description="Copies",
        lines=[{"net": "100.00", "tax_code": "T5"}, {"line_type": "material", "material": "PAPER", "units": "4"}],
    )
    assert (entry["seq"], entry["invoice_number"], entry["total"], entry["tax"]) == (1, None, "115.00", "5.00")
    assert [(one["gl_account"], one["amount"]) for one in entry["lines"]] == [("4000", "105.00"), ("4010", "10.00")]
    batch = await clerk.post(batch_id)
    assert (batch["status"], batch["transactions"], batch["total"]) == ("posted", 1, "115.00")
    (head,) = await clerk.invoices()
    assert (head["number"], head["customer"], head["source"], head["total"]) == (
        "100001",
        "E1",
        "ar_invoice",
        "115.00",
    )
    invoice = await clerk.invoice(head["id"])
    assert [(one["account"], one["debit"], one["credit"]) for one in invoice["distributions"]] == [
        ("1200", "105.00", "0.00"),
        ("4000", "0.00", "100.00"),
        ("2200", "0.00", "5.00"),
        ("1200", "10.00", "0.00"),
        ("4010", "0.00", "10.00"),
    ]
    await reconciled_receivables()


@pytest.fixture
async def posted(clerk: Clerk) -> list[dict[str, Any]]:
    """Invoices with every status but `paid`, of two customers, and with several dates, amounts and types."""
    await clerk.set_company(allow_receivable_type_override=True)
    batch_id = await clerk.batch()
    for customer, net, due_on, further in (
        ("E1", "100.00", "2026-01-31", {}),
        ("E2", "200.00", "2099-12-31", {}),
        ("E1", "300.00", "2026-01-31", {"invoice_date": "2026-10-20"}),
        ("E2", "400.00", "2026-02-01", {"receivable_type": 2}),
        ("E1", "500.00", "2026-02-02", {"invoice_number": "E2-7"}),
    ):
        await clerk.entered(
            batch_id, customer=customer, due_on=due_on, lines=[{"net": net, "tax_code": None}], **further
        )
    await clerk.post(batch_id)
    ids = [one["id"] for one in await clerk.invoices(sort="id")]
    settling = await clerk.batch()
    for position, kind, amount in (
        (0, "credit_memo", "100.00"),
        (1, "credit_memo", "50.00"),
        (2, "write_off", "300.00"),
    ):
        line = {"apply_line": 1, "amount": amount}
        await clerk.entered(settling, type=kind, apply_to=ids[position], lines=[line])
    await clerk.client.post(
        f"/v1/batches/{settling}/posted-transactions", json={"transaction_id": ids[3], "action": "delete"}
    )
    await clerk.post(settling)
    found = await clerk.invoices(sort="id")
    assert [one["status"] for one in found] == ["credited", "partly_settled", "written_off", "deleted", "open"]
    return found


def is_overdue(invoice: dict[str, Any]) -> bool:
    return Decimal(invoice["open"]) != 0 and invoice["due_on"] < str(local_date(now(), ZONE))


FILTERS: list[tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]] = [
    ({"status": "credited"}, lambda one: one["status"] == "credited"),
    ({"status": ["open", "deleted"]}, lambda one: one["status"] in {"open", "deleted"}),
    ({"open": True}, lambda one: one["open"] != "0.00"),
    ({"open": False}, lambda one: one["open"] == "0.00"),
    ({"overdue": True}, is_overdue),
    ({"overdue": False}, lambda one: not is_overdue(one)),
    ({"due_from": "2026-02-01", "due_to": "2026-02-02"}, lambda one: "2026-02-01" <= one["due_on"] <= "2026-02-02"),
    ({"invoice_to": "2026-10-20"}, lambda one: one["invoice_date"] <= "2026-10-20"),
    ({"invoice_from": "2026-10-21"}, lambda one: one["invoice_date"] >= "2026-10-21"),
    ({"amount_from": "200", "amount_to": "400.00"}, lambda one: 200 <= Decimal(one["total"]) <= 400),
    ({"receivable_type": 2}, lambda one: one["receivable_type"] == 2),
    ({"source": "ar_invoice"}, lambda one: True),
    ({"source": "rating"}, lambda one: False),
    ({"search": "e2"}, lambda one: one["customer"] == "E2" or one["number"] == "E2-7"),
    ({"status": "open", "customer": "E2"}, lambda one: False),
]


async def test_each_filter_of_invoices_gives_the_same_as_looking_at_every_one(
    clerk: Clerk, posted: list[dict[str, Any]]
) -> None:
    for query, matches in FILTERS:
        expected = [one for one in posted if matches(one)]
        answer = await clerk.client.get("/v1/invoices", params={**query, "sort": "id"})
        page = answer.json()
        assert page["items"] == expected, query
        assert page["totals"] == {
            "count": len(expected),
            "total": f"{sum((Decimal(one['total']) for one in expected), Decimal('0.00'))}",
            "open": f"{sum((Decimal(one['open']) for one in expected), Decimal('0.00'))}",
        }
    opened = [one["open"] for one in await clerk.invoices(sort="-open")]
    assert opened == sorted(opened, key=Decimal, reverse=True)


async def test_an_invoice_shows_all_that_was_entered(clerk: Clerk) -> None:
    await clerk.set_company(discount_mode="invoices_and_receipts", allow_tax_discount=True)
    entered: dict[str, Any] = {
        "customer": "E1",
        "contract": "J-1",
        "invoice_date": "2026-11-10",
        "pay_terms": "N30",
        "description": "Copies",
        "purchase_order": "PO-7",
        "discount_on": "2026-11-25",
    }
    line = {"contract_item": "10", "contract_units": "12.5", "net": "100.00", "tax_code": "T5", "discount": "2.00"}
    row = {"code": "CITY", "description": "San Antonio", "distributed_on": "2026-11-11", "amount": "7.00"}
    batch_id = await clerk.batch()
    entry = await clerk.entered(batch_id, **entered, lines=[line], misc_distributions=[row])
    await clerk.post(batch_id)
    (head,) = await clerk.invoices()
    invoice = await clerk.invoice(head["id"])
    assert {name: invoice[name] for name in entered} == entered
    assert (invoice["receivable_type"], invoice["batch_id"], invoice["retainage"]) == (1, batch_id, "10.50")
    assert invoice["misc_distributions"] == entry["misc_distributions"] == [{"row": 1, **row}]
    (posted,), (typed,) = invoice["lines"], entry["lines"]
    same = posted.keys() & typed.keys()
    assert {name: posted[name] for name in same} == {name: typed[name] for name in same}
    assert same > {"contract_units", "retainage", "retainage_tax", "discount", "tax_discount", "tax_basis", "um"}
    assert invoice["discount"] == f"{Decimal(typed['discount']) + Decimal(typed['tax_discount'])}"
