"""Commissions that are owed, reversed by credits, and paid."""

import asyncio

from tests.services.conftest import key
from tests.services.exchange import exchange


async def test_what_is_earned_is_owed_once_the_invoice_is_in_accounts_receivable(rating, rated, export, totals) -> None:
    await rated("W1")
    assert (await rating.post("/v1/commission-payments", json={}, headers=key(1))).json()["code"] == "NOTHING_TO_PAY"
    await export()
    assert await totals() == {
        "ANA": ("0.00", "53.88", "0.00", "0.00"),
        "TOM": ("0.00", "42.47", "0.00", "0.00"),
    }
    items = (await rating.get("/v1/commissions", params={"status": "payable"})).json()["items"]
    assert {one["invoice"] for one in items} == {"100001"}


async def test_a_credit_reverses_to_exactly_nothing_and_the_next_version_earns_anew(
    company, rating, rated, export, totals, rating_database, receivables_database
) -> None:
    _, receivables = company
    await rated("W1")
    await export()
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    body = {"disposition": "rerate", "reason": "wrong", "month": "2026-11"}
    credited = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key("credit"))
    assert credited.status_code == 201
    await exchange(rating_database, receivables_database)
    nothing = ("0.00", "0.00", "0.00", "0.00")
    assert await totals() == {"ANA": nothing, "TOM": nothing}
    await export()
    assert (await totals())["ANA"] == ("0.00", "53.88", "0.00", "0.00")


async def test_partial_credits_reverse_pro_rata_and_the_last_takes_the_rest(
    rating, rated, export, close, credit, totals
) -> None:
    (order,) = await rated("W1", servers=[{"server": "ANA"}])
    await export()
    await close()
    await credit(order, "91.66", "183.34", die=True)
    assert (await totals(period=2))["ANA"] == ("0.00", "-35.92", "0.00", "0.00")
    await credit(order, "91.67", "91.67")
    assert (await totals(period=2))["ANA"] == ("0.00", "-71.84", "0.00", "0.00")
    await credit(order, "91.67", "0.00")
    assert (await totals())["ANA"] == ("0.00", "0.00", "0.00", "0.00")
    assert (await totals(period=1))["ANA"] == ("0.00", "107.75", "0.00", "0.00")
    items = (await rating.get("/v1/commissions", params={"period": 2, "work_order": "W1"})).json()["items"]
    assert [one["amount"] for one in items] == ["-6.67", "-29.25", "-6.67", "-29.25", "-6.66", "-29.25"]
    assert items[0]["words"] == "credit 2026-11/901: agreed"


async def test_a_commission_that_was_paid_is_set_off_against_the_next_run(
    rating, rated, export, credit, totals
) -> None:
    (order,) = await rated("W1", servers=[{"server": "ANA"}])
    await export()
    first = (await rating.post("/v1/commission-payments", json={}, headers=key(1))).json()
    assert (first["status"], first["servers"], first["commissions"], first["total"]) == ("selected", 1, 2, "107.75")
    assert (await totals())["ANA"] == ("0.00", "0.00", "107.75", "0.00")
    path = f"/v1/commission-payments/{first['id']}"
    assert (await rating.post(f"{path}/pay", headers=key(2))).json()["status"] == "paid"
    await credit(order, "55.00", "220.00")
    assert (await totals())["ANA"] == ("0.00", "-21.55", "0.00", "107.75")
    waits = await rating.post("/v1/commission-payments", json={}, headers=key(3))
    assert (waits.status_code, waits.json()["code"]) == (409, "NOTHING_TO_PAY")
    await rated("W2", servers=[{"server": "ANA"}])
    await export()
    second = (await rating.post("/v1/commission-payments", json={}, headers=key(4))).json()
    assert (second["commissions"], second["total"]) == (4, "86.20")


async def test_two_who_pay_at_once_pay_once(rating, rated, export, totals) -> None:
    await rated("W1", "W2")
    await export()
    answers = await asyncio.gather(
        *(rating.post("/v1/commission-payments", json={"servers": ["ANA"]}, headers=key(n)) for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    (payment,) = (await rating.get("/v1/commission-payments")).json()["items"]
    path = f"/v1/commission-payments/{payment['id']}"
    released = await rating.post(f"{path}/release", headers=key("release"))
    assert (released.status_code, released.json()["status"]) == (200, "released")
    assert (await totals())["ANA"] == ("0.00", "107.76", "0.00", "0.00")
    gone = await rating.post(f"{path}/pay", headers=key("pay"))
    assert (gone.status_code, gone.json()["code"]) == (409, "PAYMENT_SETTLED")
    again = (await rating.post("/v1/commission-payments", json={}, headers=key("all"))).json()
    assert (again["servers"], again["total"]) == (2, "192.70")
    path = f"/v1/commission-payments/{again['id']}"
    first, repeated = [await rating.post(f"{path}/pay", headers=key("pay all")) for _ in range(2)]
    assert first.json() == repeated.json()
    assert (await rating.post(f"{path}/pay", headers=key("other"))).json()["code"] == "PAYMENT_SETTLED"
    assert (await totals(payment=again["id"]))["TOM"] == ("0.00", "0.00", "0.00", "84.94")


async def test_only_what_earlier_periods_hold_is_paid_when_asked_so(rating, rated, export, close) -> None:
    await rated("W1", servers=[{"server": "ANA"}])
    await close()
    await rated("W2", servers=[{"server": "ANA"}])
    await export()
    made = await rating.post("/v1/commission-payments", json={"through_period": 1}, headers=key(1))
    assert made.json()["total"] == "107.75"
