"""Automatic write-offs: previewed, created in a batch, posted and undone."""

from typing import Any

from sqlalchemy import text

from shared.database.pool import Database
from tests.fixtures.clerk import Clerk
from tests.fixtures.ledgers import key
from tests.services.receivables.fixtures import Reconciled

OLD = {"invoice_date": "2026-10-05"}
BY_INVOICE = {"kind": "invoice_balance", "ar_company": 1, "older_than": "2026-11-01", "limit": "50.00"}


async def preview(clerk: Clerk, **criteria: Any) -> tuple[list[Any], list[Any]]:
    answer = await clerk.client.post("/v1/write-offs/preview", json=criteria)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return (
        [(row["number"], row["amount"]) for row in found["taken"]],
        [(one["number"], one["reason"]) for one in found["skipped"]],
    )


async def make(clerk: Clerk, name: str, **criteria: Any) -> Any:
    body = {"month": "2026-11", **criteria}
    return await clerk.client.post("/v1/write-offs", json=body, headers=key(name))


async def test_small_old_invoices_are_written_off_after_a_review(
    clerk: Clerk, reconciled_receivables: Reconciled
) -> None:
    small = await clerk.post_invoice({"net": "40.00", "tax_code": "T5"}, **OLD)
    large = await clerk.post_invoice({"net": "60.00"}, **OLD)
    await clerk.post_invoice({"net": "10.00"}, invoice_date="2026-11-01")
    taken, skipped = await preview(clerk, **BY_INVOICE)
    assert taken == [(small["number"], "42.00")]
    assert skipped == [(large["number"], "60.00 is due, more than the limit of 50.00")]
    made = (await make(clerk, "small", **BY_INVOICE)).json()
    assert (made["batch"]["source"], made["batch"]["status"], made["batch"]["entered"]) == (
        "write_off",
        "open",
        "-42.00",
    )
    await clerk.post(made["batch"]["id"])
    after = await clerk.invoice(small["id"])
    assert (after["status"], after["open"]) == ("written_off", "0.00")
    await reconciled_receivables()


async def test_an_account_is_written_off_whole_or_not_at_all(clerk: Clerk) -> None:
    first = await clerk.post_invoice({"net": "30.00"}, **OLD)
    second = await clerk.post_invoice({"net": "20.00"}, **OLD)
    other = await clerk.post_invoice({"net": "51.00"}, customer="E3", **OLD)
    criteria = {**BY_INVOICE, "kind": "account_balance"}
    taken, skipped = await preview(clerk, **criteria)
    assert taken == [(first["number"], "30.00"), (second["number"], "20.00")]
    assert skipped == [(other["number"], "customer E3 owes 51.00, more than the limit of 50.00")]


async def test_the_filters_and_both_dates_narrow_what_is_looked_at(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "30.00"}, **OLD)
    found: tuple[list[Any], list[Any]] = ([(invoice["number"], "30.00")], [])
    assert await preview(clerk, **BY_INVOICE, customers=["E1"], receivable_types=[1], start_on="2026-10-05") == found
    assert await preview(clerk, **BY_INVOICE, customers=["E2"]) == ([], [])
    assert await preview(clerk, **BY_INVOICE, start_on="2026-10-06") == ([], [])
    assert await preview(clerk, **BY_INVOICE, contracts=["J-1"]) == ([], [])
    assert await preview(clerk, **{**BY_INVOICE, "older_than": "2026-10-05"}) == ([], [])
    by_days = {name: value for name, value in BY_INVOICE.items() if name != "older_than"}
    assert await preview(clerk, **by_days, older_than_days=0) == found
    assert await preview(clerk, **by_days, older_than_days=3650) == ([], [])


async def test_what_waits_in_a_batch_is_not_written_off_again(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "30.00"}, **OLD)
    await make(clerk, "first", **BY_INVOICE)
    assert await preview(clerk, **BY_INVOICE) == ([], [(invoice["number"], "nothing is due")])
    again = await make(clerk, "second", **BY_INVOICE)
    assert (again.status_code, again.json()["code"]) == (409, "NOTHING_TO_WRITE_OFF")


async def test_over_the_four_eyes_limit_write_offs_await_approval_and_an_edit_voids_it(clerk: Clerk) -> None:
    for net in ("30.00", "20.00"):
        await clerk.post_invoice({"net": net}, **OLD)
    await clerk.set_company(four_eyes_limit="49.99")
    batch_id = (await make(clerk, "many", **BY_INVOICE)).json()["batch"]["id"]
    await clerk.validate(batch_id)
    assert (await clerk.send(batch_id)).json()["status"] == "awaiting_approval"
    await clerk.change("DELETE", f"/v1/batches/{batch_id}/entries/2", 1)
    assert (await clerk.read(batch_id))["status"] == "open"
    assert (await clerk.post(batch_id))["status"] == "posted", "30.00 is within the limit"


async def test_finance_charges_are_written_off_to_their_own_account(
    clerk: Clerk, receivables_database: Database, reconciled_receivables: Reconciled
) -> None:
    invoice = await clerk.post_invoice({"net": "100.00", "tax_code": "T5"}, **OLD)
    await charge(receivables_database, invoice["id"], "36.00")
    taken, _ = await preview(
        clerk, kind="finance_charges", ar_company=1, older_than="2026-11-01", percent="50", spread="from_line_1"
    )
    assert taken == [(invoice["number"], "18.00")]
    made = await make(clerk, "charges", kind="finance_charges", ar_company=1, older_than="2026-11-01", amount="0")
    await clerk.post(made.json()["batch"]["id"])
    after = await clerk.invoice(invoice["id"])
    assert (after["open"], after["status"]) == ("105.00", "partly_settled")
    assert [(one["account"], one["debit"], one["credit"]) for one in after["distributions"]][-2:] == [
        ("6210", "36.00", "0.00"),
        ("1290", "0.00", "36.00"),
    ]
    await reconciled_receivables()


async def charge(database: Any, invoice_id: int, amount: str) -> None:
    """Posts a finance charge on line 1 directly, because receivables cannot calculate finance charges yet."""
    async with database.transaction() as session:
        for statement in (
            """INSERT INTO ar_transaction (id, ar_company, month, number, batch_id, seq, type, customer_id, invoice_number,
                   receivable_type, ar_account, invoice_date, due_on, net, tax, total, gl_rows, applies_to_id, posted_by)
               SELECT nextval('ar_transaction_id_seq'), ar_company, month, 2, batch_id, 2, 'adjustment', customer_id,
                   invoice_number, receivable_type, ar_account, invoice_date, due_on, :amount, 0, :amount, 2, id, 'x'
               FROM ar_transaction WHERE id = :id""",
            """INSERT INTO ar_line (transaction_id, line, description, gl_account, quantity, unit_rate, amount, tax, taxable,
                   applies_to_id, applies_to_line, finance_charge, charge_account, charge_counter_account)
               SELECT id, 1, 'Finance charge', '4000', 0, 0, :amount, 0, false, :id, 1, :amount, '1290', '4090'
               FROM ar_transaction WHERE number = 2""",
            """INSERT INTO gl_distribution (transaction_id, position, line, gl_company, month, account, debit, credit)
               SELECT t.id, row.position, 1, 1, t.month, row.account, row.debit * :amount, row.credit * :amount
               FROM ar_transaction t CROSS JOIN (VALUES (1, '1290', 1, 0), (2, '4090', 0, 1))
                   AS row (position, account, debit, credit)
               WHERE t.number = 2""",
        ):
            from decimal import Decimal

            await session.execute(text(statement), {"id": invoice_id, "amount": Decimal(amount)})
        await session.execute(text("UPDATE number_series SET last_number = 2 WHERE series = 'transaction 2026-11'"))


async def test_a_write_off_is_undone_by_its_mirror_once(clerk: Clerk, reconciled_receivables: Reconciled) -> None:
    invoice = await clerk.post_invoice({"contract_item": "20", "net": "1000.00"}, contract="J-1")
    batch_id = await clerk.batch()
    lines = [{"apply_line": 1, "amount": "1050.00"}]
    await clerk.entered(batch_id, type="write_off", apply_to=invoice["id"], lines=lines)
    await clerk.post(batch_id)
    (written,) = (await clerk.invoice(invoice["id"]))["amendments"]
    path = f"/v1/invoices/{invoice['id']}/write-offs/{written['id']}/undo"
    undone = await clerk.client.post(path, json={"reason": "Paid after all", "month": "2026-11"}, headers=key("undo"))
    assert (undone.status_code, undone.json()["warnings"]) == (201, []), undone.text
    after = undone.json()["invoice"]
    assert (after["status"], after["open"]) == ("open", "1050.00")
    assert [(one["account"], one["debit"], one["credit"]) for one in after["distributions"]][-4:] == [
        ("1200", "945.00", "0.00"),
        ("1250", "105.00", "0.00"),
        ("6200", "0.00", "1000.00"),
        ("2200", "0.00", "50.00"),
    ]
    again = await clerk.client.post(path, json={"reason": "Again", "month": "2026-11"}, headers=key("again"))
    assert (again.status_code, again.json()["code"]) == (409, "NOT_FOR_BATCH")
    await reconciled_receivables()


async def test_the_date_of_an_undo_that_looks_wrong_warns(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "10.00", "tax_code": None})
    batch_id = await clerk.batch()
    await clerk.entered(
        batch_id, type="write_off", apply_to=invoice["id"], lines=[{"apply_line": 1, "amount": "10.00"}]
    )
    await clerk.post(batch_id)
    (written,) = (await clerk.invoice(invoice["id"]))["amendments"]
    body = {"reason": "Paid after all", "month": "2026-11", "undo_date": "2024-01-31"}
    path = f"/v1/invoices/{invoice['id']}/write-offs/{written['id']}/undo"
    undone = await clerk.client.post(path, json=body, headers=key("undo"))
    rules = [(one["field"], one["rule"]) for one in undone.json()["warnings"]]
    assert rules == [("undo_date", "DATED_BEFORE_INVOICE"), ("undo_date", "DATE_FAR_FROM_MONTH")], undone.text


async def test_criteria_name_what_exists(clerk: Clerk) -> None:
    await clerk.post_invoice({"net": "2.00"}, **OLD)
    criteria = {"kind": "invoice_balance", "ar_company": 1, "older_than": "2026-11-01", "limit": "5.00"}
    names = {"customers": ["E1", "E9"], "receivable_types": [1, 250], "contracts": ["J-1", "J-9"]}
    for path, wrong, pointers in (
        ("/v1/write-offs/preview", names, ["/customers/1", "/receivable_types/1", "/contracts/1"]),
        ("/v1/write-offs", names, ["/customers/1", "/receivable_types/1", "/contracts/1"]),
        ("/v1/write-offs/preview", {"ar_company": 77}, ["/ar_company"]),
    ):
        refused = await clerk.client.post(path, json={**criteria, **wrong}, headers=key(f"{path} {wrong}"))
        assert (refused.status_code, refused.json()["code"]) == (422, "UNKNOWN_REFERENCE"), refused.text
        assert [one["pointer"] for one in refused.json()["errors"]] == pointers
    found = await clerk.client.post("/v1/write-offs/preview", json={**criteria, "customers": ["E1"]})
    assert len(found.json()["taken"]) == 1
