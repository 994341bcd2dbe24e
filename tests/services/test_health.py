"""A service says what it depends on and what is wrong with it, without the addresses and names that errors contain."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from services.rating.main import create_app
from services.rating.settings import Settings
from shared.access.identity import public_jwks
from shared.database.pool import Database
from shared.database.statements import execute
from tests.conftest import client_of


def service(database_url: str, key: Ed25519PrivateKey, **given: Any) -> FastAPI:
    """The rating service with this database, without background work."""
    return create_app(
        Settings(database_url=database_url, NATS_URL="nats://127.0.0.1:1", gateway_keys=public_jwks([key]), **given)
    )


async def checks(app: FastAPI, status: int) -> dict[str, str]:
    async with client_of(app) as client:
        answer: httpx.Response = await client.get("/readyz")
    assert answer.status_code == status, answer.text
    found: dict[str, str] = answer.json()["checks"]
    return found


async def test_without_nats_a_service_is_degraded(rating_database: Database, gateway_key: Ed25519PrivateKey) -> None:
    app = service(rating_database.url, gateway_key)
    assert await checks(app, 200) == {"database": "ok", "nats": "NATS is unreachable.", "loops": "ok"}
    await app.state.database.close()


async def test_loops_that_fail_are_named(gateway_key: Ed25519PrivateKey) -> None:
    """No event leaves without the relay, whatever else works."""
    app = service("postgresql://somebody:hidden@127.0.0.1:1/none", gateway_key)
    async with app.router.lifespan_context(app), asyncio.timeout(10):
        while (found := (await checks(app, 503))["loops"]) == "ok":
            await asyncio.sleep(0.05)
    assert found.startswith("Not running: ")
    assert "bell" in found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda url: "postgresql://somebody:hidden@127.0.0.1:1/none", "The database is unreachable."),
        (lambda url: "postgresql://somebody:hidden@no-such-host.invalid/none", "The database is unreachable."),
        (
            lambda url: url.replace("rating_runtime:", "rating_runtime:wrong"),
            "The database refuses the service's log-in.",
        ),
        (lambda url: url.replace("rating_runtime:", "somebody:"), "The database refuses the service's log-in."),
        (lambda url: url.rsplit("/", 1)[0] + "/nowhere", "The database does not exist."),
    ],
)
async def test_an_unusable_database_is_reported_by_kind_only(
    rating_database: Database, gateway_key: Ed25519PrivateKey, change: Callable[[str], str], words: str
) -> None:
    app = service(change(rating_database.url), gateway_key)
    assert (await checks(app, 503))["database"] == words
    await app.state.database.close()


async def test_a_used_up_pool_is_reported(rating_database: Database, gateway_key: Ed25519PrivateKey) -> None:
    app = service(rating_database.url, gateway_key, pool_size=2)
    database: Database = app.state.database
    async with database.transaction() as one, database.transaction() as two:
        for session in (one, two):
            await execute(session, "SELECT 1")
        assert (await checks(app, 503))["database"] == "There was no answer within 2 s."
    assert (await checks(app, 200))["database"] == "ok"
    await database.close()
