"""The real gateway in front of the real security service."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from deploy.local.nats import Nats
from gateway.main import create_app
from gateway.settings import Settings
from services.security.actions.administrators import create_administrator
from services.security.main import create_app as create_security
from services.security.settings import Settings as SecuritySettings
from shared.access.identity import load_private_key, public_jwks
from shared.database.pool import Database
from tests.gateway.conftest import SEED
from tests.gateway.player import Player
from tests.gateway.servers import ready_checks, serving, wait_for, wait_for_servers

PASSWORD = "correct horse battery"


async def security_settings(database_url: str, broker: Nats) -> SecuritySettings:
    database = Database(database_url, 2)
    async with database.transaction() as session:
        await create_administrator(session, "ALAMO\\admin", SecretStr(PASSWORD))
    await database.close()
    return SecuritySettings(
        database_url=SecretStr(database_url),
        NATS_URL=SecretStr(broker.url("security")),
        LOG_LEVEL="CRITICAL",
        gateway_keys=public_jwks([load_private_key(SEED)]),
        signing_key=SecretStr(Ed25519PrivateKey.generate().private_bytes_raw().hex()),
    )


@contextmanager
def logged_in(gateway_origin: str, user: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{gateway_origin}/api/v1") as client:
        answer = client.post("/security/tokens", json={"user": user, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


@contextmanager
def gateway_before(security_origin: str, broker: Nats, **settings: Any) -> Iterator[str]:
    """The origin of a gateway that is ready, without the other services."""
    given = {
        "NATS_URL": SecretStr(broker.url("gateway")),
        "LOG_LEVEL": "CRITICAL",
        "signing_key": SecretStr(SEED),
        "rating_url": security_origin,
        "receivables_url": security_origin,
        "security_url": security_origin,
        **settings,
    }
    with serving(create_app(Settings(**given))) as gateway:
        wait_for(lambda: set(ready_checks(gateway.origin).values()) == {"ok"}, "everything is ready", 20)
        yield gateway.origin


@asynccontextmanager
async def gateway_of_a_company(database_url: str, broker: Nats, **settings: Any) -> AsyncIterator[str]:
    """The origin of a gateway before a security service with an administrator; the other services are simulated."""
    own = await security_settings(database_url, broker)
    with serving(Player()) as played, serving(create_security(own)) as security:
        others = {"rating_url": played.origin, "receivables_url": played.origin}
        with gateway_before(security.origin, broker, **others, **settings) as gateway:
            yield gateway
    # Before the database is dropped.
    await asyncio.to_thread(wait_for_servers)
