"""The key of access tokens is rotated step by step while the gateway runs, and nobody is refused."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from deploy.local.nats import Nats
from services.security.main import create_app as create_security
from services.security.settings import Settings as SecuritySettings
from tests.gateway.conftest import sign
from tests.gateway.real import PASSWORD, gateway_before, security_settings
from tests.gateway.servers import Server, wait_for, wait_for_servers

OLD, NEW = "aa" * 32, "bb" * 32


class Security:
    """The security service at one address, replaced by another process with other keys."""

    def __init__(self, settings: SecuritySettings):
        self._settings = settings
        self.server = self._start(OLD, 0)

    def _start(self, keys: str, port: int) -> Server:
        server = Server(create_security(self._settings.model_copy(update={"signing_key": SecretStr(keys)})))
        server.port = port
        return server.start()

    def restart(self, keys: str) -> None:
        self.server.stop()
        self.server = self._start(keys, self.server.port)


def log_in(client: httpx.Client) -> str:
    answer = client.post("/tokens", json={"user": "ALAMO\\admin", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["access_token"]
    return token


def passes(client: httpx.Client, token: str) -> bool:
    return client.get("/me", headers={"authorization": f"Bearer {token}"}).status_code == 200


async def test_old_tokens_pass_until_their_key_is_retired_and_new_ones_pass_at_once(
    fresh_database: Callable[[str], Awaitable[str]], cluster: Callable[[str, str], str], broker: Nats
) -> None:
    settings = await security_settings(cluster(await fresh_database("security"), "security_runtime"), broker)
    await asyncio.to_thread(_rotate, settings, broker)
    # Before the database is dropped.
    await asyncio.to_thread(wait_for_servers)


def _rotate(settings: SecuritySettings, broker: Nats) -> None:
    security = Security(settings)
    with (
        gateway_before(security.server.origin, broker) as origin,
        httpx.Client(base_url=f"{origin}/api/v1/security") as client,
    ):
        old = log_in(client)
        assert passes(client, old)
        security.restart(f"{OLD},{NEW}")
        assert passes(client, log_in(client))
        security.restart(f"{NEW},{OLD}")
        new = log_in(client)
        wait_for(lambda: passes(client, new), "the gateway has fetched the new key", 3)
        assert passes(client, old)
        security.restart(NEW)
        assert passes(client, new)
        # The gateway fetches the keys every half minute, and at once for an unknown key.
        forged = {"authorization": "Bearer " + sign(Ed25519PrivateKey.generate())}
        wait_for(
            lambda: client.get("/me", headers=forged).status_code == 401 and not passes(client, old), "it ended", 5
        )
        assert passes(client, new)
    security.server.ask_to_stop()
