"""Every command that changed something is recorded without its secrets, and nobody can change the record unnoticed."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest

from gateway.routes import load_documents
from shared.access.grants import Grant, Level, Limits
from shared.audit import store
from shared.audit.chain import FIRST, kept_body, link
from shared.audit.store import Done, Verdict
from shared.database.pool import Database
from shared.database.statements import execute
from tests.fixtures.exchange import work_off
from tests.fixtures.ledgers import Company, Enter, key

DONE = Done("7", "ALAMO\\bill", "POST /v1/exports", "/v1/exports", "rating.export", "approve", 202, None, "r1")


async def add(database: Database, count: int) -> None:
    for _ in range(count):
        async with database.transaction() as session:
            await store.note(session, DONE)


async def seal(database: Database) -> None:
    busy = True
    while busy:
        async with database.transaction() as session:
            busy = await store.seal_part(session)


@pytest.fixture
async def sealed(rating_database: Database) -> int:
    """Seals the entries left by setting up the company, and returns their number."""
    await seal(rating_database)
    return (await verdict(rating_database)).sealed


async def verdict(database: Database, expected: tuple[int, str] | None = None, *, full: bool = False) -> Verdict:
    async with database.transaction() as session:
        return await store.verify(session, expected, full=full)


async def entries(client: httpx.AsyncClient, **wanted: str) -> list[dict[str, Any]]:
    answer = await client.get("/v1/audit", params=wanted)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_a_command_is_recorded_with_its_sender_and_request(company: Company) -> None:
    rating, _ = company
    body = {"code": "NIGHT", "name": "By night"}
    made = await rating.post("/v1/priorities", json=body)
    assert made.status_code == 201
    (entry,) = await entries(rating, operation="POST /v1/priorities")
    assert (entry["name"], entry["feature"], entry["level"]) == ("ALAMO\\tester", "rating.rate_tables", "edit")
    assert (entry["path"], entry["status"], json.loads(entry["body"])) == ("/v1/priorities", 201, body)
    assert entry["request_id"] == made.headers["x-request-id"]


async def test_refused_and_reading_requests_are_not_recorded(company: Company) -> None:
    rating, receivables = company
    before = len(await entries(rating)), len(await entries(receivables))
    assert (await rating.post("/v1/priorities", json={"code": "no such form"})).status_code == 422
    assert (await rating.get("/v1/priorities")).status_code == 200
    form = {"ar_company": 1, "header": {"customer": "S1001"}}
    assert (await receivables.post("/v1/entry-forms", json=form)).status_code == 200
    assert (len(await entries(rating)), len(await entries(receivables))) == before


async def test_a_command_sent_twice_is_recorded_once(company: Company, enter: Enter, rating_database: Database) -> None:
    rating, _ = company
    await enter("W1")
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    for _ in range(2):
        answer = await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key("same"))
        assert answer.status_code == 202
    assert len(await entries(rating, operation="POST /v1/exports")) == 1


async def test_an_import_is_recorded_with_its_size_and_digest(company: Company) -> None:
    rating, _ = company
    content = "code,name\nNIGHT,By night\n"
    assert (
        await rating.post("/v1/priorities/import", content=content, headers={"content-type": "text/csv"})
    ).status_code == 201
    entry = (await entries(rating, path="priorities/import", begin="2026-01-01T00:00:00Z"))[0]
    assert json.loads(entry["body"])["bytes"] == len(content)


def test_secrets_are_not_recorded() -> None:
    body = {"name": "x", "new_password": "hidden", "inside": [{"refresh_token": "hidden", "amount": "1.00"}]}
    kept = kept_body("application/json", json.dumps(body).encode())
    assert kept is not None
    assert "hidden" not in kept
    assert json.loads(kept)["inside"][0]["amount"] == "1.00"
    assert "hidden" not in (kept_body("text/csv", b"name,password\na,hidden\n") or "")


def test_every_secret_in_a_body_has_a_name_that_says_so() -> None:
    """Fields are hidden by their name, so a secret must be named password, secret or token."""
    secrets = {
        name
        for document in load_documents().values()
        for schema in document["components"]["schemas"].values()
        for name, described in schema.get("properties", {}).items()
        if described.get("writeOnly") or described.get("format") == "password"
    }
    assert secrets
    for name in secrets:
        assert "hidden" not in (kept_body("application/json", json.dumps({name: "hidden"}).encode()) or "")


def test_a_seal_covers_everything_before_it() -> None:
    first = link(FIRST, "a")
    assert link(first, "b") != link(FIRST, "b")
    assert link(first, "b") != link(link(FIRST, "A"), "b")


async def test_committed_entries_are_sealed_by_the_first_process_that_tries(
    rating_database: Database, sealed: int
) -> None:
    await add(rating_database, 7)
    await asyncio.gather(*(seal(rating_database) for _ in range(4)))
    found = await verdict(rating_database)
    assert (found.sealed, found.faults) == (sealed + 7, [])


async def test_an_entry_that_commits_late_is_sealed_late(rating_database: Database, sealed: int) -> None:
    async with rating_database.transaction() as late:
        await store.note(late, DONE)
        await add(rating_database, 2)
        await seal(rating_database)
        assert (await verdict(rating_database)).sealed == sealed + 2
    await seal(rating_database)
    found = await verdict(rating_database)
    assert (found.sealed, found.faults) == (sealed + 3, [])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET name = 'nobody'",
        "DELETE FROM audit_entry",
        "UPDATE audit_seal SET seal = ''",
        "DELETE FROM audit_seal",
        "DELETE FROM audit_checkpoint",
        "UPDATE audit_checkpoint SET position = 0",
        "TRUNCATE audit_entry",
    ],
)
async def test_the_service_itself_cannot_change_it(rating_database: Database, statement: str) -> None:
    await add(rating_database, 1)
    await seal(rating_database)
    with pytest.raises(Exception, match="permission denied"):
        async with rating_database.transaction() as session:
            await execute(session, statement)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_entry SET status = 500 WHERE id = {middle}", "was changed after sealing"),
        ("DELETE FROM audit_entry WHERE id = {middle}", "is gone"),
        ("DELETE FROM audit_seal WHERE entry_id = {middle}", "is missing"),
        ("UPDATE audit_seal SET seal = sha256('x') WHERE entry_id = {middle}", "was changed after sealing"),
    ],
)
async def test_changes_by_the_owner_of_the_database_are_detected(
    rating_database: Database, cluster: Callable[[str, str], str], statement: str, fault: str
) -> None:
    await add(rating_database, 5)
    await seal(rating_database)
    name = rating_database.name
    owner = await asyncpg.connect(cluster(name, "rating_owner"))
    middle = await owner.fetchval("SELECT entry_id FROM audit_seal WHERE position = 3")
    await owner.execute(statement.format(middle=middle))
    await owner.close()
    assert any(fault in one for one in (await verdict(rating_database)).faults)


async def test_only_what_came_since_the_last_check_is_checked_unless_everything_is_asked_for(
    rating_database: Database, cluster: Callable[[str, str], str], sealed: int
) -> None:
    await add(rating_database, 3)
    await seal(rating_database)
    assert (await verdict(rating_database)).trusted == sealed
    await add(rating_database, 2)
    await seal(rating_database)
    owner = await asyncpg.connect(cluster(rating_database.name, "rating_owner"))
    change = "UPDATE audit_entry SET status = $1 WHERE id = (SELECT entry_id FROM audit_seal WHERE position = $2)"
    await owner.execute(change, 500, sealed + 1)
    everything = await verdict(rating_database, full=True)
    assert (everything.trusted, len(everything.faults)) == (0, 1)
    since = await verdict(rating_database)
    assert (since.sealed, since.trusted, since.faults) == (sealed + 5, sealed + 3, [])
    await owner.execute(change, 202, sealed + 1)
    await owner.execute(change, 500, sealed + 5)
    await owner.execute("DELETE FROM audit_checkpoint WHERE position = $1", sealed + 5)
    await owner.close()
    assert len((await verdict(rating_database)).faults) == 1
    # What had a fault is checked again the next time.
    assert (await verdict(rating_database)).trusted == sealed + 3


async def test_a_removed_end_is_detected_with_a_noted_seal(
    rating_database: Database, cluster: Callable[[str, str], str]
) -> None:
    await add(rating_database, 1)
    await seal(rating_database)
    whole = await verdict(rating_database)
    name = rating_database.name
    owner = await asyncpg.connect(cluster(name, "rating_owner"))
    await owner.execute(
        "DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE position = $1)", whole.sealed
    )
    await owner.execute("DELETE FROM audit_seal WHERE position = $1", whole.sealed)
    assert any("no longer has the seal" in one for one in (await verdict(rating_database)).faults)
    await owner.execute("DELETE FROM audit_checkpoint")
    await owner.close()
    assert (await verdict(rating_database)).faults == []
    assert (await verdict(rating_database, (3, whole.head))).faults == [
        f"position 3 does not have the seal {whole.head}"
    ]


async def test_an_entry_that_is_not_sealed_is_detected(
    rating_database: Database, sealed: int, cluster: Callable[[str, str], str]
) -> None:
    assert sealed
    await add(rating_database, 1)
    name = rating_database.name
    owner = await asyncpg.connect(cluster(name, "rating_owner"))
    await owner.execute(
        "UPDATE audit_entry SET at = now() - interval '1 hour' WHERE id = (SELECT max(id) FROM audit_entry)"
    )
    await owner.execute("DELETE FROM audit_unsealed")
    await owner.close()
    await seal(rating_database)
    assert (await verdict(rating_database)).faults == ["1 entry older than 60 s without a seal"]


async def test_a_caller_limited_to_a_branch_cannot_see_the_audit(
    company: Company, identity: Callable[..., dict[str, str]]
) -> None:
    rating, _ = company
    limited = identity("rating", Grant("rating.audit", Level.VIEW, Limits(branches=frozenset({"MIA"}))))
    answer = await rating.get("/v1/audit", headers=limited)
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
