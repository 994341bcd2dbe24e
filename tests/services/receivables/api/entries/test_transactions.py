"""Posted transactions of every type as one list."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.fixtures.clerk import Clerk

FILTERS: list[tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]] = [
    ({"type": "credit_memo"}, lambda one: one["type"] == "credit_memo"),
    ({"type": ["credit_memo", "write_off"]}, lambda one: one["type"] in {"credit_memo", "write_off"}),
    ({"customer": "e2"}, lambda one: one["customer"] == "E2"),
    ({"batch_id": 1}, lambda one: one["batch_id"] == 1),
    ({"posted_by": "alamo\\TESTER"}, lambda one: True),
    ({"posted_by": "ALAMO\\other"}, lambda one: False),
    ({"invoice_from": "2026-11-12", "invoice_to": "2026-11-13"}, lambda one: "2026-11-12" <= one["invoice_date"] <= "2026-11-13"),
    ({"search": "1"}, lambda one: "1" in one["invoice_number"]),
    ({"search": "100002"}, lambda one: one["invoice_number"] == "100002"),
    ({"ar_company": 1, "month": "2026-11"}, lambda one: True),
    ({"ar_company": 2}, lambda one: False),
    ({"month": "2026-10"}, lambda one: False),
]  # fmt: skip


async def test_transactions_of_every_type_are_listed_newest_first(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    for customer, day in (("E1", "10"), ("E2", "11")):
        await clerk.entered(batch_id, customer=customer, invoice_date=f"2026-11-{day}", lines=[{"net": "100.00"}])
    await clerk.post(batch_id)
    first, second = [one["id"] for one in await clerk.invoices(sort="id")]
    amending = await clerk.batch()
    for kind, invoice_id, day in (
        ("credit_memo", first, "12"),
        ("write_off", second, "13"),
        ("adjustment", first, "14"),
    ):
        line = {"net": "5.00"} if kind == "adjustment" else {"apply_line": 1, "amount": "20.00"}
        await clerk.entered(amending, type=kind, apply_to=invoice_id, invoice_date=f"2026-11-{day}", lines=[line])
    await clerk.post(amending)
    read = (await clerk.client.get("/v1/transactions")).json()
    assert [(one["type"], one["invoice_id"], one["total"]) for one in read["items"]] == [
        ("adjustment", first, "5.00"),
        ("write_off", second, "-20.00"),
        ("credit_memo", first, "-20.00"),
        ("invoice", second, "105.00"),
        ("invoice", first, "100.00"),
    ]
    for query, matches in FILTERS:
        expected = [one for one in read["items"] if matches(one)]
        page = (await clerk.client.get("/v1/transactions", params=query)).json()
        assert page["items"] == expected, query
        assert (page["totals"]["count"], Decimal(page["totals"]["total"])) == (
            len(expected),
            sum(Decimal(one["total"]) for one in expected),
        )
    page = (await clerk.client.get("/v1/transactions", params={"limit": 3, "sort": "invoice_date"})).json()
    rest = await clerk.client.get("/v1/transactions", params={"sort": "invoice_date", "cursor": page["next_cursor"]})
    assert [*page["items"], *rest.json()["items"]] == read["items"][::-1]
    file = await clerk.client.get("/v1/transactions", headers={"accept": "text/csv"})
    assert len(file.text.splitlines()) == 1 + len(read["items"])
