"""Changed dates and terms of a header: which values of existing lines follow, and which stay."""

from typing import Any

import pytest

from tests.fixtures.clerk import Clerk
from tests.services.receivables.fixtures import Reconciled

TERMS = (
    "ar_company,code,description,due_days,discount_days,discount_percent\n1,N30,30 days,30,15,2\n1,N10,10 days,10,5,5\n"
)
TYPED = {"customer": "E2", "invoice_date": "2026-11-10"}
LINES = [{"net": "100.00"}, {"net": "200.00", "tax_code": None}]


@pytest.fixture
async def clerk(clerk: Clerk) -> Clerk:
    """A clerk whose company offers discounts, also on the tax."""
    await clerk.set_company(discount_mode="invoices_and_receipts", allow_tax_discount=True)
    loaded = await clerk.client.post("/v1/pay-terms/import", content=TERMS, headers={"content-type": "text/csv"})
    assert loaded.status_code == 201, loaded.text
    return clerk


async def changed(clerk: Clerk, batch_id: int, revision: int, **typed: Any) -> dict[str, Any]:
    answer = await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1", revision, **typed)
    assert answer.status_code == 200, answer.text
    entry: dict[str, Any] = answer.json()
    return entry


def discounts(entry: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["discount"], one["tax_discount"]) for one in entry["lines"]]


async def test_other_terms_give_other_dates_and_the_lines_their_discounts(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    entry = await clerk.entered(batch_id, **TYPED, lines=LINES)
    assert (entry["due_on"], entry["discount_on"]) == ("2026-12-10", "2026-11-25")
    assert discounts(entry) == [("2.00", "0.10"), ("4.00", "0.00")]
    entry = await changed(clerk, batch_id, 1, pay_terms="N10")
    assert (entry["due_on"], entry["discount_on"]) == ("2026-11-20", "2026-11-15")
    assert discounts(entry) == [("5.00", "0.25"), ("10.00", "0.00")]
    assert entry["total"] == "305.00"
    entry = await changed(clerk, batch_id, 2, pay_terms=None)
    assert (entry["due_on"], entry["discount_on"]) == ("2026-11-10", None)
    assert discounts(entry) == [("0.00", "0.00"), ("0.00", "0.00")]


async def test_another_invoice_date_moves_the_dates_and_keeps_the_discounts_of_the_same_terms(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    before = await clerk.entered(batch_id, **TYPED, lines=LINES)
    entry = await changed(clerk, batch_id, 1, invoice_date="2026-11-12")
    assert (entry["due_on"], entry["discount_on"]) == ("2026-12-12", "2026-11-27")
    assert entry["lines"] == before["lines"]


async def test_a_discount_date_before_the_invoice_offers_nothing_and_a_later_one_offers_again(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, **TYPED, lines=[*LINES, {"net": "50.00", "discount": "7.00"}])
    entry = await changed(clerk, batch_id, 1, discount_on="2026-11-09")
    assert [one["rule"] for one in entry["warnings"]] == ["DISCOUNT_BEFORE_INVOICE"]
    assert discounts(entry) == [("0.00", "0.00")] * 3
    refused = await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1/lines/1", 2, discount="1.00")
    assert refused.json()["errors"] == [
        {"pointer": "/discount", "detail": "the discount date is before the invoice date"}
    ]
    entry = await changed(clerk, batch_id, 2, discount_on="2026-11-20")
    assert discounts(entry) == [("2.00", "0.10"), ("4.00", "0.00"), ("1.00", "0.05")]


@pytest.mark.parametrize("method", ["entered", "changed"])
@pytest.mark.parametrize(
    ("slip", "rules"),
    [
        ({"due_on": "2026-11-09"}, ["DUE_BEFORE_INVOICE"]),
        ({"due_on": "2026-11-10"}, []),
        ({"discount_on": "2026-11-09"}, ["DISCOUNT_BEFORE_INVOICE"]),
        ({"invoice_date": "2025-09-30"}, ["DATE_FAR_FROM_MONTH"]),
        ({"invoice_date": "2028-01-01"}, ["DATE_FAR_FROM_MONTH"]),
        ({"invoice_date": "2025-10-01"}, []),
    ],
)
async def test_dates_that_look_wrong_warn_when_they_are_typed_and_when_the_batch_is_validated(
    clerk: Clerk, slip: dict[str, str], rules: list[str], method: str
) -> None:
    batch_id = await clerk.batch()
    if method == "entered":
        entry = await clerk.entered(batch_id, **{**TYPED, **slip}, lines=LINES)
    else:
        await clerk.entered(batch_id, **TYPED, lines=LINES)
        entry = await changed(clerk, batch_id, 1, **slip)
    assert [one["rule"] for one in entry["warnings"]] == rules
    assert (await clerk.validate(batch_id))["status"] == ("warnings" if rules else "valid")
    assert [one["rule"] for one in await clerk.findings(batch_id)] == rules


async def test_an_amendment_dated_before_its_invoice_warns(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"}, invoice_date="2026-11-10")
    batch_id = await clerk.batch()
    for kind, amount in (("credit_memo", "10.00"), ("write_off", "10.00"), ("adjustment", "-10.00")):
        typed = {"type": kind, "apply_to": invoice["id"], "lines": [{"apply_line": 1, "amount": amount}]}
        early = await clerk.entered(batch_id, **typed, invoice_date="2026-11-09")
        assert [one["rule"] for one in early["warnings"]] == ["DATED_BEFORE_INVOICE"], kind
        same = await clerk.entered(batch_id, **typed, invoice_date="2026-11-10")
        assert same["warnings"] == []
    await clerk.validate(batch_id)
    assert {one["rule"] for one in await clerk.findings(batch_id)} == {"DATED_BEFORE_INVOICE"}


async def test_a_changed_invoice_warns_about_its_dates(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"}, invoice_date="2026-11-10")
    batch_id = await clerk.batch()
    body = {"transaction_id": invoice["id"], "action": "change"}
    await clerk.client.post(f"/v1/batches/{batch_id}/posted-transactions", json=body)
    entry = await changed(clerk, batch_id, 1, due_on="2026-11-01")
    assert [one["rule"] for one in entry["warnings"]] == ["DUE_BEFORE_INVOICE"]
    await clerk.validate(batch_id)
    assert [one["rule"] for one in await clerk.findings(batch_id)] == ["DUE_BEFORE_INVOICE"]


@pytest.mark.parametrize("field", ["invoice_date", "due_on", "discount_on"])
@pytest.mark.parametrize("day", ["9999-12-31", "0026-11-10", 1767225600])
async def test_a_date_beyond_the_calendar_is_refused_in_an_entry(clerk: Clerk, field: str, day: object) -> None:
    batch_id = await clerk.batch()
    refused = await clerk.enter(batch_id, **{**TYPED, field: day}, lines=LINES)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/{field}")
    content = f"entry,customer,net,{field}\n1,E2,100,{day}\n"
    path = f"/v1/batches/{batch_id}/entries/import"
    imported = await clerk.client.post(path, content=content, headers={"content-type": "text/csv"})
    assert (imported.status_code, imported.json()["errors"][0]["pointer"]) == (422, f"line 2, column {field}")


async def test_a_discount_entered_by_hand_stays_until_its_line_is_changed(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, **TYPED, lines=[{"net": "100.00", "discount": "3.50"}, *LINES])
    entry = await changed(clerk, batch_id, 1, pay_terms="N10")
    assert discounts(entry) == [("3.50", "0.18"), ("5.00", "0.25"), ("10.00", "0.00")]
    line = await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1/lines/1", 2, net="100.00")
    assert discounts(line.json())[0] == ("5.00", "0.25")


async def test_other_changes_of_the_header_leave_the_lines_alone(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    before = await clerk.entered(batch_id, **TYPED, lines=LINES)
    entry = await changed(clerk, batch_id, 1, purchase_order="PO 1", due_on="2027-01-15", description="November")
    assert (entry["lines"], entry["due_on"]) == (before["lines"], "2027-01-15")


async def test_a_posted_invoice_with_new_terms_offers_their_discount(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    """The tax stays as it was posted, although the rate of its code has changed since."""
    invoice = await clerk.post_invoice({"net": "100.00"}, **TYPED)
    read = await clerk.client.get("/v1/tax-codes/1/T5")
    dearer = await clerk.client.put(
        "/v1/tax-codes/1/T5", json={**read.json(), "rate": "6"}, headers={"if-match": read.headers["etag"]}
    )
    assert dearer.status_code == 200, dearer.text
    batch_id = await clerk.batch()
    back = {"transaction_id": invoice["id"], "action": "change"}
    await clerk.client.post(f"/v1/batches/{batch_id}/posted-transactions", json=back)
    entry = await changed(clerk, batch_id, 1, pay_terms="N10")
    assert (entry["tax"], discounts(entry)) == ("5.00", [("5.00", "0.30")])
    assert (await clerk.post(batch_id))["status"] == "posted"
    assert (await clerk.invoice(invoice["id"]))["due_on"] == "2026-11-20"
    await reconciled_receivables()
