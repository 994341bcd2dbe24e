"""The running service notifies the gateway of changes over a real broker, and cleans up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.msg import Msg
from pydantic import SecretStr

from deploy.local.nats import Nats
from services.security.actions.users import create_user
from services.security.main import create_app
from services.security.records.users import UserDraft
from services.security.settings import Settings
from shared.access.grants import Grant, Level
from shared.access.identity import public_jwks
from shared.contracts.event import Envelope
from shared.contracts.permissions_changed import PermissionsChanged
from shared.database.pool import Database
from shared.database.statements import execute, fetch_value
from shared.events import streams
from tests.conftest import client_of
from tests.services.security.conftest import ADMINISTRATION, NOON, SEED


@pytest.fixture
def settings(security_database: Database, broker: Nats, gateway_key: Ed25519PrivateKey) -> Settings:
    return Settings(
        database_url=SecretStr(security_database.url),
        NATS_URL=SecretStr(broker.url("security")),
        gateway_keys=public_jwks([gateway_key]),
        signing_key=SecretStr(SEED),
    )


@pytest.fixture
async def running(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service while its relay and jobs are running."""
    app = create_app(settings)
    async with app.router.lifespan_context(app), client_of(app) as client:
        async with asyncio.timeout(10):
            while (await client.get("/readyz")).status_code != 200:
                await asyncio.sleep(0.05)
        yield client


async def test_the_gateway_is_notified_of_a_change_and_finds_it_in_the_table(
    broker: Nats, running: httpx.AsyncClient, identity: Callable[..., dict[str, str]]
) -> None:
    heard: asyncio.Queue[Msg] = asyncio.Queue()
    gateway = await streams.connect(broker.url("gateway"), reconnect=False)
    await gateway.subscribe(PermissionsChanged.subject(), cb=heard.put)
    await gateway.flush()
    clerk = identity("security", *ADMINISTRATION)
    made = await running.post("/v1/users", json={"name": "ALAMO\\ana", "display_name": "Ana"}, headers=clerk)
    async with asyncio.timeout(10):
        event = Envelope[PermissionsChanged].model_validate_json((await heard.get()).data)
    await gateway.close()
    asking = identity("security", Grant("security.permission_table", Level.VIEW), subject="gateway")
    table = (await running.get("/v1/permission-table", headers=asking)).json()
    assert event.data.epoch == table["epoch"] == 2
    assert list(table["users"]) == [str(made.json()["id"])]


async def test_sessions_that_expired_long_ago_are_deleted(security_database: Database, settings: Settings) -> None:
    async with security_database.transaction() as session:
        user = await create_user(session, UserDraft(name="ALAMO\\ana", display_name="Ana"), NOON)
        await execute(
            session,
            "INSERT INTO session (user_id, created_at, expires_at) VALUES (:user_id, :at, :at)",
            user_id=user.id,
            at=datetime(2020, 1, 1, tzinfo=UTC),
        )

    async def sessions() -> int:
        async with security_database.transaction() as session:
            count: int = await fetch_value(session, "SELECT count(*) FROM session")
            return count

    app = create_app(settings)
    async with app.router.lifespan_context(app), asyncio.timeout(10):
        while await sessions():
            await asyncio.sleep(0.02)
