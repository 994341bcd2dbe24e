"""Commission periods: one is open, a closed one never changes."""

import asyncio

import pytest
from sqlalchemy.exc import DBAPIError

from shared.access import Grant, Level, Limits
from shared.database import Database, execute
from tests.services.conftest import key


async def test_a_closed_period_never_changes_and_corrections_fall_into_the_open_one(
    rating, rated, rate, close, totals
) -> None:
    (order,) = await rated("W1")
    await close()
    before = (await rating.get("/v1/commissions", params={"period": 1})).json()
    for _ in range(2):
        assert (await rate(order["id"])).status_code == 200
        assert (await rating.get("/v1/commissions", params={"period": 1})).json() == before
        periods = (await rating.get("/v1/commission-periods")).json()
        assert [(one["id"], one["bookings"], one["amount"]) for one in periods] == [(2, 8, "0.00"), (1, 4, "96.35")]
    assert (await totals())["ANA"] == ("53.88", "0.00", "0.00", "0.00")
    etag = (await rating.get(f"/v1/work-orders/{order['id']}")).headers["etag"]
    await rating.delete(f"/v1/work-orders/{order['id']}/rating", headers={"if-match": etag})
    assert (await rating.get("/v1/commissions")).json()["totals"]["amount"] == "0.00"
    assert (await rating.get("/v1/commissions", params={"period": 1})).json() == before


async def test_the_database_itself_keeps_closed_periods(rated, close, rating_database: Database) -> None:
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


async def test_closing_waits_for_a_rating_that_books_at_this_moment(rating, rated, enter, rating_database) -> None:
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


async def test_a_period_is_closed_once(rating, rated, identity) -> None:
    await rated("W1")
    path = "/v1/commission-periods/1/close"
    answers = await asyncio.gather(*(rating.post(path, headers=key(number)) for number in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {one.json()["code"] for one in answers if one.is_error} == {"COMMISSION_PERIOD_CLOSED"}
    first = next(number for number, one in enumerate(answers) if one.is_success)
    again = await rating.post(path, headers=key(first))
    assert (again.status_code, again.json()["closed_by"]) == (200, "ALAMO\\tester")
    assert [one["closed_at"] is None for one in (await rating.get("/v1/commission-periods")).json()] == [True, False]
    assert (await rating.post("/v1/commission-periods/99/close", headers=key(9))).status_code == 404
    assert (await rating.post("/v1/commission-periods/2/close")).json()["code"] == "IDEMPOTENCY_KEY_MISSING"
    limited = identity("rating", Grant("rating.commissions", Level.APPROVE, Limits(branches=frozenset({"SAT"}))))
    refused = await rating.post("/v1/commission-periods/2/close", headers={**limited, **key(10)})
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")
