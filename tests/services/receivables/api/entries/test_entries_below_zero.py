"""Retainage, units and amounts that would be on the wrong side of zero, on a line or on a whole invoice."""

from io import BytesIO
from typing import Any

import asyncpg
import pytest
from pypdf import PdfReader

from shared.database.pool import Database
from tests.fixtures.clerk import Clerk
from tests.services.receivables.fixtures import Cluster, Reconciled

Invoice = dict[str, Any]
TWO_SIDES = ({"net": "60.00"}, {"net": "-45.00"})
OF_CONTRACT = {"customer": "E1", "contract": "J-1"}
UNITS = {"contract_item": "10", "contract_units": "8", "net": "800.00", "tax_code": None}


async def fault(clerk: Clerk, batch_id: int, **typed: Any) -> tuple[str, str]:
    refused = await clerk.enter(batch_id, **typed)
    assert (refused.status_code, refused.json()["code"]) == (422, "ENTRY_FAULTY"), refused.text
    (error,) = refused.json()["errors"]
    return error["pointer"], error["detail"]


def amendment(invoice: Invoice, kind: str, *lines: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "apply_to": invoice["id"], "lines": list(lines)}


async def amended(clerk: Clerk, invoice: Invoice, kind: str, *lines: dict[str, Any]) -> Invoice:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, **amendment(invoice, kind, *lines))
    assert (await clerk.post(batch_id))["status"] == "posted"
    return await clerk.invoice(invoice["id"])


@pytest.mark.parametrize("net", ["1000", "-1000"])
@pytest.mark.parametrize("retainage", ["1000.01", "-0.01"])
async def test_a_line_holds_back_at_most_its_net_and_on_its_side(clerk: Clerk, net: str, retainage: str) -> None:
    wrong = retainage if net == "1000" else retainage.removeprefix("-") if "-" in retainage else f"-{retainage}"
    line = {"contract_item": "20", "net": net, "retainage": wrong}
    batch_id = await clerk.batch()
    pointer, detail = await fault(clerk, batch_id, **OF_CONTRACT, lines=[line])
    assert (pointer, "1,000.00" in detail, "the net amount of the line" in detail) == ("/lines/0/retainage", True, True)
    await clerk.entered(batch_id, **OF_CONTRACT, lines=[{**line, "retainage": net}])
    path = f"/v1/batches/{batch_id}/entries/1/lines/1"
    refused = await clerk.change("PATCH", path, 1, retainage=wrong)
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/retainage"]
    content = f"entry,customer,contract,contract_item,net,retainage\n1,E1,J-1,20,{net},{wrong}\n"
    imported = await clerk.client.post(
        f"/v1/batches/{batch_id}/entries/import", content=content, headers={"content-type": "text/csv"}
    )
    assert [one["pointer"] for one in imported.json()["errors"]] == ["line 2, column retainage"]


async def test_no_amendment_leaves_a_retainage_that_the_line_cannot_have(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    invoice = await clerk.post_invoice({"contract_item": "20", "net": "1000.00", "tax_code": None}, **OF_CONTRACT)
    batch_id = await clerk.batch()
    for kind, line in (
        ("adjustment", {"apply_line": 1, "amount": "10.00", "retainage": "910.01"}),
        ("adjustment", {"apply_line": 1, "amount": "-10.00", "retainage": "-100.01"}),
        ("credit_memo", {"apply_line": 1, "amount": "10.00", "retainage": "-1.00"}),
        ("write_off", {"apply_line": 1, "amount": "10.00", "retainage": "-1.00"}),
        ("adjustment", {"contract_item": "20", "net": "100.00", "retainage": "100.01"}),
    ):
        assert (await fault(clerk, batch_id, **amendment(invoice, kind, line)))[0] == "/lines/0/retainage"
    await amended(clerk, invoice, "adjustment", {"apply_line": 1, "amount": "-10.00", "retainage": "40.00"})
    body = {"transaction_id": invoice["id"], "action": "change"}
    await clerk.client.post(f"/v1/batches/{batch_id}/posted-transactions", json=body)
    path = f"/v1/batches/{batch_id}/entries/1/lines/1"
    refused = await clerk.change("PATCH", path, 1, retainage="950.01")
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/lines/0/retainage"]
    assert (await clerk.change("PATCH", path, 1, retainage="950.00")).status_code == 200
    await clerk.post(batch_id)
    await reconciled_receivables()


async def test_a_credited_invoice_with_retainage_is_printed_with_nothing_due(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"contract_item": "20", "net": "1000.00", "tax_code": None}, **OF_CONTRACT)
    texts = []
    for amount in ("400.00", "600.00"):
        await amended(clerk, invoice, "credit_memo", {"apply_line": 1, "amount": amount})
        document = await clerk.client.get(f"/v1/invoices/{invoice['id']}/document")
        texts.append(PdfReader(BytesIO(document.content)).pages[0].extract_text())
    assert ("60.00" in texts[0], "540.00" in texts[0]) == (True, True)
    assert "Retained" not in texts[1]
    assert texts[1].split("Amount due USD")[1].split()[0] == "0.00"


@pytest.mark.parametrize(
    ("line", "header", "field"),
    [
        (UNITS, OF_CONTRACT, "contract_units"),
        ({"line_type": "material", "material": "PAPER", "units": "8"}, {"customer": "E1"}, "units"),
    ],
)
async def test_credited_units_are_positive_and_at_most_what_is_left(
    clerk: Clerk, line: dict[str, Any], header: dict[str, Any], field: str
) -> None:
    invoice = await clerk.post_invoice(line, **header)
    await amended(clerk, invoice, "credit_memo", {"apply_line": 1, "amount": "5.00", field: "3"})
    batch_id = await clerk.batch()
    for units in ("-1", "5.001"):
        wrong = {"apply_line": 1, "amount": "5.00", field: units}
        assert (await fault(clerk, batch_id, **amendment(invoice, "credit_memo", wrong)))[0] == f"/lines/0/{field}"
    whole = {"apply_line": 1, "amount": "5.00", field: "5"}
    await clerk.entered(await clerk.batch(), **amendment(invoice, "credit_memo", whole))
    one_more = {**whole, field: "1"}
    assert "is 0.000" in (await fault(clerk, batch_id, **amendment(invoice, "credit_memo", one_more)))[1]
    body = {"transaction_id": invoice["id"], "action": "change"}
    await clerk.client.post(f"/v1/batches/{batch_id}/posted-transactions", json=body)
    fewer = {field: "2", "net": "100.00"}
    refused = await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1/lines/1", 1, **fewer)
    assert refused.json()["errors"][0]["pointer"] == f"/lines/0/{field}"


@pytest.mark.parametrize("kind", ["credit_memo", "write_off"])
async def test_what_reduces_a_line_below_zero_is_typed_positive_too(
    clerk: Clerk, kind: str, reconciled_receivables: Reconciled
) -> None:
    invoice = await clerk.post_invoice({"net": "160.00"}, {"net": "-45.00", "tax_code": "T5"})
    batch_id = await clerk.batch()
    for amount, detail in (("-10.00", "positive"), ("47.26", "open amount")):
        line = {"apply_line": 2, "amount": amount}
        assert detail in (await fault(clerk, batch_id, **amendment(invoice, kind, line)))[1]
    entry = await clerk.entered(batch_id, **amendment(invoice, kind, {"apply_line": 2, "amount": "10.00"}))
    assert [(one["amount"], one["tax"]) for one in entry["lines"]] == [("10.00", "0.48")]
    path = f"/v1/batches/{batch_id}/entries/1/lines/1"
    assert (await clerk.change("PATCH", path, 1, description="Part")).json()["lines"][0]["amount"] == "10.00"
    assert (await clerk.change("PATCH", path, 2, amount="47.25")).json()["lines"][0]["tax"] == "2.25"
    await clerk.post(batch_id)
    assert (await clerk.invoice(invoice["id"]))["open"] == "160.00"
    await reconciled_receivables()


@pytest.mark.parametrize("before", [None, "credit_memo", "write_off", "adjustment"])
async def test_an_adjustment_below_what_is_open_is_refused(clerk: Clerk, before: str | None) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    if before is not None:
        amount = "-40.00" if before == "adjustment" else "40.00"
        await amended(clerk, invoice, before, {"apply_line": 1, "amount": amount})
    most = "60.00" if before else "100.00"
    batch_id = await clerk.batch()
    for amount in ("0.01", "50.00", "200.00"):
        lower = {"apply_line": 1, "amount": f"-{float(most) + float(amount):.2f}"}
        pointer, detail = await fault(clerk, batch_id, **amendment(invoice, "adjustment", lower))
        assert (pointer, f"the open amount is {most}" in detail) == ("/lines/0/amount", True)
    settled = await amended(clerk, invoice, "adjustment", {"apply_line": 1, "amount": f"-{most}"})
    assert settled["open"] == "0.00"
    one_more = amendment(invoice, "adjustment", {"apply_line": 1, "amount": "-0.01"})
    assert (await fault(clerk, batch_id, **one_more))[0] == "/lines/0/amount"


@pytest.mark.parametrize("kind", ["credit_memo", "write_off", "adjustment"])
async def test_an_invoice_of_60_and_minus_45_takes_at_most_15(
    clerk: Clerk, kind: str, reconciled_receivables: Reconciled
) -> None:
    sign = "-" if kind == "adjustment" else ""
    invoice = await clerk.post_invoice(*TWO_SIDES)
    batch_id = await clerk.batch()
    for amount in ("15.01", "60.00"):
        beyond = amendment(invoice, kind, {"apply_line": 1, "amount": sign + amount})
        pointer, detail = await fault(clerk, batch_id, **beyond)
        assert (pointer, "the invoice has 15.00 open" in detail) == ("/lines/0/amount", True)
    first = await clerk.entered(batch_id, **amendment(invoice, kind, {"apply_line": 1, "amount": f"{sign}10.00"}))
    # What waits counts, in this batch and in any other.
    for other in (batch_id, await clerk.batch()):
        beyond = amendment(invoice, kind, {"apply_line": 1, "amount": f"{sign}5.01"})
        assert "the invoice has 5.00 open" in (await fault(clerk, other, **beyond))[1]
    path = f"/v1/batches/{batch_id}/entries/{first['seq']}/lines/1"
    refused = await clerk.change("PATCH", path, 1, amount=f"{sign}15.01")
    assert refused.json()["errors"][0]["pointer"] == "/lines/0/amount"
    assert (await clerk.change("PATCH", path, 1, amount=f"{sign}15.00")).status_code == 200
    await clerk.post(batch_id)
    settled = await clerk.invoice(invoice["id"])
    status = {"credit_memo": "credited", "write_off": "written_off", "adjustment": "paid"}[kind]
    assert (settled["open"], settled["status"]) == ("0.00", status)
    await reconciled_receivables()


async def test_both_sides_of_an_invoice_are_credited_together(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice(*TWO_SIDES)
    lines = ({"apply_line": 1, "amount": "60.00"}, {"apply_line": 2, "amount": "45.00"})
    settled = await amended(clerk, invoice, "credit_memo", *lines)
    assert (settled["open"], settled["status"]) == ("0.00", "credited")


async def test_what_another_batch_would_add_to_an_invoice_cannot_be_taken_yet(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice(*TWO_SIDES)
    await clerk.entered(await clerk.batch(), **amendment(invoice, "credit_memo", {"apply_line": 2, "amount": "45.00"}))
    beyond = amendment(invoice, "credit_memo", {"apply_line": 1, "amount": "60.00"})
    assert "the invoice has 15.00 open" in (await fault(clerk, await clerk.batch(), **beyond))[1]


async def test_the_entries_of_a_batch_count_one_after_the_other(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice(*TWO_SIDES)
    batch_id = await clerk.batch()
    for line, amount in ((2, "45.00"), (1, "60.00")):
        await clerk.entered(batch_id, **amendment(invoice, "credit_memo", {"apply_line": line, "amount": amount}))
    assert (await clerk.validate(batch_id))["status"] == "valid"
    await clerk.change("DELETE", f"/v1/batches/{batch_id}/entries/1", 1)
    assert (await clerk.validate(batch_id))["status"] == "errors"
    (found,) = await clerk.findings(batch_id)
    assert (found["seq"], found["line"], found["rule"]) == (2, 1, "LIMIT")


async def test_a_retainage_that_was_entered_before_the_rule_is_found_by_the_validation(
    clerk: Clerk, receivables_database: Database, cluster: Cluster
) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, **OF_CONTRACT, lines=[{"contract_item": "20", "net": "1000.00"}])
    owner = await asyncpg.connect(cluster(receivables_database.name, "postgres"))
    await owner.execute("UPDATE batch_line SET retainage = 1000.01")
    await owner.close()
    assert (await clerk.validate(batch_id))["status"] == "errors"
    assert [(one["field"], one["rule"]) for one in await clerk.findings(batch_id)] == [("retainage", "LIMIT")]


async def test_a_new_line_of_an_adjustment_takes_no_more_than_is_open(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    batch_id = await clerk.batch()
    beyond = amendment(invoice, "adjustment", {"net": "-100.01"})
    assert (await fault(clerk, batch_id, **beyond))[0] == "/lines/0/net"
    settled = await amended(clerk, invoice, "adjustment", {"net": "-100.00"})
    assert settled["open"] == "0.00"


async def test_no_change_or_deletion_leaves_an_invoice_below_zero(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice(*TWO_SIDES)
    await amended(clerk, invoice, "adjustment", {"apply_line": 1, "amount": "40.00"})
    raised = await amended(clerk, invoice, "credit_memo", {"apply_line": 1, "amount": "40.00"})
    batch_id = await clerk.batch()
    adjustment = raised["amendments"][0]
    refused = await clerk.client.post(
        f"/v1/batches/{batch_id}/posted-transactions", json={"transaction_id": adjustment["id"], "action": "delete"}
    )
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/action")
    body = {"transaction_id": invoice["id"], "action": "change"}
    assert (await clerk.client.post(f"/v1/batches/{batch_id}/posted-transactions", json=body)).status_code == 201
    entries = f"/v1/batches/{batch_id}/entries"
    seq = (await clerk.client.get(entries)).json()["items"][0]["seq"]
    refused = await clerk.change("PATCH", f"{entries}/{seq}/lines/2", 1, net="-60.01")
    assert "this would leave -0.01" in refused.json()["errors"][0]["detail"]
    assert (await clerk.change("PATCH", f"{entries}/{seq}/lines/2", 1, net="-60.00")).status_code == 200


async def test_a_file_of_credits_takes_no_more_than_is_open_of_an_invoice(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice(*TWO_SIDES)
    rows = [f"{entry},credit_memo,E1,{invoice['number']},1,10.00" for entry in (1, 2)]
    content = "\n".join(["entry,type,customer,apply_to,apply_line,amount", *rows])
    refused = await clerk.client.post(
        f"/v1/batches/{await clerk.batch()}/entries/import", content=content, headers={"content-type": "text/csv"}
    )
    (error,) = refused.json()["errors"]
    assert (error["pointer"], "5.00 open" in error["detail"]) == ("line 3, column amount", True)
