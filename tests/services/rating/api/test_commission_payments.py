"""Commissions that are owed, reversed by credits, and paid, and commission periods."""

import asyncio

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from shared.database.statements import execute
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import Company, Enter, Rate, key
from tests.services.rating.conftest import Close, Credit, Export, Identity, Rated, Totals

pytestmark = pytest.mark.usefixtures("paying")


async def test_commissions_are_owed_once_the_invoice_is_in_accounts_receivable(
    rating: httpx.AsyncClient, rated: Rated, export: Export, totals: Totals
) -> None:
    await rated("W1")
    assert (await rating.post("/v1/commission-payments", json={}, headers=key(1))).json()["code"] == "NOTHING_TO_PAY"
    await export()
    assert await totals() == {
        "ANA": ("0.00", "53.88", "0.00", "0.00"),
        "TOM": ("0.00", "42.47", "0.00", "0.00"),
    }
    items = (await rating.get("/v1/commissions", params={"status": "payable"})).json()["items"]
    assert {item["invoice"] for item in items} == {"100001"}


async def test_a_full_credit_reverses_everything_and_the_next_version_earns_again(
    company: Company,
    rating: httpx.AsyncClient,
    rated: Rated,
    export: Export,
    totals: Totals,
    rating_database: Database,
    receivables_database: Database,
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


async def test_partial_credits_reverse_in_proportion_and_the_last_one_reverses_the_rest(
    rating: httpx.AsyncClient, rated: Rated, export: Export, close: Close, credit: Credit, totals: Totals
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
    assert [item["amount"] for item in items] == ["-6.67", "-29.25", "-6.67", "-29.25", "-6.66", "-29.25"]
    assert items[0]["words"] == "credit 2026-11/901: agreed"


async def test_a_reversal_of_a_paid_commission_is_offset_in_the_next_payment(
    rating: httpx.AsyncClient, rated: Rated, export: Export, credit: Credit, totals: Totals
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


async def test_clerks_who_pay_at_once_pay_once(
    rating: httpx.AsyncClient, rated: Rated, export: Export, totals: Totals
) -> None:
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


async def test_a_payment_can_be_limited_to_earlier_periods(
    rating: httpx.AsyncClient, rated: Rated, export: Export, close: Close
) -> None:
    await rated("W1", servers=[{"server": "ANA"}])
    await close()
    await rated("W2", servers=[{"server": "ANA"}])
    await export()
    made = await rating.post("/v1/commission-payments", json={"through_period": 1}, headers=key(1))
    assert made.json()["total"] == "107.75"


async def test_a_closed_period_never_changes_and_corrections_are_booked_in_the_open_one(
    rating: httpx.AsyncClient, rated: Rated, rate: Rate, close: Close, totals: Totals
) -> None:
    (order,) = await rated("W1")
    await close()
    before = (await rating.get("/v1/commissions", params={"period": 1})).json()
    for _ in range(2):
        assert (await rate(order["id"])).status_code == 200
        assert (await rating.get("/v1/commissions", params={"period": 1})).json() == before
        periods = (await rating.get("/v1/commission-periods")).json()["items"]
        assert [(period["id"], period["bookings"], period["amount"]) for period in periods] == [
            (2, 8, "0.00"),
            (1, 4, "96.35"),
        ]
    assert (await totals())["ANA"] == ("53.88", "0.00", "0.00", "0.00")
    etag = (await rating.get(f"/v1/work-orders/{order['id']}")).headers["etag"]
    await rating.delete(f"/v1/work-orders/{order['id']}/rating", headers={"if-match": etag})
    assert (await rating.get("/v1/commissions")).json()["totals"]["amount"] == "0.00"
    assert (await rating.get("/v1/commissions", params={"period": 1})).json() == before


async def test_the_database_itself_protects_closed_periods(
    rated: Rated, close: Close, rating_database: Database
) -> None:
    await rated("W1")
    await close()
    for statement in (
        "UPDATE commission SET void = true",
        "UPDATE commission SET amount = 1",
        "UPDATE commission_payment SET total = 1",
        "DELETE FROM commission",
        """
        INSERT INTO commission (kind, corrects, period_id, server, work_order_id, version, position, billing_item, method,
                                figure, share, base, amount, words, booked_by, booked_at)
        SELECT 'adjusted', id, period_id, server, work_order_id, version, position, billing_item, method, figure, share,
               base, 1, '', '', now() FROM commission LIMIT 1
        """,
        "INSERT INTO commission_period DEFAULT VALUES",
    ):
        with pytest.raises(DBAPIError, match=r"closed|denied|commission_period_open"):
            async with rating_database.transaction() as session:
                await execute(session, statement)


async def test_closing_a_period_waits_for_a_rating_that_is_booking_in_it(
    rating: httpx.AsyncClient, rated: Rated, enter: Enter, rating_database: Database
) -> None:
    from services.rating.store.commission_payments import hold_open_period

    await rated("W1")
    async with rating_database.transaction() as session:
        assert await hold_open_period(session) == 1
        closing = asyncio.create_task(rating.post("/v1/commission-periods/1/close", headers=key(1)))
        await asyncio.sleep(0.3)
        assert not closing.done()
    assert (await closing).status_code == 200
    async with rating_database.transaction() as session:
        assert await hold_open_period(session) == 2


async def test_a_period_is_closed_once(rating: httpx.AsyncClient, rated: Rated, identity: Identity) -> None:
    await rated("W1")
    path = "/v1/commission-periods/1/close"
    answers = await asyncio.gather(*(rating.post(path, headers=key(number)) for number in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.is_error} == {"COMMISSION_PERIOD_CLOSED"}
    first = next(number for number, answer in enumerate(answers) if answer.is_success)
    again = await rating.post(path, headers=key(first))
    assert (again.status_code, again.json()["closed_by"]) == (200, "ALAMO\\tester")
    page = (await rating.get("/v1/commission-periods", params={"limit": 1})).json()
    following = (await rating.get("/v1/commission-periods", params={"cursor": page["next_cursor"]})).json()
    assert [one["closed_at"] is None for one in (*page["items"], *following["items"])] == [True, False]
    assert page["totals"] == {"count": 2}
    assert (await rating.post("/v1/commission-periods/99/close", headers=key(9))).status_code == 404
    assert (await rating.post("/v1/commission-periods/2/close")).json()["code"] == "IDEMPOTENCY_KEY_MISSING"
    limited = identity("rating", Grant("rating.commissions", Level.APPROVE, Limits(branches=frozenset({"SAT"}))))
    refused = await rating.post("/v1/commission-periods/2/close", headers={**limited, **key(10)})
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")
