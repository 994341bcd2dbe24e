"""An entry is replaced as a whole, by the same rules as its header and its lines one by one."""

from typing import Any

import httpx
import pytest

from tests.fixtures.clerk import Clerk

OWN = {"changed_at", "seq", "revision", "warnings"}
FIRST: dict[str, Any] = {
    "customer": "E1",
    "description": "First",
    "purchase_order": "PO-1",
    "lines": [{"net": "100.00"}, {"net": "50.00", "tax_code": "T5"}],
    "misc_distributions": [{"code": "CITY", "amount": "3.00"}],
}
BODIES: list[dict[str, Any]] = [
    FIRST,
    {"customer": "E2", "lines": [{"net": "7.00"}], "misc_distributions": [{"code": "CITY"}, {"code": "COMMISSION"}]},
    {"contract": "J-1", "lines": [{"contract_item": "10", "contract_units": "2", "net": "20.00"}]},
    {"customer": "E1", "invoice_number": "A-1", "invoice_date": "2026-11-05"},
]


async def put(clerk: Clerk, path: str, revision: int, body: dict[str, Any]) -> httpx.Response:
    return await clerk.client.put(path, json=body, headers={"if-match": f'"{revision}"'})


async def test_a_replaced_entry_is_as_if_it_had_been_entered_so(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, **FIRST)
    path = f"/v1/batches/{batch_id}/entries/1"
    for revision, body in enumerate(BODIES, start=1):
        fresh = await clerk.entered(batch_id, **body)
        answer = await put(clerk, path, revision, body)
        assert (answer.status_code, answer.headers["etag"]) == (200, f'"{revision + 1}"'), answer.text
        replaced = answer.json()
        for entry in (fresh, replaced):
            for number, line in enumerate(entry["lines"], start=1):
                line["line"] = number
        assert {name: replaced[name] for name in replaced.keys() - OWN} == {
            name: fresh[name] for name in fresh.keys() - OWN
        }


async def test_a_line_that_stays_keeps_its_number_and_fixes_the_header(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, **FIRST)
    path = f"/v1/batches/{batch_id}/entries/1"
    lines = [{"net": "1.00"}, {"line": 2, "net": "60.00", "tax_code": "T5"}, {"net": "2.00"}]
    changed = (await put(clerk, path, 1, {"lines": lines})).json()
    assert [(one["line"], one["amount"]) for one in changed["lines"]] == [(2, "63.00"), (3, "1.00"), (4, "2.00")]
    assert (changed["customer"], changed["description"], changed["misc_distributions"]) == ("E1", "", [])
    refused = await put(clerk, path, 2, {"customer": "E2", "lines": [{"line": 2, "net": "1.00"}]})
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/customer"]
    assert (await put(clerk, path, 2, {"customer": "E2", "lines": [{"net": "1.00"}]})).json()["customer"] == "E2"


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"customer": "E1", "lines": [{"net": "1.00"}, {"net": "1", "tax": "5.00"}, {}]}, ["/lines/1/tax", "/lines/2/net"]),
        ({"customer": "E1", "lines": [{"line": 9, "net": "1.00"}]}, ["/lines/0/line"]),
        ({"lines": [{"line": 1, "net": "1.00"}, {"line": 1, "net": "1.00"}]}, ["/lines/1/line"]),
        ({"lines": [{"net": "1.00"}]}, ["/customer"]),
        ({"customer": "E9", "lines": [{"gl_account": "9"}]}, ["/customer", "/lines/0/gl_account"]),
        ({"customer": "E1", "misc_distributions": [{"code": "CITY"}, {}]}, ["/misc_distributions/1/code"]),
        ({"customer": "E9", "lines": [{"net": 5}]}, ["/lines/0/net", "/customer"]),
    ],
)  # fmt: skip
async def test_a_replacement_with_a_fault_changes_nothing(
    clerk: Clerk, body: dict[str, Any], pointers: list[str]
) -> None:
    batch_id = await clerk.batch()
    before = await clerk.entered(batch_id, **FIRST)
    path = f"/v1/batches/{batch_id}/entries/1"
    answer = await put(clerk, path, 1, body)
    assert answer.status_code == 422, answer.text
    assert [one["pointer"] for one in answer.json()["errors"]] == pointers
    assert (await clerk.client.get(path)).json() == before


async def test_of_two_replacements_at_once_one_is_refused_and_a_version_is_needed(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, **FIRST)
    path = f"/v1/batches/{batch_id}/entries/1"
    assert [(await put(clerk, path, 1, FIRST)).status_code for _ in range(2)] == [200, 412]
    assert (await clerk.client.put(path, json=FIRST)).status_code == 428


async def test_a_posted_invoice_that_was_brought_back_is_replaced_with_its_lines(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"}, {"net": "20.00"}, description="Before")
    batch_id = await clerk.batch()
    body = {"transaction_id": invoice["id"], "action": "change"}
    entry = (await clerk.client.post(f"/v1/batches/{batch_id}/posted-transactions", json=body)).json()
    path = f"/v1/batches/{batch_id}/entries/{entry['seq']}"
    other = await put(clerk, path, 1, {"customer": "E2", "lines": [{"net": "1.00"}]})
    assert [one["pointer"] for one in other.json()["errors"]] == ["/customer"]
    lines = [{"line": 1, "net": "90.00"}, {"line": 2, "net": "20.00"}, {"net": "5.00"}]
    answer = await put(clerk, path, 1, {"description": "After", "lines": lines})
    assert answer.status_code == 200, answer.text
    await clerk.post(batch_id)
    changed = await clerk.invoice(invoice["id"])
    assert (changed["description"], changed["total"], changed["number"]) == ("After", "115.00", invoice["number"])
    assert [(one["line"], one["amount"]) for one in changed["lines"]] == [(1, "90.00"), (2, "20.00"), (3, "5.00")]


async def test_a_replaced_credit_takes_no_more_than_its_invoice_has(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice({"net": "100.00"})
    batch_id = await clerk.batch()
    typed: dict[str, Any] = {"type": "credit_memo", "apply_to": invoice["id"]}
    await clerk.entered(batch_id, **typed, lines=[{"apply_line": 1, "amount": "90.00"}])
    path = f"/v1/batches/{batch_id}/entries/1"
    parts = [{"apply_line": 1, "amount": "60.00"}, {"apply_line": 1, "amount": "40.01"}]
    refused = await put(clerk, path, 1, {**typed, "lines": parts})
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/lines/1/amount"]
    whole = await put(clerk, path, 1, {**typed, "lines": [{"apply_line": 1, "amount": "100.00"}]})
    assert whole.json()["total"] == "-100.00"
