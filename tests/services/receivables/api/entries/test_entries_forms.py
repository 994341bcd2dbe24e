"""The defaults of headers and lines, which fields are open, and that the same rules check what is sent."""

from typing import Any

import pytest

from shared.database.pool import Database
from tests.fixtures.clerk import Clerk
from tests.fixtures.exchange import exchange
from tests.fixtures.exchange import work_off as rate_all
from tests.fixtures.ledgers import Company, Enter
from tests.services.receivables.fixtures import Export, Reconciled

LINE = {"net": "100.00"}


async def form(clerk: Clerk, line: dict[str, Any] | None = None, **header: Any) -> dict[str, Any]:
    body = {"ar_company": 1, "header": header, "line": line or {}}
    answer = await clerk.client.post("/v1/entry-forms", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_form_of_an_invoice_says_what_follows_from_customer_and_terms(clerk: Clerk) -> None:
    await clerk.set_company(discount_mode="invoices_and_receipts")
    found = await form(clerk, customer="E2", invoice_date="2026-11-10")
    header = {name: (one["default"], one["open"]) for name, one in found["header"].items()}
    assert header["pay_terms"] == ("N30", True)
    assert (header["due_on"], header["discount_on"]) == (("2026-12-10", True), ("2026-11-25", True))
    assert header["receivable_type"] == (1, False)
    assert found["header"]["receivable_type"]["reason"] == "the company does not allow other receivable types"
    assert header["apply_to"] == (None, False)
    line = await form(clerk, {"net": "100.00"}, customer="E2", invoice_date="2026-11-10")
    values = {name: (one["default"], one["open"]) for name, one in line["line"].items()}
    assert (values["tax_code"], values["tax"], values["discount"]) == (("T5", True), ("5.00", False), ("2.00", True))
    assert values["gl_account"] == ("4000", True)


async def test_a_contract_line_follows_its_item(clerk: Clerk) -> None:
    found = await form(clerk, {"contract_item": "10"}, contract="J-1")
    assert found["header"]["customer"]["default"] == "E1"
    line = found["line"]
    assert (line["line_type"]["default"], line["line_type"]["open"]) == ("contract", False)
    assert (line["um"]["default"], line["contract_units"]["required"]) == ("SF", True)
    assert line["gl_account"]["reason"] == "is taken from the contract item; the company does not allow other accounts"
    lump = (await form(clerk, {"contract_item": "20"}, contract="J-1"))["line"]
    assert (lump["contract_units"]["open"], lump["contract_units"]["reason"]) == (False, "a lump-sum item has no units")


async def test_what_the_form_closes_the_write_refuses(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    refused = await clerk.enter(batch_id, customer="E1", receivable_type=2, discount_on="2026-11-30")
    assert refused.json()["errors"] == [
        {"pointer": "/receivable_type", "detail": "the company does not allow other receivable types"},
        {"pointer": "/discount_on", "detail": "the company does not offer discounts on invoices"},
    ]
    await clerk.set_company(allow_receivable_type_override=True)
    assert (await clerk.entered(batch_id, customer="E1", receivable_type=2))["receivable_type"] == 2


async def test_once_there_are_lines_the_header_keeps_what_the_lines_rest_on(clerk: Clerk) -> None:
    await clerk.set_company(allow_receivable_type_override=True)
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, customer="E1", lines=[LINE])
    path = f"/v1/batches/{batch_id}/entries/1"
    typed = {"customer": "E2", "contract": "J-1", "type": "credit_memo", "invoice_number": "77", "receivable_type": 2}
    for name, value in typed.items():
        refused = await clerk.change("PATCH", path, 1, **{name: value})
        assert refused.json()["errors"] == [
            {"pointer": f"/{name}", "detail": "cannot be changed while the entry has lines; delete them first"}
        ], refused.text
    assert (await clerk.change("DELETE", f"{path}/lines/1", 1)).status_code == 200
    changed = (await clerk.change("PATCH", path, 2, customer="E2", receivable_type=2)).json()
    assert (changed["customer"], changed["receivable_type"], changed["pay_terms"]) == ("E2", 2, "N30")


@pytest.mark.parametrize(
    ("header", "pointer", "detail"),
    [
        ({"customer": "E2", "contract": "J-1"}, "/contract", "contract J-1 belongs to customer E1"),
        ({"contract": "J-2"}, "/contract", "contract J-2 is soft-closed"),
        ({"contract": "J-3"}, "/contract", "contract J-3 is hard-closed"),
        ({"customer": "E9"}, "/customer", "company 1 has no customer E9"),
        ({}, "/customer", "is required"),
        ({"customer": "E1", "pay_terms": "N99"}, "/pay_terms", "there are no active pay terms N99"),
        ({"type": "credit_memo"}, "/apply_to", "is required"),
        ({"type": "credit_memo", "apply_to": 99}, "/apply_to", "company 1 has no posted invoice with id 99"),
    ],
)
async def test_a_header_that_does_not_fit_is_refused(
    clerk: Clerk, header: dict[str, Any], pointer: str, detail: str
) -> None:
    refused = await clerk.enter(await clerk.batch(), **header)
    assert {"pointer": pointer, "detail": detail} in refused.json()["errors"]


async def test_a_line_cannot_post_to_an_account_of_what_customers_owe(clerk: Clerk) -> None:
    refused = await clerk.enter(await clerk.batch(), customer="E1", lines=[{**LINE, "gl_account": "1250"}])
    detail = "account 1250 is reserved for what customers owe; choose a revenue account"
    assert refused.json()["errors"] == [{"pointer": "/lines/0/gl_account", "detail": detail}]


async def test_an_entry_cannot_apply_to_an_invoice_of_another_company(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice(LINE)
    other = await clerk.batch(ar_company=2)
    refused = await clerk.enter(other, type="credit_memo", apply_to=invoice["id"])
    detail = f"company 2 has no posted invoice with id {invoice['id']}"
    assert {"pointer": "/apply_to", "detail": detail} in refused.json()["errors"]


async def test_a_soft_closed_contract_and_a_held_customer_are_the_companys_choice(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    held = await clerk.entered(batch_id, customer="E3")
    assert [one["rule"] for one in held["warnings"]] == ["CUSTOMER_ON_HOLD"]
    await clerk.set_company(allow_soft_closed_contracts=True, customers_on_hold="refuse")
    assert (await clerk.entered(batch_id, contract="J-2"))["customer"] == "E1"
    refused = await clerk.enter(batch_id, customer="E3")
    assert refused.json()["errors"] == [{"pointer": "/customer", "detail": "customer E3 is on hold"}]


async def test_a_number_in_use_warns_wherever_it_stands_and_is_allowed(clerk: Clerk) -> None:
    await clerk.post_invoice(LINE, invoice_number="A-7")
    other = await clerk.batch()
    await clerk.entered(other, customer="E2", invoice_number="a-7", lines=[LINE])
    number = (await clerk.client.get("/v1/job-billings", params={"search": "99002"})).json()["items"][0]
    batch_id = await clerk.batch()
    entry = await clerk.entered(batch_id, customer="E1", invoice_number=" A-7 ".strip(), lines=[LINE])
    assert [one["detail"] for one in entry["warnings"]] == [
        "invoice number A-7 is in use on a posted invoice of this customer: batch month 2026-11, id 1, seq 1",
        "invoice number a-7 is in use on an unposted invoice of customer E2: batch month 2026-11, id 2, seq 1",
    ]
    billed = await clerk.entered(batch_id, customer="E1", invoice_number=number["invoice_number"], lines=[LINE])
    assert [one["detail"] for one in billed["warnings"]] == [
        "invoice number 99002 is in use on a bill of JB company 11: month 2026-11, id 1, seq 1"
    ]
    batch = await clerk.post(batch_id)
    assert (batch["status"], batch["warnings"], batch["transactions"]) == ("posted", 3, 2)


async def test_a_bill_of_job_billing_counts_until_it_is_interfaced_whatever_its_state(clerk: Clerk) -> None:
    """Active, changed or deleted bills of all JB companies of this AR company count, on entry and on validation."""
    companies = "number,name,ar_company\n21,Ours,1\n22,Ours too,1\n23,Theirs,2\n"
    bills = "\n".join(
        [
            "jb_company,bill_month,bill_id,seq,contract,invoice_number,status,interfaced",
            *("21,2026-11,1,1,C-1,B-1,active,no", "22,2026-11,2,1,C-1,b-1,changed,no"),
            *(
                "21,2026-11,3,2,C-1,B-1,deleted,no",
                "21,2026-11,4,1,C-1,B-1,active,yes",
                "23,2026-11,5,1,C-1,B-1,active,no",
            ),
        ]
    )
    for noun, content in (("jb-companies", companies), ("job-billings", bills)):
        loaded = await clerk.client.post(f"/v1/{noun}/import", content=content, headers={"content-type": "text/csv"})
        assert loaded.status_code == 201, loaded.text
    batch_id = await clerk.batch()
    entry = await clerk.entered(batch_id, customer="E1", invoice_number=" B-1 ", lines=[LINE])
    places = [
        *("JB company 21: month 2026-11, id 1, seq 1", "JB company 22: month 2026-11, id 2, seq 1"),
        "JB company 21: month 2026-11, id 3, seq 2",
    ]
    assert [one["detail"].partition("a bill of ")[2] for one in entry["warnings"]] == places
    assert (await clerk.validate(batch_id))["status"] == "warnings"
    found = await clerk.findings(batch_id)
    assert [one["detail"].partition("a bill of ")[2] for one in found] == places
    assert {(one["rule"], one["severity"]) for one in found} == {("DUPLICATE_NUMBER", "warning")}


async def test_a_number_must_be_typed_where_the_company_does_not_number(clerk: Clerk) -> None:
    await clerk.set_company(auto_number_invoices=False)
    refused = await clerk.enter(await clerk.batch(), customer="E1", lines=[LINE])
    assert refused.json()["errors"] == [{"pointer": "/invoice_number", "detail": "is required"}]
    assert (await clerk.post_invoice(LINE, invoice_number="M-1"))["number"] == "M-1"


async def test_automatic_numbers_skip_those_that_somebody_typed(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    await clerk.post_invoice(LINE, invoice_number="100002")
    waiting = await clerk.batch()
    await clerk.entered(waiting, customer="E1", invoice_number="100003", lines=[LINE])
    batch_id = await clerk.batch()
    for _ in range(2):
        await clerk.entered(batch_id, customer="E1", lines=[LINE])
    await clerk.post(batch_id)
    numbers = [one["number"] for one in await clerk.invoices(sort="id")]
    assert numbers == ["100002", "100001", "100004"]
    await reconciled_receivables()


async def test_automatic_numbers_skip_those_of_bills_that_are_not_interfaced(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    rows = ["jb_company,bill_month,bill_id,seq,contract,invoice_number,status,interfaced"]
    states = (("1", "active", "no"), ("1", "changed", "no"), ("2", "deleted", "no"), ("1", "active", "yes"))
    for number, (company, status, interfaced) in enumerate(states, start=1):
        rows.append(f"{company},2026-11,{number},1,J-1,10000{number},{status},{interfaced}")
    for noun, content in (
        ("jb-companies", "number,name,ar_company\n1,Building,1\n2,Roads,1\n"),
        ("job-billings", "\n".join(rows)),
    ):
        loaded = await clerk.client.post(f"/v1/{noun}/import", content=content, headers={"content-type": "text/csv"})
        assert loaded.status_code == 201, loaded.text
    for _ in range(2):
        await clerk.post_invoice(LINE)
    assert [one["number"] for one in await clerk.invoices(sort="id")] == ["100004", "100005"]
    await reconciled_receivables()


async def test_a_customer_over_his_credit_limit_warns(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    first = await clerk.entered(batch_id, customer="E2", lines=[{"net": "950.00", "tax_code": None}])
    assert (first["warnings"], first["tax"]) == ([], "0.00")
    second = await clerk.entered(batch_id, customer="E2", lines=[{"net": "100.00"}])
    assert [one["detail"] for one in second["warnings"]] == [
        "customer E2 will owe 1055.00, but the credit limit is 1000.00"
    ]
    assert (await clerk.validate(batch_id))["status"] == "warnings"
    assert [(one["seq"], one["rule"]) for one in await clerk.findings(batch_id)] == [(2, "CREDIT_LIMIT")]


async def test_the_credit_limit_counts_a_rated_order_once_before_and_after_it_is_invoiced(
    company: Company,
    enter: Enter,
    export: Export,
    clerk: Clerk,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, _ = company
    (customer,) = (await clerk.client.get("/v1/customers", params={"search": "S1001"})).json()["items"]
    limit = {"credit_limit": "150.00"}
    await clerk.client.patch(f"/v1/customers/{customer['id']}", json=limit, headers={"if-match": '"1"'})
    batch_id = await clerk.batch()
    before = await clerk.entered(batch_id, customer="S1001", lines=[{**LINE, "tax_code": None}])
    assert before["warnings"] == []
    await enter("W1")
    await rating.post("/v1/rating-runs", json={})
    await rate_all(rating_database)
    await exchange(rating_database, receivables_database)
    assert await limit_warnings(clerk, batch_id) == ["customer S1001 will owe 180.00, but the credit limit is 150.00"]
    assert (await export())["exported"] == 1
    assert await limit_warnings(clerk, batch_id) == ["customer S1001 will owe 180.00, but the credit limit is 150.00"]


async def limit_warnings(clerk: Clerk, batch_id: int) -> list[str]:
    await clerk.validate(batch_id)
    return [one["detail"] for one in await clerk.findings(batch_id) if one["rule"] == "CREDIT_LIMIT"]


async def test_nobody_who_is_on_hold_or_over_his_limit_is_refused_a_credit(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "1500.00"}, customer="E2")
    (customer,) = (await clerk.client.get("/v1/customers", params={"search": "E2"})).json()["items"]
    held = await clerk.client.patch(
        f"/v1/customers/{customer['id']}", json={"status": "hold"}, headers={"if-match": '"1"'}
    )
    assert held.status_code == 200, held.text
    await clerk.set_company(customers_on_hold="refuse")
    batch_id = await clerk.batch()
    lines = [{"apply_line": 1, "amount": "10.00"}]
    credit = await clerk.entered(batch_id, type="credit_memo", apply_to=invoice["id"], lines=lines)
    assert credit["warnings"] == []
    assert (await clerk.post(batch_id))["status"] == "posted"


async def test_a_tax_code_that_was_removed_stays_removed(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, customer="E2", lines=[LINE])
    path = f"/v1/batches/{batch_id}/entries/1/lines/1"
    assert (await clerk.change("PATCH", path, 1, tax_code=None)).json()["tax"] == "0.00"
    assert (await clerk.change("PATCH", path, 2, net="200.00")).json()["tax"] == "0.00"
    assert (await clerk.change("PATCH", path, 3, tax_code="T5")).json()["total"] == "210.00"


async def test_misc_distributions_take_what_is_left_by_default_and_touch_nothing(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, customer="E2", lines=[LINE], misc_distributions=[{"code": "CITY"}])
    path = f"/v1/batches/{batch_id}/entries/1"
    smaller = await clerk.change("PATCH", f"{path}/misc-distributions/1", 1, amount="30.00")
    assert smaller.json()["next_misc_amount"] == "70.00"
    second = await clerk.change("POST", f"{path}/misc-distributions", 2, code="COMMISSION")
    assert [(one["row"], one["amount"]) for one in second.json()["misc_distributions"]] == [(1, "30.00"), (2, "70.00")]
    removed = await clerk.change("DELETE", f"{path}/misc-distributions/1", 3)
    assert [one["row"] for one in removed.json()["misc_distributions"]] == [2]
    assert (await clerk.post(batch_id))["total"] == "105.00"


async def test_misc_distributions_of_a_credit_are_negative_by_default(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice(LINE, customer="E2")
    lines = [{"apply_line": 1, "amount": "52.50"}]
    entry = await clerk.entered(
        await clerk.batch(),
        type="credit_memo",
        apply_to=invoice["id"],
        lines=lines,
        misc_distributions=[{"code": "CITY", "amount": "-20.00"}, {"code": "CITY"}],
    )
    assert [one["amount"] for one in entry["misc_distributions"]] == ["-20.00", "-30.00"]


@pytest.mark.parametrize(
    ("option", "rows", "amount"),
    [
        (
            "full",
            [
                ("1200", "945.00", "0.00"),
                ("1250", "105.00", "0.00"),
                ("4000", "0.00", "1000.00"),
                ("2200", "0.00", "50.00"),
            ],
            "1050.00",
        ),
        (
            "distribute",
            [
                *[("1200", "945.00", "0.00"), ("1250", "105.00", "0.00"), ("4000", "0.00", "1000.00")],
                *[("2200", "0.00", "45.00"), ("2210", "0.00", "5.00")],
            ],
            "1050.00",
        ),
        (
            "off",
            [
                ("1200", "945.00", "0.00"),
                ("1250", "100.00", "0.00"),
                ("4000", "0.00", "1000.00"),
                ("2200", "0.00", "45.00"),
            ],
            "1045.00",
        ),
    ],
)
async def test_tax_on_retainage_by_the_companys_option(
    clerk: Clerk, reconciled_receivables: Reconciled, option: str, rows: list[tuple[str, str, str]], amount: str
) -> None:
    await clerk.set_company(tax_on_retainage=option)
    invoice = await clerk.post_invoice({"contract_item": "20", "net": "1000.00"}, contract="J-1")
    assert invoice["total"] == amount
    assert [(one["account"], one["debit"], one["credit"]) for one in invoice["distributions"]] == rows
    await reconciled_receivables()


async def draft(clerk: Clerk, batch_id: int, **body: Any) -> dict[str, Any]:
    answer = await clerk.client.post(f"/v1/batches/{batch_id}/entry-forms", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_lines_that_are_only_entered_fix_the_header_until_they_are_gone(clerk: Clerk) -> None:
    await clerk.set_company(allow_receivable_type_override=True)
    batch_id = await clerk.batch()
    header = {"customer": "E1", "receivable_type": 2}
    free = (await draft(clerk, batch_id, header=header))["header"]
    assert (free["customer"]["open"], free["receivable_type"]["open"]) == (True, True)
    fixed = (await draft(clerk, batch_id, header=header, lines=[LINE], has_lines=True))["header"]
    for name, value in header.items():
        assert (fixed[name]["open"], fixed[name]["default"]) == (False, value)
        assert fixed[name]["reason"] == "cannot be changed while the entry has lines; delete them first"
    assert fixed["description"]["open"]
    # Of a saved entry, the lines that stay fix it; once all of them are gone, everything is open, whatever was saved.
    await clerk.entered(batch_id, customer="E1", lines=[LINE])
    kept = await draft(clerk, batch_id, seq=1, header={"customer": "E1"}, lines=[LINE], keeps_lines=True)
    assert not kept["header"]["receivable_type"]["open"]
    other = await draft(clerk, batch_id, seq=1, header={"customer": "E2", "receivable_type": 2}, lines=[LINE])
    assert (other["header"]["receivable_type"]["open"], other["faults"]) == (True, [])


async def test_a_draft_has_the_forms_of_all_lines_and_says_what_a_field_resets(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    lines = [{"net": "100.00"}, {"line_type": "contract"}]
    found = await draft(clerk, batch_id, header={"customer": "E2"}, lines=lines, has_lines=True)
    first, second = found["lines"]
    assert (first["tax"]["default"], first["contract_units"]["open"]) == ("5.00", False)
    assert first["net"]["resets"] == ["retainage", "tax_basis", "tax", "discount"]
    assert second["contract_units"]["open"]
    assert found["header"]["pay_terms"]["resets"] == ["due_on", "discount_on"]
    assert found["header"]["pay_terms"]["clearable"]
    assert {fault["pointer"] for fault in found["faults"]} >= {"/lines/1/line_type"}
    without = await draft(clerk, batch_id, header={}, lines=lines)
    assert (without["lines"], without["faults"]) == ([], [{"pointer": "/header/customer", "detail": "is required"}])


async def test_a_draft_warns_of_a_number_in_use_with_its_batch_and_seq(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, customer="E1", invoice_number="A-77", lines=[LINE])
    header = {"customer": "E2", "invoice_number": "a-77"}
    (warning,) = (await draft(clerk, batch_id, header=header, lines=[LINE]))["warnings"]
    assert (warning["rule"], warning["field"]) == ("DUPLICATE_NUMBER", "invoice_number")
    assert "seq 1" in warning["detail"]
    # Its own number does not warn.
    own = await draft(clerk, batch_id, seq=1, header={"customer": "E1", "invoice_number": "A-77"}, keeps_lines=True)
    assert own["warnings"] == []
