"""Miscellaneous distributions of posted transactions, for reports."""

from typing import Any

from tests.fixtures.clerk import Clerk


async def listed(clerk: Clerk, **query: Any) -> list[tuple[str, str, str]]:
    page = (await clerk.client.get("/v1/misc-distributions", params=query)).json()
    assert page["totals"]["count"] == len(page["items"])
    return [(one["customer"], one["code"], one["amount"]) for one in page["items"]]


async def test_misc_distributions_are_listed_as_the_last_change_left_them(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    for customer, day in (("E1", "10"), ("E2", "11"), ("E1", "12")):
        rows = [{"code": "CITY", "amount": "1.00", "distributed_on": f"2026-11-{day}"}, {"code": "COMMISSION"}]
        await clerk.entered(batch_id, customer=customer, lines=[{"net": "9.00"}], misc_distributions=rows)
    await clerk.post(batch_id)
    newest, middle, _ = await clerk.invoices()
    assert await listed(clerk) == [
        *(("E1", "COMMISSION", "8.00"), ("E1", "CITY", "1.00"), ("E2", "COMMISSION", "8.00"), ("E2", "CITY", "1.00")),
        *(("E1", "COMMISSION", "8.00"), ("E1", "CITY", "1.00")),
    ]
    assert await listed(clerk, code="city", customer="e2") == [("E2", "CITY", "1.00")]
    assert len(await listed(clerk, distributed_from="2026-11-11", distributed_to="2026-11-12", code="CITY")) == 2
    assert await listed(clerk, ar_company=2) == await listed(clerk, month="2026-10") == []
    page = (await clerk.client.get("/v1/misc-distributions", params={"limit": 3})).json()
    rest = await clerk.client.get("/v1/misc-distributions", params={"cursor": page["next_cursor"]})
    assert [len(page["items"]), len(rest.json()["items"])] == [3, 3]
    changing = await clerk.batch()
    for invoice, action in ((newest, "change"), (middle, "delete")):
        body = {"transaction_id": invoice["id"], "action": action}
        await clerk.client.post(f"/v1/batches/{changing}/posted-transactions", json=body)
    path = f"/v1/batches/{changing}/entries/1"
    await clerk.change("PATCH", f"{path}/misc-distributions/1", 1, amount="2.00")
    await clerk.change("DELETE", f"{path}/misc-distributions/2", 2)
    await clerk.post(changing)
    assert await listed(clerk) == [("E1", "CITY", "2.00"), ("E1", "COMMISSION", "8.00"), ("E1", "CITY", "1.00")]
