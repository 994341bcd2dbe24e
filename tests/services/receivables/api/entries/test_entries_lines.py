"""Lines by type: what each needs, which fields follow from others, and the signs of its amounts."""

from typing import Any

import httpx

from tests.fixtures.clerk import Clerk
from tests.services.receivables.fixtures import Reconciled

MATERIAL = {"line_type": "material", "material": "PAPER", "units": "4"}
WALLS = {"contract_item": "10", "contract_units": "5", "net": "500.00"}
NEGATE = "is taken from the line that this applies to; to change it, negate that line and add a new one"
EVERY_LINE = "every line of an entry with a contract is a contract line"


async def faults(clerk: Clerk, line: dict[str, Any], **header: Any) -> dict[str, str]:
    """Why an entry with this line is refused, by field."""
    answer = await clerk.enter(await clerk.batch(), lines=[line], **header)
    assert answer.status_code == 422, answer.text
    return {one["pointer"].removeprefix("/lines/0/"): one["detail"] for one in answer.json()["errors"]}


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({"customer": "E1"}, {}, "net", "is required"),
    ({"customer": "E1"}, {"line_type": "material", "units": "4"}, "material", "is required"),
    ({"customer": "E1"}, {"line_type": "material", "material": "PAPER"}, "units", "is required"),
    ({"customer": "E1"}, {**MATERIAL, "material": "GLUE"}, "material", "there is no active material GLUE"),
    ({"customer": "E1"}, {**WALLS, "line_type": "contract"}, "line_type", "needs a contract in the header"),
    ({"contract": "J-1"}, {"net": "5.00"}, "contract_item", "is required"),
    ({"contract": "J-1"}, {"contract_item": "10", "net": "5.00"}, "contract_units", "is required"),
    ({"contract": "J-1"}, {**WALLS, "contract_item": "99"}, "contract_item", "the contract has no item 99"),
    ({"contract": "J-1"}, MATERIAL, "line_type", EVERY_LINE),
    ({"contract": "J-1"}, {**WALLS, "contract_item": "20"}, "contract_units", "a lump-sum item has no units"),
    ({"contract": "J-1"}, {**WALLS, "gl_account": "4010"}, "gl_account", "does not allow other accounts"),
    ({"customer": "E1"}, {"net": "5.00", "gl_account": "9999"}, "gl_account", "GL company 1 has no account 9999"),
    ({"customer": "E1"}, {"net": "5.00", "tax": "1.00"}, "tax", "is calculated from the tax code and the tax basis"),
    ({"customer": "E1"}, {"net": "5.00", "discount": "1.00"}, "discount", "does not offer discounts on invoices"),
]


async def test_a_line_that_lacks_what_its_type_needs_or_types_what_follows_is_refused(clerk: Clerk) -> None:
    for header, line, field, detail in REFUSED:
        assert detail in (await faults(clerk, line, **header))[field]


async def test_a_material_line_takes_unit_price_and_account_of_its_material_and_the_price_may_be_typed(
    clerk: Clerk,
) -> None:
    lines = [MATERIAL, {**MATERIAL, "unit_price": "3.00"}, {**MATERIAL, "net": "11.00"}]
    entry = await clerk.entered(await clerk.batch(), customer="E1", lines=lines)
    assert [(one["um"], one["unit_price"], one["amount"], one["gl_account"]) for one in entry["lines"]] == [
        ("EA", "2.50000", "10.00", "4010"),
        ("EA", "3.00000", "12.00", "4010"),
        ("EA", "2.50000", "11.00", "4010"),
    ]


async def test_a_contract_line_takes_another_account_where_the_company_allows_it(clerk: Clerk) -> None:
    await clerk.set_company(allow_contract_account_override=True)
    entry = await clerk.entered(await clerk.batch(), contract="J-1", lines=[{**WALLS, "gl_account": "4010"}])
    assert entry["lines"][0]["gl_account"] == "4010"


async def test_an_amendment_follows_the_line_that_it_applies_to(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice(WALLS, {**WALLS, "tax_code": None}, contract="J-1")
    for kind in ("adjustment", "credit_memo", "write_off"):
        await follows(clerk, invoice, kind)


async def follows(clerk: Clerk, invoice: dict[str, Any], kind: str) -> None:
    batch_id = await clerk.batch()
    lines = [{"apply_line": 1, "amount": "105.00"}, {"apply_line": 2, "amount": "10.00"}]
    entry = await clerk.entered(batch_id, type=kind, apply_to=invoice["id"], lines=lines)
    account = "6200" if kind == "write_off" else "4000"
    sign = "" if kind == "adjustment" else "-"
    followed = [(one["line_type"], one["contract_item"], one["gl_account"], one["tax"]) for one in entry["lines"]]
    assert followed == [("contract", "10", account, f"{sign}5.00"), ("contract", "10", account, "0.00")]
    for field, detail in (("tax_code", NEGATE), ("tax", NEGATE), ("line_type", EVERY_LINE)):
        line = {"apply_line": 2, "amount": "1.00", field: {"tax": "1.00", "tax_code": "T5"}.get(field, "other")}
        refused = await faults(clerk, line, type=kind, apply_to=invoice["id"])
        assert detail in refused[field]


async def test_units_and_retainage_of_a_credit_are_typed_positive_and_stored_negative(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    invoice = await clerk.post_invoice(WALLS, contract="J-1")
    batch_id = await clerk.batch()
    line = {"apply_line": 1, "amount": "105.00", "contract_units": "1", "retainage": "10.00"}
    entry = await clerk.entered(batch_id, type="credit_memo", apply_to=invoice["id"], lines=[line])
    (stored,) = entry["lines"]
    assert (stored["amount"], stored["tax"], stored["contract_units"], stored["retainage"]) == (
        "-105.00",
        "-5.00",
        "-1.000",
        "-10.00",
    )
    await clerk.post(batch_id)
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, contract="J-1", lines=[WALLS])
    (item,) = (await clerk.client.get(f"/v1/batches/{batch_id}/entries/1/contract-items")).json()["items"]
    assert (item["billed_units"], item["billed_amount"]) == ("4.000", "400.00")
    await reconciled_receivables()


async def test_credits_and_write_offs_take_lines_that_exist_some_or_all_whole_or_in_part(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    for kind in ("credit_memo", "write_off"):
        await take_lines(clerk, kind)
    await reconciled_receivables()


async def take_lines(clerk: Clerk, kind: str) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"}, {"net": "50.00"}, {"net": "7.00"})
    new = await faults(clerk, {"net": "5.00"}, type=kind, apply_to=invoice["id"])
    assert new["apply_line"] == "is required"
    none = await faults(clerk, {"apply_line": 4, "amount": "5.00"}, type=kind, apply_to=invoice["id"])
    assert none["apply_line"] == "the invoice has no line 4"
    batch_id = await clerk.batch()
    lines = [{"apply_line": 1, "amount": "30.00"}, {"apply_line": 2, "amount": "50.00"}]
    await clerk.entered(batch_id, type=kind, apply_to=invoice["id"], lines=lines)
    await clerk.post(batch_id)
    after = await clerk.invoice(invoice["id"])
    assert [one["remaining"] for one in after["lines"]] == ["70.00", "0.00", "7.00"]


async def test_a_company_without_taxes_closes_the_tax_code(clerk: Clerk) -> None:
    await clerk.set_company(post_taxes=False)
    assert "does not post taxes" in (await faults(clerk, {"net": "5.00", "tax_code": "T5"}, customer="E2"))["tax_code"]
    entry = await clerk.entered(await clerk.batch(), customer="E2", lines=[{"net": "5.00"}])
    assert (entry["tax"], entry["lines"][0]["tax_code"]) == ("0.00", None)


async def test_the_tax_code_is_the_contract_items_else_the_customers(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    contract = await clerk.entered(batch_id, contract="J-1", lines=[WALLS])
    customer = await clerk.entered(batch_id, customer="E2", lines=[{"net": "5.00"}])
    neither = await clerk.entered(batch_id, customer="E1", lines=[{"net": "5.00"}])
    assert [one["lines"][0]["tax_code"] for one in (contract, customer, neither)] == ["T5", "T5", None]


async def test_tax_is_rounded_once_a_line_and_added_up(clerk: Clerk, reconciled_receivables: Reconciled) -> None:
    """Three times 5 % of 0.10 is 0.03, although 5 % of 0.30 is 0.02."""
    invoice = await clerk.post_invoice(*[{"net": "0.10"}] * 3, customer="E2")
    assert [one["tax"] for one in invoice["lines"]] == ["0.01"] * 3
    assert [one["credit"] for one in invoice["distributions"] if one["account"] == "2200"] == ["0.01"] * 3
    once = await clerk.post_invoice({"net": "0.30"}, customer="E2")
    assert once["lines"][0]["tax"] == "0.02"
    await reconciled_receivables()


PARTS = [
    (["11.11"] * 9 + ["5.01"], "100.00"),
    (["0.01"] * 7, "0.07"),
    (["35.00", "35.00", "35.00"], "100.00"),
    (["0.03", "104.94", "0.03"], "100.00"),
    (["33.33", "0.07", "1.60"], "33.33"),
]


async def test_credits_in_whatever_parts_leave_exactly_nothing_on_every_account(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    for parts, net in PARTS:
        await credit_by_parts(clerk, parts, net)
    await reconciled_receivables()


async def credit_by_parts(clerk: Clerk, parts: list[str], net: str) -> None:
    invoice = await clerk.post_invoice({"net": net}, customer="E2")
    batch_id = await clerk.batch()
    for part in parts:
        lines = [{"apply_line": 1, "amount": part}]
        await clerk.entered(batch_id, type="credit_memo", apply_to=invoice["id"], lines=lines)
    assert (await clerk.post(batch_id))["status"] == "posted"
    after = await clerk.invoice(invoice["id"])
    assert (after["open"], after["status"]) == ("0.00", "credited")
    sums: dict[str, int] = {}
    for row in after["distributions"]:
        cents = int((row["debit"] if row["debit"] != "0.00" else f"-{row['credit']}").replace(".", ""))
        sums[row["account"]] = sums.get(row["account"], 0) + cents
    assert set(sums.values()) == {0}, (parts, sums)


DISCOUNTS = [
    ("invoices_and_receipts", True, ("2.00", "0.10")),
    ("invoices_and_receipts", False, ("2.00", "0.00")),
    ("receipts_only", True, ("0.00", "0.00")),
    ("none", True, ("0.00", "0.00")),
]


async def test_an_early_payment_earns_a_discount_with_its_tax_or_without(clerk: Clerk) -> None:
    """The discount posts nothing until the customer takes it."""
    for mode, tax_discounts, discounts in DISCOUNTS:
        await clerk.set_company(discount_mode=mode, allow_tax_discount=tax_discounts)
        batch_id = await clerk.batch()
        entry = await clerk.entered(batch_id, customer="E2", invoice_date="2026-11-10", lines=[{"net": "100.00"}])
        (line,) = entry["lines"]
        assert (line["discount"], line["tax_discount"], line["amount"]) == (*discounts, "105.00"), mode
        assert entry["discount_on"] == ("2026-11-25" if mode == "invoices_and_receipts" else None)
        rows = (await clerk.client.get(f"/v1/batches/{batch_id}/gl-distribution-list")).json()["items"]
        assert {one["account"] for one in rows} == {"1200", "4000", "2200"}


async def test_the_discount_is_offered_on_what_is_not_retained(clerk: Clerk) -> None:
    header = {"contract": "J-1", "pay_terms": "N30", "invoice_date": "2026-11-10"}
    for option in ("full", "distribute", "off"):
        await clerk.set_company(discount_mode="invoices_and_receipts", tax_on_retainage=option)
        lines = [{"contract_item": "20", "net": "1000.00"}]
        entry = await clerk.entered(await clerk.batch(), **header, lines=lines)
        assert (entry["lines"][0]["retainage"], entry["lines"][0]["discount"]) == ("100.00", "18.00"), option


async def test_a_new_entry_names_what_is_wrong_with_its_header_and_its_lines(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    lines = [{"net": "1.00", "tax_code": "NONE"}, {"net": "1.00", "gl_account": "9999"}]
    misc = [{"code": "NONE"}]
    refused = await clerk.enter(batch_id, customer="E9", lines=lines, misc_distributions=misc)
    places = ["/customer", "/lines/0/tax_code", "/lines/1/gl_account", "/misc_distributions/0/code"]
    assert [one["pointer"] for one in refused.json()["errors"]] == places, refused.text
    refused = await clerk.enter(batch_id, customer="E1", lines=lines, misc_distributions=misc)
    assert [one["pointer"] for one in refused.json()["errors"]] == places[1:], refused.text


def places(answer: httpx.Response) -> list[str]:
    return sorted(one["pointer"] for one in answer.json()["errors"])


async def test_an_entry_and_its_parts_name_unknown_records_beside_invalid_fields(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    header = {"customer": "S0", "contract": "C-0", "pay_terms": "NEVER", "receivable_type": 99, "due_on": "soon"}
    line = {"net": "x", "gl_account": "0", "tax_code": "NONE"}
    refused = await clerk.enter(batch_id, **header, lines=[line], misc_distributions=[{"code": "NONE", "amount": "x"}])
    assert places(refused) == sorted(
        [
            *("/due_on", "/customer", "/contract", "/pay_terms", "/receivable_type"),
            *("/lines/0/net", "/lines/0/gl_account", "/lines/0/tax_code"),
            *("/misc_distributions/0/amount", "/misc_distributions/0/code"),
        ]
    )
    entry = await clerk.entered(batch_id, customer="E1")
    path = f"/v1/batches/{batch_id}/entries/{entry['seq']}"
    changed = await clerk.change("PATCH", path, 1, due_on="soon", pay_terms="NEVER")
    assert places(changed) == ["/due_on", "/pay_terms"]
    added = await clerk.change("POST", f"{path}/lines", 1, **line)
    assert places(added) == ["/gl_account", "/net", "/tax_code"]
    misc = await clerk.change("POST", f"{path}/misc-distributions", 1, code="NONE", amount="x")
    assert places(misc) == ["/amount", "/code"]
