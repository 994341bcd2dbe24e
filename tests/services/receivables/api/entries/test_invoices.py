"""Invoices that clerks enter, validate and post."""

from tests.fixtures.clerk import Clerk
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
