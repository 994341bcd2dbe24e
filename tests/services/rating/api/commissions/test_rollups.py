"""Commissions of orders on rollups: taken back with a removed draft, kept when an order is only taken off, earned on demand."""

from tests.services.conftest import key


async def test_a_removed_draft_takes_back_what_its_orders_earned(rating, rated, totals) -> None:
    orders = await rated("W1", "W2")
    ids = [one["id"] for one in orders]
    earned = await totals()
    made = await rating.post("/v1/invoices", json={"work_order_ids": ids}, headers=key(1))
    path = f"/v1/invoices/{made.json()['invoice']['id']}"
    taken_off = await rating.post(f"{path}/unassign", json={}, headers={"if-match": made.headers["etag"]})
    assert taken_off.status_code == 200
    assert await totals() == earned
    again = await rating.post("/v1/invoices", json={"work_order_ids": ids}, headers=key(2))
    path = f"/v1/invoices/{again.json()['invoice']['id']}"
    assert (await rating.delete(path, headers={"if-match": again.headers["etag"]})).status_code == 204
    assert {one[0] for one in (await totals()).values()} <= {"0.00"}
    assert any(one[0] != "0.00" for one in earned.values())


async def test_an_open_order_that_is_invoiced_on_demand_earns_its_commissions(rating, enter, totals) -> None:
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}"
    served = await rating.patch(path, json={"servers": [{"server": "ANA", "share": "1"}]}, headers={"if-match": '"1"'})
    headers = {"if-match": served.headers["etag"], **key(1)}
    assert (await rating.post(f"{path}/on-demand-invoice", json={}, headers=headers)).status_code == 202
    assert (await totals())["ANA"][0] == "20.00"
