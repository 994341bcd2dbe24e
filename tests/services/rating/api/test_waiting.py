"""What waits is counted in one request, and each figure leads to the list that shows exactly this."""

from typing import Any

import httpx

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from shared.database.statements import execute
from tests.fixtures.exchange import exchange, work_off
from tests.fixtures.ledgers import Company, Enter, everything, key
from tests.fixtures.rollups import assign
from tests.services.rating.conftest import CountStatements, Identity, RatedIds

FEATURES = ("work_orders", "rating", "rollup", "export")
PARTS = ("ready_to_export", "to_roll_up", "drafts", "refused", "rating_runs", "exports")


async def waiting(rating: httpx.AsyncClient, headers: dict[str, str] | None = None) -> dict[str, Any]:
    answer = await rating.get("/v1/waiting", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    parts = [found[name] for name in PARTS if found[name] is not None] + (found["failing"] or [])
    for part in parts:
        totals = (await rating.get(f"/v1/{part['list']}", headers=headers)).json()["totals"]
        assert totals["count"] == part["count"], part
        shown = totals.get("rated", totals.get("total"))
        assert part["total"] is None or shown == part["total"], (part, totals)
    return found


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {name: found[name]["count"] for name in PARTS}


async def test_each_figure_is_that_of_its_list(
    rolled: httpx.AsyncClient,
    company: Company,
    enter: Enter,
    rated_ids: RatedIds,
    identity: Identity,
    rating_database: Database,
    receivables_database: Database,
    count_statements: CountStatements,
) -> None:
    assert counts(await waiting(rolled)) == dict.fromkeys(PARTS, 0)
    await rated_ids("R1", "R2", "R3")
    await assign(rolled)
    async with rating_database.transaction() as session:
        await execute(session, "UPDATE invoice SET cycle_to = '2100-12-31'")
    await rated_ids("T1", "T2")
    await rated_ids("X1", customer="S1002")
    refused = await rolled.post("/v1/exports", json={"invoice_date": "2026-10-20"}, headers=key("refused"))
    assert refused.json()["orders"] == 1
    await company[1].post("/v1/months/close", json={"ar_company": 1, "month": "2026-10"})
    await exchange(rating_database, receivables_database)
    chosen = {"work_order_ids": await rated_ids("S1", "S2", customer="S1002")}
    await rolled.post("/v1/exports", json={"selection": chosen}, headers=key("unfinished"))
    await rated_ids("S3", customer="S1002")
    await enter("F1", "F2", zip_code="99999")
    await enter("F3", customer="S1002", branch="MIA")
    await work_off(rating_database)
    await enter("O1")
    await rolled.post("/v1/rating-runs", json={})
    found = await waiting(rolled)
    assert counts(found) == {
        "ready_to_export": 2,
        "to_roll_up": 2,
        "drafts": 2,
        "refused": 1,
        "rating_runs": 1,
        "exports": 1,
    }
    assert {one["reason"]: one["count"] for one in found["failing"]} == {"REGION_REQUIRED": 2, "NO_PROFILE": 1}
    async with count_statements(rating_database) as statements:
        await rolled.get("/v1/waiting")
    assert statements.count <= 8

    narrow = Limits(customers=frozenset({"S1002"}))
    grants = [Grant(f"rating.{name}", Level.VIEW, narrow) for name in FEATURES]
    limited = await waiting(rolled, identity("rating", *grants))
    assert counts(limited) | {"rating_runs": 0} == {
        "ready_to_export": 2,
        "to_roll_up": 0,
        "drafts": 1,
        "refused": 1,
        "rating_runs": 0,
        "exports": 1,
    }
    orders = await waiting(rolled, identity("rating", Grant("rating.work_orders", Level.VIEW)))
    assert {name for name, part in orders.items() if part is not None} == {"failing"}
    assert set((await waiting(rolled, identity("rating"))).values()) == {None}


async def test_runs_are_found_by_requester_and_by_whether_they_are_finished(
    rolled: httpx.AsyncClient, enter: Enter, identity: Identity, rating_database: Database
) -> None:
    people = {
        name: identity("rating", *everything("rating", FEATURES), name=f"ALAMO\\{name}") for name in ("ann", "bob")
    }
    runs = {}
    for name, headers in people.items():
        await enter(f"{name}-1", customer="S1002")
        runs[name] = (await rolled.post("/v1/rating-runs", json={}, headers=headers)).json()["id"]
        await work_off(rating_database)
        started = await rolled.post("/v1/exports", json={}, headers={**headers, **key(name)})
        assert started.status_code == 202, started.text
    for noun, finished in (("rating-runs", True), ("exports", False)):
        for name, headers in people.items():
            own = (await rolled.get(f"/v1/{noun}?requested_by=me", headers=headers)).json()
            assert [one["requested_by"] for one in own["items"]] == [f"ALAMO\\{name}"]
            assert own["totals"]["count"] == 1
            by_name = await rolled.get(f"/v1/{noun}", params={"requested_by": f"ALAMO\\{name}"})
            assert by_name.json()["items"] == own["items"]
        for asked, number in ((finished, 2), (not finished, 0)):
            listed = (await rolled.get(f"/v1/{noun}", params={"finished": str(asked).lower()})).json()
            assert (len(listed["items"]), listed["totals"]["count"]) == (number, number)
