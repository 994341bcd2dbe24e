"""With the real security service: log-in, permission and its loss, all through the gateway."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from deploy.local.nats import Nats
from gateway.main import create_app
from gateway.settings import Settings
from services.security.actions.administrators import create_administrator
from services.security.main import create_app as create_security
from services.security.settings import Settings as SecuritySettings
from shared.database import Database
from shared.identity import load_private_key, public_jwks
from tests.gateway.conftest import SEED
from tests.gateway.player import Player
from tests.gateway.servers import Server, all_have_left, ready_checks, serving, wait_for

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
def logged_in(gateway: Server, user: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{gateway.origin}/api/v1") as client:
        answer = client.post("/security/tokens", json={"user": user, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


async def test_a_permission_is_given_used_and_lost_within_a_second(
    fresh_database: Callable[[str], Awaitable[str]], cluster: Callable[[str, str], str], broker: Nats
) -> None:
    database_url = cluster(await fresh_database("security"), "security_runtime")
    settings = await security_settings(database_url, broker)
    with serving(Player()) as played, serving(create_security(settings)) as security:
        gateway_settings = Settings(
            NATS_URL=SecretStr(broker.url("gateway")),
            LOG_LEVEL="CRITICAL",
            signing_key=SecretStr(SEED),
            rating_url=played.origin,
            receivables_url=played.origin,
            security_url=security.origin,
            permission_poll_seconds=30,
        )
        with serving(create_app(gateway_settings)) as gateway:
            wait_for(lambda: set(ready_checks(gateway.origin).values()) == {"ok"}, "all is well")
            await asyncio.to_thread(_give_use_and_take_away, gateway)
    # Before the database goes.
    await asyncio.to_thread(all_have_left)


def _give_use_and_take_away(gateway: Server) -> None:
    with logged_in(gateway, "ALAMO\\admin") as admin:
        user = admin.post("/security/users", json={"name": "ALAMO\\jsmith", "display_name": "J. Smith"}).json()["id"]
        assert admin.put(f"/security/users/{user}/password", json={"password": PASSWORD}).status_code == 204
        grants = [{"feature": "rating.work_orders", "level": "view", "branches": ["SAT"]}]
        group = admin.post("/security/groups", json={"name": "Order Entry", "grants": grants}).json()["id"]
        assert admin.put(f"/security/groups/{group}/members/{user}").status_code == 204
        with logged_in(gateway, "ALAMO\\JSmith") as clerk:
            wait_for(lambda: clerk.get("/rating/work-orders").status_code == 200, "the permission has arrived", 2)
            assert clerk.get("/security/me").json()["name"] == "ALAMO\\jsmith"
            assert clerk.post("/rating/work-orders", json={}).json()["code"] == "FORBIDDEN"
            assert clerk.get("/security/groups").json()["code"] == "FORBIDDEN"
            began = time.monotonic()
            assert admin.delete(f"/security/groups/{group}/members/{user}").status_code == 204
            wait_for(lambda: clerk.get("/rating/work-orders").status_code == 403, "the permission is gone", 2)
            assert time.monotonic() - began < 1
            assert (
                admin.patch(
                    f"/security/users/{user}",
                    json={"active": False},
                    headers={"if-match": admin.get(f"/security/users/{user}").headers["etag"]},
                ).status_code
                == 200
            )
            wait_for(lambda: clerk.get("/security/me").status_code == 401, "the user is gone", 2)
