"""The gateway puts together how the suite is: it asks all services at once, and one that is down hides no other."""

import asyncio
import json
import time

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from gateway.operations import own_document
from shared.access.grants import Grant, Level
from shared.access.labels import FEATURES
from shared.process.version import VERSION
from tests.gateway.conftest import running_gateway
from tests.gateway.player import Player
from tests.gateway.servers import serving

PATH = "/api/v1/operations/status"
SAID = {
    "service": "rating", "version": "0", "parts": [{"name": "database", "state": "ok"}], "latency": None,
    "outbox": {"pending": 3, "oldest_age_seconds": 1.5}, "dead_letters": 2, "latest": [],
}  # fmt: skip


class Service:
    """A service that says how it is, after a while; `asked` are the identities that asked."""

    def __init__(self, body: bytes, wait_seconds: float = 0) -> None:
        self.body = body
        self.wait_seconds = wait_seconds
        self.asked: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        self.asked.append(headers.get(b"ratebook-identity", b""))
        await asyncio.sleep(self.wait_seconds if scope["path"] == "/v1/status" else 0)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": self.body})


def test_one_service_that_is_down_and_a_slow_one_hide_no_other() -> None:
    player = Player()
    player.grant("7", Grant("operations.status", Level.VIEW))
    rating, slow = Service(json.dumps(SAID).encode()), Service(b"{}", wait_seconds=30)
    with (
        serving(player) as services,
        serving(rating) as of_rating,
        serving(slow) as of_receivables,
        running_gateway(
            player, services.origin, rating_url=of_rating.origin, receivables_url=of_receivables.origin
        ) as gateway,
    ):
        began = time.monotonic()
        with gateway.client() as client:
            answer = client.get("/operations/status", timeout=10)
        took = time.monotonic() - began
    assert answer.status_code == 200
    states = {one["name"]: one for one in answer.json()["processes"]}
    assert list(states) == ["gateway", "rating", "receivables", "security"]
    assert states["rating"] == {"name": "rating", "problem": "", "status": SAID}
    assert states["receivables"]["problem"] == "The service did not answer within 3 s."
    assert states["security"]["problem"] == "The service does not answer as expected."
    own = states["gateway"]["status"]
    assert (own["version"], own["outbox"], own["dead_letters"]) == (VERSION, None, None)
    assert {part["name"] for part in own["parts"]} == {"keys", "permissions", "services", "nats"}
    # They are asked at once.
    assert took < 6
    assert all(rating.asked[-1:])


@pytest.mark.parametrize(
    ("level", "status"), [(None, 403), (Level.VIEW, 200), (Level.ADMIN, 200)], ids=["none", "view", "admin"]
)
def test_it_needs_the_feature(level: Level | None, status: int) -> None:
    player = Player()
    feature = "operations.status" if level else "rating.echo"
    player.grant("7", Grant(feature, level or Level.ADMIN))
    with serving(player) as services, running_gateway(player, services.origin) as gateway:
        with gateway.client() as client:
            answer = client.get("/operations/status", timeout=10)
        nobody = httpx.get(f"{gateway.origin}{PATH}")
    assert (answer.status_code, nobody.status_code) == (status, 401)


def test_its_document_declares_the_feature() -> None:
    ((path, described),) = own_document()["paths"].items()
    assert path == "/v1/status"
    assert described["get"]["x-feature"] == "operations.status"
    assert described["get"]["x-label"] == FEATURES["operations.status"]
