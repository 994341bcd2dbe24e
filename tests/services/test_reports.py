"""Reports: lists of any length are written to files by a job, within the limits of their requester."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from services.rating.api.reports import lists_of as lists_of_rating
from services.receivables.api.reports import lists_of as lists_of_receivables
from shared.access.grants import Grant, Level, Limits, Scope
from shared.database.pages import PageQuery
from shared.database.pool import Database
from shared.database.statements import fetch_value
from shared.reports import store
from shared.reports.lists import MOST_UNFINISHED, ReportedList, Rows
from shared.reports.writing import writing
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import Company, Enter, key, load
from tests.fixtures.operations import declared_operations
from tests.services.rating.conftest import Identity

RATING = lists_of_rating("America/Chicago")
RECEIVABLES = lists_of_receivables("America/Chicago")
ORDERS = Grant("rating.work_orders", Level.VIEW)


async def ask(client: httpx.AsyncClient, name: str, headers: Mapping[str, str] | None = None, **more: Any) -> str:
    """Asks for a report and returns its address."""
    body = {"list": name, **more}
    answer = await client.post("/v1/reports", json=body, headers={**key(body), **(headers or {})})
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "waiting"
    return answer.headers["location"]


async def write(database: Database, lists: Mapping[str, ReportedList], page_rows: int = 400) -> int:
    """Writes everything, each part by another process, and returns how many parts there were."""
    parts = 0
    while True:
        async with database.transaction() as session:
            if not await writing(lists, page_rows)(session):
                return parts
        parts += 1


async def test_a_report_has_what_the_file_of_the_list_has_however_many_parts_it_is_written_in(
    company: Company, rating_database: Database
) -> None:
    rating, _ = company
    await load(rating, "work-orders")
    for name, filters, sort in (
        ("work-orders", {}, "-number"),
        ("work-orders", {"status": ["open"], "branch": "SAT", "service_from": "2026-10-05"}, None),
        ("work-order-entries", {"search": "W1"}, "number"),
        ("work-in-progress/work-orders", {}, None),
        ("ready-to-export", {}, None),
    ):
        path = await ask(rating, name, filters=filters, sort=sort)
        asked = {**filters, **({"sort": sort} if sort else {})}
        assert (await rating.get(f"{path}/file")).status_code == 404
        parts = await write(rating_database, RATING)
        expected = await rating.get(f"/v1/{name}", params=asked, headers={"accept": "text/csv"})
        file = await rating.get(f"{path}/file")
        assert (file.status_code, file.text) == (200, expected.text)
        report = (await rating.get(path)).json()
        rows = len(file.text.splitlines()) - 1
        assert (report["status"], report["rows"], report["bytes"]) == ("done", rows, len(file.content))
        assert parts == max(1, -(-rows // 400))
        assert "event: done" in (await rating.get(f"{path}/events")).text
    assert (await rating.get("/v1/reports")).json()["totals"] == {"count": 5}


async def test_reports_of_receivables_have_what_the_lists_have(
    company: Company, enter: Enter, export: Any, rating_database: Database, receivables_database: Database
) -> None:
    _, receivables = company
    await enter("W1", "W2")
    await export()
    await exchange(rating_database, receivables_database)
    for name in RECEIVABLES:
        path = await ask(receivables, name)
        await write(receivables_database, RECEIVABLES, 1)
        assert (await receivables.get(path)).json()["status"] == "done"
        expected = await receivables.get(f"/v1/{name}", headers={"accept": "text/csv"})
        assert (await receivables.get(f"{path}/file")).text == expected.text, name


async def test_a_report_shows_what_its_requester_may_see_and_nobody_else(
    company: Company, rating_database: Database, identity: Identity
) -> None:
    rating, _ = company
    await load(rating, "work-orders")
    limits = Limits(branches=frozenset({"LAX"}))
    limited = identity("rating", Grant("rating.work_orders", Level.VIEW, limits), subject="5", name="ALAMO\\limited")
    path = await ask(rating, "work-orders", limited)
    await write(rating_database, RATING)
    listed = await rating.get("/v1/work-orders", headers={**limited, "accept": "text/csv"})
    assert (await rating.get(f"{path}/file", headers=limited)).text == listed.text
    assert 1 < len(listed.text.splitlines()) < 1000
    for own in ("", "/file", "/events"):
        assert (await rating.get(f"{path}{own}")).status_code == 404
    assert (await rating.delete(path)).status_code == 404
    assert (await rating.get("/v1/reports")).json()["items"] == []
    for grants in ((ORDERS,), (Grant("rating.work_orders", Level.VIEW, Limits(branches=frozenset({"SAT"}))),), ()):
        other = identity("rating", *grants, subject="5", name="ALAMO\\limited")
        assert (await rating.get(f"{path}/file", headers=other)).status_code == 403
    nobody = {**identity("rating", Grant("rating.export", Level.ADMIN), subject="6"), **key("nobody")}
    assert (await rating.post("/v1/reports", json={"list": "work-orders"}, headers=nobody)).status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"list": "passwords"}, "/list"),
        ({"list": "work-orders", "filters": {"colour": "red"}}, "/filters/colour"),
        ({"list": "work-orders", "filters": {"status": ["lost"]}}, "/filters/status/0"),
        ({"list": "work-orders", "sort": "-colour"}, "/sort"),
        ({"list": "work-orders", "format": "xlsx"}, "/format"),
    ],
)
async def test_a_report_that_no_list_could_answer_is_refused(
    rating: httpx.AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    refused = await rating.post("/v1/reports", json=body, headers=key("refused"))
    assert (refused.status_code, [one["pointer"] for one in refused.json()["errors"]]) == (422, [pointer])


async def test_a_short_report_does_not_wait_for_a_long_one(company: Company, rating_database: Database) -> None:
    rating, _ = company
    await load(rating, "work-orders")
    long, short = await ask(rating, "work-orders"), await ask(rating, "work-orders", filters={"search": "W120001"})
    for _ in range(3):
        async with rating_database.transaction() as session:
            await writing(RATING, 10)(session)
    assert [(await rating.get(path)).json()["status"] for path in (long, short)] == ["running", "done"]


async def test_a_requester_has_few_unfinished_reports_at_once(rating: httpx.AsyncClient) -> None:
    paths = [await ask(rating, "work-orders", filters={"search": str(number)}) for number in range(MOST_UNFINISHED)]
    body = {"list": "work-orders"}
    assert (await rating.post("/v1/reports", json=body, headers=key(1))).json()["code"] == "TOO_MANY_REPORTS"
    assert (await rating.delete(paths[0])).status_code == 204
    assert (await rating.get(paths[0])).status_code == 404
    assert (await rating.post("/v1/reports", json=body, headers=key(1))).status_code == 202


async def _sleep(session: Any, _scope: Scope, _filters: Any, _query: PageQuery, _name: str) -> Rows:
    await fetch_value(session, "SELECT pg_sleep(60)")
    return [], None


async def _break(_session: Any, _scope: Scope, _filters: Any, _query: PageQuery, _name: str) -> Rows:
    raise ValueError("broken")


def reading(read: Any) -> dict[str, ReportedList]:
    found = RATING["work-orders"]
    return {"work-orders": ReportedList(found.operation, found.access, found.filters, found.columns, read)}


async def test_deleting_a_report_ends_the_statement_that_reads_it(
    rating: httpx.AsyncClient, rating_database: Database
) -> None:
    path = await ask(rating, "work-orders")

    async def write_slowly() -> bool:
        async with rating_database.transaction() as session:
            return await writing(reading(_sleep))(session)

    job = asyncio.create_task(write_slowly())
    await asyncio.sleep(0.3)
    assert not job.done()
    assert (await rating.delete(path)).status_code == 204
    assert await asyncio.wait_for(job, 5) is True
    assert await write(rating_database, RATING) == 0


async def test_a_report_that_fails_again_and_again_says_so_and_leaves_the_others_their_turn(
    rating: httpx.AsyncClient, rating_database: Database
) -> None:
    broken = await ask(rating, "work-orders")
    other = await ask(rating, "work-order-entries")
    part = writing({**RATING, **reading(_break)}, 400, pauses_seconds=(0, 0))
    for _ in range(4):
        async with rating_database.transaction() as session:
            await part(session)
    assert "broken" not in (await rating.get(broken)).json()["reason"]
    assert (await rating.get(broken)).json()["status"] == "failed"
    assert (await rating.get(other)).json()["status"] == "done"


async def test_old_reports_are_deleted_with_their_files(rating: httpx.AsyncClient, rating_database: Database) -> None:
    path = await ask(rating, "work-orders")
    await write(rating_database, RATING)
    async with rating_database.transaction() as session:
        assert await store.prune(session, 10) == 0
        await fetch_value(session, "UPDATE report SET requested_at = now() - interval '8 days' RETURNING id")
        assert await store.prune(session, 10) == 1
        assert await fetch_value(session, "SELECT count(*) FROM report_part") == 0
    assert (await rating.get(path)).status_code == 404


@pytest.mark.parametrize(("service", "lists"), [("rating", RATING), ("receivables", RECEIVABLES)])
def test_each_report_is_of_a_list_with_its_access_and_columns(service: str, lists: Mapping[str, ReportedList]) -> None:
    """A report must not show what its list would not."""
    found = {one.template: one for one in declared_operations(service) if one.method == "GET"}
    for name, reported in lists.items():
        one = found[f"/v1/{name}"]
        assert (one.feature, one.level) == (reported.access.feature, reported.access.level.word)
