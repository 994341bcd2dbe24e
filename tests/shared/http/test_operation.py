"""Every operation is authorized, committed before its answer, carried out once for a key, and repeated on deadlocks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from decimal import Decimal

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from pydantic import BaseModel, SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.pool import QueuePool

from shared.access import declared
from shared.access.grants import Grant, Level, Limits
from shared.access.identity import public_jwks
from shared.database.pool import Database
from shared.database.statements import execute, fetch_value
from shared.errors import NotFound
from shared.http.callers import Caller, CallerOf
from shared.http.operation import AccessUndeclared, Router, require_declared
from shared.http.transaction import Transaction
from shared.process.settings import ServiceSettings
from shared.service import build
from shared.values.money import Money


class Note(BaseModel):
    words: str
    amount: Money = Decimal(0)


notes = Router("notes")
attempts: list[int] = []


async def add_note(session: AsyncSession, note: Note, caller: Caller) -> dict[str, object]:
    await execute(session, "INSERT INTO inbox (consumer, event_id) VALUES (:w, gen_random_uuid())", w=note.words)
    count = await fetch_value(session, "SELECT count(*) FROM inbox")
    return {"count": count, "by": caller.name}


@notes.post("", access=declared.feature("rating.notes", Level.EDIT), idempotent=True, status_code=201)
async def write_note(note: Note, session: Transaction, caller: CallerOf) -> dict[str, object]:
    return await add_note(session, note, caller)


@notes.post("/spoken", access=declared.feature("rating.notes", Level.EDIT), status_code=201)
async def speak_note(note: Note, session: Transaction, caller: CallerOf) -> dict[str, object]:
    return await add_note(session, note, caller)


@notes.post("/failing", access=declared.feature("rating.notes", Level.EDIT))
async def fail_at_commit(session: Transaction) -> dict[str, object]:
    await execute(session, "CREATE TEMP TABLE t (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    await execute(session, "INSERT INTO t VALUES (1), (1)")
    return {"ok": True}


@notes.get("/deadlock/{times}", access=declared.signed_in())
async def deadlock_some_times(times: int, session: Transaction) -> dict[str, int]:
    attempts.append(times)
    if len(attempts) <= times:
        await session.execute(text("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40P01'; END $$"))
    return {"attempts": len(attempts)}


@notes.get("/deadlock-at-commit/{times}", access=declared.signed_in())
async def deadlock_at_commit(times: int, session: Transaction) -> dict[str, int]:
    attempts.append(times)
    if len(attempts) <= times:
        for statement in (
            "CREATE TEMP TABLE late (id int) ON COMMIT DROP",
            (
                "CREATE OR REPLACE FUNCTION pg_temp.fail() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION SQLSTATE '40P01'; END $$"
            ),
            (
                "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION pg_temp.fail()"
            ),
            "INSERT INTO late VALUES (1)",
        ):
            await session.execute(text(statement))
    return {"attempts": len(attempts)}


@notes.get("/breaking/off", access=declared.signed_in())
async def break_off(session: Transaction) -> None:
    await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


@notes.get("/taking/long", access=declared.signed_in())
async def take_long(session: Transaction) -> None:
    await session.execute(text("SET LOCAL statement_timeout = '50ms'"))
    await session.execute(text("SELECT pg_sleep(20)"))


@notes.get("/{note_id}", access=declared.feature("rating.notes", Level.VIEW), refuses=[NotFound])
async def read_note(note_id: int, caller: CallerOf) -> dict[str, object]:
    if not caller.scope.covers(branch="SAT"):
        raise NotFound(f"There is no note {note_id}.")
    return {"id": note_id}


@pytest.fixture
async def app(rating_database: Database, gateway_key: Ed25519PrivateKey) -> AsyncIterator[FastAPI]:
    settings = ServiceSettings(
        database_url=SecretStr(rating_database.url),
        NATS_URL=SecretStr("nats://localhost"),
        gateway_keys=public_jwks([gateway_key]),
    )
    attempts.clear()
    made = build.build("rating", settings, routers=[notes])
    yield made
    await made.state.database.close()


@pytest.fixture
async def client(app: FastAPI, identity: Callable[..., dict[str, str]]) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = identity("rating", Grant("rating.notes", Level.EDIT))
    async with httpx.AsyncClient(transport=transport, base_url="http://rating", headers=headers) as made:
        yield made


async def test_without_an_identity_nothing_is_answered(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/notes/1", headers={"ratebook-identity": ""})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "UNAUTHENTICATED"


async def test_a_level_below_the_declared_one_is_forbidden(
    client: httpx.AsyncClient, identity: Callable[..., dict[str, str]]
) -> None:
    viewer = identity("rating", Grant("rating.notes", Level.VIEW))
    assert (await client.get("/v1/notes/1", headers=viewer)).status_code == 200
    answer = await client.post("/v1/notes", json={"words": "x"}, headers={**viewer, "idempotency-key": "1"})
    assert answer.json()["code"] == "FORBIDDEN"


async def test_an_identity_for_another_service_is_refused(
    client: httpx.AsyncClient, identity: Callable[..., dict[str, str]]
) -> None:
    other = identity("receivables", Grant("rating.notes", Level.EDIT))
    assert (await client.get("/v1/notes/1", headers=other)).status_code == 401


async def test_the_scope_of_the_callers_grants_reaches_the_endpoint(
    client: httpx.AsyncClient, identity: Callable[..., dict[str, str]]
) -> None:
    elsewhere = identity("rating", Grant("rating.notes", Level.VIEW, Limits(branches=frozenset({"MIA"}))))
    here = identity("rating", Grant("rating.notes", Level.VIEW, Limits(branches=frozenset({"MIA", "SAT"}))))
    assert (await client.get("/v1/notes/1", headers=elsewhere)).status_code == 404
    assert (await client.get("/v1/notes/1", headers=here)).status_code == 200


async def test_the_same_key_and_body_give_the_same_answer_once(client: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "k1"}
    first = await client.post("/v1/notes", json={"words": "a"}, headers=key)
    again = await client.post("/v1/notes", json={"words": "a"}, headers=key)
    assert (first.status_code, first.json()) == (201, {"count": 1, "by": "ALAMO\\tester"})
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_key_reused_for_another_body_is_refused(client: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "k1"}
    await client.post("/v1/notes", json={"words": "a"}, headers=key)
    answer = await client.post("/v1/notes", json={"words": "b"}, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_a_money_command_without_a_key_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/notes", json={"words": "a"})
    assert (answer.status_code, answer.json()["code"]) == (400, "IDEMPOTENCY_KEY_MISSING")


async def test_other_commands_take_a_key_and_act_once_with_it(client: httpx.AsyncClient) -> None:
    counts = []
    for key in (None, "", "k1", "k1", "k2"):
        headers = {} if key is None else {"idempotency-key": key}
        answer = await client.post("/v1/notes/spoken", json={"words": "a"}, headers=headers)
        assert answer.status_code == 201, answer.text
        counts.append((answer.json()["count"], "idempotency-replayed" in answer.headers))
    assert counts == [(1, False), (2, False), (3, False), (3, True), (4, False)]
    long = await client.post("/v1/notes/spoken", json={"words": "a"}, headers={"idempotency-key": "k" * 201})
    assert (long.status_code, long.json()["errors"][0]["pointer"]) == (422, "header Idempotency-Key")


async def test_simultaneous_commands_with_one_key_act_once(client: httpx.AsyncClient, app: FastAPI) -> None:
    key = {"idempotency-key": "k1"}
    answers = await asyncio.gather(*(client.post("/v1/notes", json={"words": "a"}, headers=key) for _ in range(40)))
    statuses = {answer.status_code for answer in answers}
    assert statuses <= {201, 409}
    assert {answer.content for answer in answers if answer.status_code == 201} == {
        b'{"count":1,"by":"ALAMO\\\\tester"}'
    }
    async with app.state.database.transaction() as session:
        assert await fetch_value(session, "SELECT count(*) FROM inbox") == 1


async def test_a_commit_that_fails_does_not_answer_200(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/notes/failing")
    assert answer.status_code == 500
    assert answer.json()["code"] == "UNEXPECTED"


async def test_a_deadlock_is_repeated_and_finally_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/notes/deadlock/2")).json() == {"attempts": 3}
    attempts.clear()
    answer = await client.get("/v1/notes/deadlock/99")
    assert (answer.status_code, answer.json()["code"]) == (503, "TRY_AGAIN")


async def test_a_deadlock_in_the_commit_is_repeated(client: httpx.AsyncClient) -> None:
    attempts.clear()
    assert (await client.get("/v1/notes/deadlock-at-commit/2")).json() == {"attempts": 3}


async def test_an_invalid_body_is_refused_with_the_field(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/notes", json={"words": "a", "amount": 1.5}, headers={"idempotency-key": "1"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "pointer": "/amount",
            "detail": 'must be a decimal number in a string, with at most 2 decimal places, like "12.50"',
        }
    ]


async def test_an_invalid_path_parameter_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/notes/abc")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_unknown_paths_and_methods_are_problems_too(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/nothing")).json()["code"] == "NOT_FOUND"
    answer = await client.put("/v1/notes/1")
    assert (answer.status_code, answer.json()["code"]) == (405, "METHOD_NOT_ALLOWED")


async def test_the_trace_of_the_caller_is_the_request_id(client: httpx.AsyncClient) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = await client.get("/v1/nothing", headers={"traceparent": trace})
    assert answer.json()["request_id"] == "4bf92f3577b34da6a3ce929d0e0e4736" == answer.headers["x-request-id"]


def test_an_operation_without_declared_access_prevents_the_start(app: FastAPI) -> None:
    app.get("/v1/forgotten")(read_note)
    with pytest.raises(AccessUndeclared):
        require_declared(app)


def test_the_openapi_document_shows_feature_and_level(app: FastAPI) -> None:
    operation = app.openapi()["paths"]["/v1/notes"]["post"]
    assert (operation["x-feature"], operation["x-access-level"]) == ("rating.notes", "edit")
    assert {"400", "401", "403", "409", "422", "503"} <= set(operation["responses"])


async def test_an_exhausted_pool_is_refused_and_nothing_is_done(app: FastAPI, client: httpx.AsyncClient) -> None:
    database: Database = app.state.database
    pool = database.engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    pool._timeout = 0.1
    async with AsyncExitStack() as stack:
        for _ in range(pool.size()):
            session = await stack.enter_async_context(database.transaction())
            await session.execute(text("SELECT 1"))
        answer = await client.post("/v1/notes", json={"words": "a"}, headers={"idempotency-key": "k"})
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "TRY_AGAIN", "1")
    again = await client.post("/v1/notes", json={"words": "a"}, headers={"idempotency-key": "k"})
    assert (again.status_code, again.json()["count"]) == (201, 1)


async def test_a_statement_that_takes_too_long_is_refused_with_what_to_do(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/notes/taking/long")
    assert (answer.status_code, answer.json()["code"]) == (503, "TOOK_TOO_LONG")
    assert "Ask for less at once" in answer.json()["detail"]


async def test_a_lost_database_connection_is_reported_and_the_command_can_be_repeated(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/v1/notes/breaking/off")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "DATABASE_AWAY", "2")
    assert (await client.post("/v1/notes", json={"words": "a"}, headers={"idempotency-key": "k"})).status_code == 201
