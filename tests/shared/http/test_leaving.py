"""A read or an import whose caller leaves is ended, with its statement; a command is carried out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text
from starlette.types import Message

from shared.access import declared
from shared.access.identity import public_jwks
from shared.database.pool import Database
from shared.database.statements import fetch_value
from shared.http.leaving import ends_with_its_caller
from shared.http.operation import Router
from shared.http.transaction import Transaction
from shared.process.settings import ServiceSettings
from shared.service import build

naps = Router("naps")
_NAP = "SELECT pg_sleep(CAST(:seconds AS double precision))"


@naps.get("", access=declared.public("for this test"))
async def watch_nap(session: Transaction, seconds: float = 30) -> dict[str, str]:
    await session.execute(text(_NAP), {"seconds": seconds})
    return {"slept": "well"}


@naps.post("", access=declared.public("for this test"))
async def take_nap(session: Transaction, seconds: float = 30) -> dict[str, str]:
    await session.execute(text("INSERT INTO inbox (consumer, event_id) VALUES ('nap', gen_random_uuid())"))
    await session.execute(text(_NAP), {"seconds": seconds})
    return {"slept": "well"}


@pytest.fixture
async def app(rating_database: Database, gateway_key: Ed25519PrivateKey) -> AsyncIterator[FastAPI]:
    settings = ServiceSettings(
        database_url=SecretStr(rating_database.url),
        NATS_URL=SecretStr("nats://localhost"),
        gateway_keys=public_jwks([gateway_key]),
    )
    made = build.build("rating", settings, routers=[naps])
    yield made
    await made.state.database.close()


class Visit:
    """One request to an application, whose caller can leave."""

    def __init__(self, method: str, content_type: str = "application/json", *, query: bytes = b""):
        self._scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": "/v1/naps",
            "raw_path": b"/v1/naps",
            "query_string": query,
            "root_path": "",
            "headers": [(b"host", b"ratebook"), (b"content-type", content_type.encode())],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 1),
            "state": {},
        }
        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        self.sent: list[Message] = []

    def leave(self) -> None:
        self._messages.put_nowait({"type": "http.disconnect"})

    async def pay(self, app: FastAPI) -> None:
        async def send(message: Message) -> None:
            self.sent.append(message)

        await app(self._scope, self._messages.get, send)


async def _naps(database: Database) -> int:
    async with database.transaction() as session:
        count: int = await fetch_value(
            session,
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%' AND state = 'active'
            """,
        )
    return count


async def _until(look: Callable[[], Awaitable[int]], wanted: int) -> None:
    async with asyncio.timeout(10):
        while await look() != wanted:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(("method", "content_type"), [("GET", ""), ("POST", "text/csv; charset=utf-8")])
async def test_the_statement_of_a_caller_who_left_ends(
    app: FastAPI, rating_database: Database, method: str, content_type: str
) -> None:
    visit = Visit(method, content_type)
    paying = asyncio.create_task(visit.pay(app))
    await _until(lambda: _naps(rating_database), 1)
    visit.leave()
    await asyncio.wait_for(paying, 1)
    await _until(lambda: _naps(rating_database), 0)
    assert visit.sent == []
    async with rating_database.transaction() as session:
        assert await fetch_value(session, "SELECT count(*) FROM inbox") == 0
    assert app.state.database.pool.checkedout() == 0


async def test_a_command_is_carried_out_after_its_caller_left(app: FastAPI, rating_database: Database) -> None:
    visit = Visit("POST", query=b"seconds=1.5")
    paying = asyncio.create_task(visit.pay(app))
    await _until(lambda: _naps(rating_database), 1)
    visit.leave()
    await paying
    assert visit.sent[0]["status"] == 200
    async with rating_database.transaction() as session:
        assert await fetch_value(session, "SELECT count(*) FROM inbox") == 1


async def test_a_read_whose_caller_stays_is_answered(app: FastAPI) -> None:
    visit = Visit("GET", query=b"seconds=0")
    await visit.pay(app)
    assert visit.sent[0]["status"] == 200


async def test_a_process_that_stops_cancels_its_requests(app: FastAPI, rating_database: Database) -> None:
    visit = Visit("GET")
    paying = asyncio.create_task(visit.pay(app))
    await _until(lambda: _naps(rating_database), 1)
    paying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await paying


@pytest.mark.parametrize(
    ("method", "content_type", "ends"),
    [
        ("GET", "", True),
        ("HEAD", "", True),
        ("POST", "text/csv", True),
        ("POST", "Text/CSV; charset=utf-8", True),
        ("POST", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", True),
        ("POST", "application/json", False),
        ("PUT", "", False),
    ],
)
def test_reads_and_imports_end_with_their_caller(method: str, content_type: str, ends: bool) -> None:
    assert ends_with_its_caller(method, content_type) is ends
