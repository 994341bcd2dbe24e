"""The gateway as in production, in front of simulated services."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from gateway.connections import Connections
from gateway.main import create_app
from gateway.settings import Settings
from shared.access.grants import Grant, Level
from shared.access.identity import key_id
from tests.gateway.player import DOCUMENTS, Player
from tests.gateway.servers import Server, Talk, raw_server, serving, wait_for, wait_for_servers

SEED = "11" * 32
EVERYTHING = tuple(
    Grant(feature, Level.ADMIN)
    for feature in ("rating.echo", "rating.orders", "rating.export", "rating.ticks", "receivables.echo")
)


def sign(key: Ed25519PrivateKey, head: dict[str, Any] | None = None, **claims: Any) -> str:
    """An access token as security signs it; `claims` replace the defaults, and None omits a claim."""
    now = int(time.time())
    sound = {
        "iss": "ratebook-security",
        "aud": "ratebook-gateway",
        "sub": "7",
        "name": "ALAMO\\tester",
        "sid": "70",
        "iat": now,
        "exp": now + 300,
        "jti": "t1",
    }
    payload = {name: value for name, value in {**sound, **claims}.items() if value is not None}
    headers = {"typ": "ratebook-access+jwt", "kid": key_id(key), **(head or {})}
    return jwt.encode(payload, key, "EdDSA", headers=headers)


@dataclass
class Reached:
    """The address of a gateway, and the services behind it."""

    origin: str
    player: Player

    def token(self, subject: str = "7", **claims: Any) -> str:
        return sign(self.player.key, sub=subject, **claims)

    def headers(self, subject: str = "7", **claims: Any) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token(subject, **claims)}"}

    def client(self, subject: str = "7", **options: Any) -> httpx.Client:
        return httpx.Client(base_url=f"{self.origin}/api/v1", headers=self.headers(subject), **options)

    def asks_again(self) -> None:
        """Waits until the gateway has requested the permission table again and has the answer."""
        asked = self.player.asked("/v1/permission-table")
        wait_for(lambda: self.player.asked("/v1/permission-table") > asked + 1, "the gateway has requested the table")


@dataclass
class Gateway(Reached):
    """A gateway in this process."""

    server: Server
    services_port: int = 0

    @property
    def port(self) -> int:
        return self.server.port


@contextmanager
def running_gateway(player: Player, services_origin: str, *, ready: bool = True, **settings: Any) -> Iterator[Gateway]:
    """A gateway in front of `services_origin`, ready unless it cannot be; `settings` replace the defaults."""
    given = {
        "NATS_URL": SecretStr("nats://gateway:none@127.0.0.1:9"),
        "LOG_LEVEL": "CRITICAL",
        "signing_key": SecretStr(SEED),
        "rating_url": services_origin,
        "receivables_url": services_origin,
        "security_url": services_origin,
        "permission_poll_seconds": 0.2,
        **settings,
    }
    with serving(create_app(Settings(**given), DOCUMENTS)) as server:
        if ready:
            wait_for(lambda: httpx.get(f"{server.origin}/readyz").status_code == 200, "the gateway is ready")
        yield Gateway(server.origin, player, server, int(services_origin.rsplit(":", 1)[1]))


@contextmanager
def gateway_before(talk: Talk, **settings: Any) -> Iterator[Gateway]:
    """A gateway where `talk` carries the connections to rating, and user 7 may do everything."""
    player = Player()
    player.grant("7", *EVERYTHING)
    with (
        raw_server(talk) as rating,
        serving(player) as services,
        running_gateway(player, services.origin, rating_url=rating, **settings) as gateway,
    ):
        yield gateway


@pytest.fixture(scope="session", autouse=True)
def everything_stops() -> Iterator[None]:
    """Fails the run if a server does not stop."""
    yield
    wait_for_servers()


@pytest.fixture(scope="session")
def shared_gateway() -> Iterator[Gateway]:
    """One gateway for most tests; user 7 may do everything, user 8 may only view rating's echo."""
    player = Player()
    player.grant("7", *EVERYTHING)
    player.grant("8", Grant("rating.echo", Level.VIEW), name="ALAMO\\viewer")
    with serving(player) as services, running_gateway(player, services.origin) as gateway:
        yield gateway


@pytest.fixture
def gateway(shared_gateway: Gateway) -> Gateway:
    """A gateway for tests that do not change permissions."""
    player = shared_gateway.player
    player.go_on.set()
    wait_for(lambda: player.active == 0, "the services have finished the previous test")
    player.seen.clear()
    player.left.clear()
    player.peers.clear()
    player.go_on.clear()
    return shared_gateway


@pytest.fixture
def new_gateway() -> Iterator[Callable[..., Gateway]]:
    """Makes gateways for one test, each with its own services, which it reaches as `host`."""
    with ExitStack() as stack:

        def make(host: str = "127.0.0.1", **settings: Any) -> Gateway:
            player = Player()
            player.grant("7", *EVERYTHING)
            services = stack.enter_context(serving(player))
            return stack.enter_context(running_gateway(player, f"http://{host}:{services.port}", **settings))

        yield make


@pytest.fixture
async def upstream() -> AsyncIterator[Connections]:
    """The gateway's client alone, on the loop of the test."""
    connections = Connections(connect_seconds=5, inactivity_seconds=5)
    yield connections
    await connections.close()
