"""A search finds orders, draft invoices and servers, first those whose number begins with the text."""

import httpx

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from tests.fixtures.rollups import assign, change
from tests.services.rating.conftest import CountStatements, Identity, RatedIds


async def search(rating: httpx.AsyncClient, text: str, headers: dict[str, str] | None = None) -> list[tuple[str, ...]]:
    answer = await rating.get("/v1/search", params={"q": text}, headers=headers)
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["number"], one["name"], one["status"]) for one in answer.json()["items"]]


async def test_numbers_that_begin_with_the_text_come_first_and_five_of_each_kind(
    rolled: httpx.AsyncClient, rated_ids: RatedIds, rating_database: Database, count_statements: CountStatements
) -> None:
    ids = await rated_ids("A-W10", "W10", "W101", "W1")
    await change(rolled, ids[0], reference="w1 first")
    assert await search(rolled, "w10") == [
        ("work_order", "W10", "", "rated"),
        ("work_order", "W101", "", "rated"),
        ("work_order", "A-W10", "w1 first", "rated"),
    ]
    assert [one[1] for one in await search(rolled, "w1")] == ["W1", "W10", "W101"]
    assert [one[1] for one in await search(rolled, "FIRST")] == ["A-W10"]
    await rated_ids(*(f"W10-{index}" for index in range(6)))
    async with count_statements(rating_database) as statements:
        assert [one[1] for one in await search(rolled, "W10")] == ["W10", "W10-0", "W10-1", "W10-2", "W10-3"]
    assert statements.count <= 3
    (draft,) = (await assign(rolled, work_order_ids=ids[:1])).json()["invoice_ids"]
    assert await search(rolled, str(draft)) == [("draft_invoice", str(draft), "Harlan & Ruiz LLP", "draft")]
    assert ("server", "S101", "Ana Flores", "active") in await search(rolled, "s10")
    assert [one[:2] for one in await search(rolled, "flores")] == [("server", "S101")]
    assert await search(rolled, "%") == []
    assert (await rolled.get("/v1/search", params={"q": " "})).status_code == 422


async def test_a_search_finds_what_the_caller_may_see(
    rolled: httpx.AsyncClient, rated_ids: RatedIds, identity: Identity
) -> None:
    ids = await rated_ids("W1")
    (other,) = await rated_ids("W2", customer="S1002")
    drafts = [
        (
            await rolled.post(
                "/v1/invoices", json={"work_order_ids": [one]}, headers={"idempotency-key": f"draft {one}"}
            )
        ).json()
        for one in (*ids, other)
    ]
    narrow = Limits(customers=frozenset({"S1002"}))
    clerk = identity(
        "rating", Grant("rating.work_orders", Level.VIEW, narrow), Grant("rating.rollup", Level.VIEW, narrow)
    )
    assert [one[1] for one in await search(rolled, "W", clerk)] == ["W2"]
    assert [len(await search(rolled, str(draft["invoice"]["id"]), clerk)) for draft in drafts] == [0, 1]
    assert await search(rolled, "S10", clerk) == []
    assert await search(rolled, "W", identity("rating", Grant("rating.rate_tables", Level.VIEW))) == []
    assert await search(rolled, "W", identity("rating")) == []
