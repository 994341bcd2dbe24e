"""Importing entries from a file, all or none."""

import httpx

from tests.fixtures.clerk import Clerk
from tests.services.receivables.fixtures import Reconciled

HEADING = (
    "entry,type,customer,apply_to,contract,invoice_number,invoice_date,apply_line,contract_item,net,tax_code,amount"
)


async def load(clerk: Clerk, batch_id: int, *rows: str, check: bool = False) -> httpx.Response:
    content = "\n".join([HEADING, *rows]).encode()
    path = f"/v1/batches/{batch_id}/entries/import?check={str(check).lower()}"
    return await clerk.client.post(path, content=content, headers={"content-type": "text/csv"})


async def test_a_file_of_invoices_is_imported_and_posted(clerk: Clerk, reconciled_receivables: Reconciled) -> None:
    batch_id = await clerk.batch()
    rows = ("A,,E2,,,M-1,2026-11-03,,,100.00,,", "A,,E2,,,,,,,20.00,,", "B,,,,J-1,,2026-11-04,,20,1000.00,,")
    checked = await load(clerk, batch_id, *rows, check=True)
    assert (checked.status_code, checked.json()["checked"]) == (200, 2)
    assert (await clerk.read(batch_id))["entries"] == 0
    answer = await load(clerk, batch_id, *rows)
    assert (answer.status_code, answer.json()["imported"]) == (201, 2), answer.text
    batch = await clerk.post(batch_id)
    assert (batch["transactions"], batch["total"]) == (2, "1176.00")
    assert [one["number"] for one in await clerk.invoices(sort="id")] == ["M-1", "100001"]
    await reconciled_receivables()


async def test_credits_in_a_file_count_one_after_the_other(clerk: Clerk, reconciled_receivables: Reconciled) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    batch_id = await clerk.batch()
    number = invoice["number"]
    rows = (f"A,credit_memo,,{number},,,,1,,,,60.00", f"B,write_off,,{number},,,,1,,,,40.01")
    refused = await load(clerk, batch_id, *rows)
    assert refused.json()["errors"] == [
        {"pointer": "line 3, column amount", "detail": "line 1: the open amount is 40.00; this would leave -0.01"}
    ]
    assert (await load(clerk, batch_id, rows[0], rows[1].replace("40.01", "40.00"))).status_code == 201
    await clerk.post(batch_id)
    assert (await clerk.invoice(invoice["id"]))["open"] == "0.00"
    await reconciled_receivables()


async def test_a_file_with_errors_names_every_place_and_imports_nothing(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    answer = await load(
        clerk,
        batch_id,
        "A,,E9,,,,,,,1.00,,",
        "B,,E1,,,,,,,,,",
        "B,,E2,,,,,,,1.00,,",
        "C,credit_memo,E1,77,,,,1,,,,1.00",
        "D,,E1,,,,,,,1.00,NONE,",
    )
    assert [(one["pointer"], one["detail"]) for one in answer.json()["errors"]] == [
        ("line 2, column customer", "company 1 has no customer E9"),
        ("line 3, column net", "is required"),
        ("line 4, column customer", "must be empty or the same as on line 3, which has E1"),
        ("line 5, column apply_to", "there is no posted invoice 77"),
        ("line 6, column tax_code", "there is no active tax code NONE"),
    ]
    assert (await clerk.read(batch_id))["entries"] == 0


async def test_header_and_lines_and_values_that_cannot_be_read_are_reported_together(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    answer = await load(
        clerk,
        batch_id,
        "A,,E9,,,,,,,1.00,NONE,",
        "A,,,,,,,,,2.00,GONE,",
        "B,,E9,,,,soon,,,1.00,NONE,",
        "C,,E1,,,,,,,many,NONE,",
    )
    assert [(one["pointer"], one["detail"]) for one in answer.json()["errors"]] == [
        ("line 2, column customer", "company 1 has no customer E9"),
        ("line 2, column tax_code", "there is no active tax code NONE"),
        ("line 3, column tax_code", "there is no active tax code GONE"),
        ("line 4, column invoice_date", "must be a date, like 2026-11-02"),
        ("line 4, column customer", "company 1 has no customer E9"),
        ("line 4, column tax_code", "there is no active tax code NONE"),
        (*("line 5, column net",), 'must be a decimal number in a string, with at most 2 decimal places, like "12.50"'),
        ("line 5, column tax_code", "there is no active tax code NONE"),
    ]
