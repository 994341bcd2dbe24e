"""The permission table: what it allows, how fast a change arrives, and how long it is trusted."""

import asyncio
import json
import logging
import logging.handlers
import queue
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import nats
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.client import Client
from pydantic import SecretStr

from deploy.local.nats import Nats
from gateway.auth import Identities
from gateway.connections import Connections
from gateway.errors import PermissionsStale
from gateway.main import Front
from gateway.permissions import TRUSTED_SECONDS, Permissions, read_table
from gateway.proxy import Proxy
from shared.access.grants import Grant, Level, Limits
from shared.access.identity import HEADER, IdentityVerifier, load_private_key, public_jwks
from shared.contracts.event import envelope_bytes
from shared.contracts.permission_table import PermissionTable
from shared.contracts.permissions_changed import PermissionsChanged
from tests.gateway.conftest import EVERYTHING, SEED, Gateway
from tests.gateway.player import Player
from tests.gateway.servers import ready_checks, serving, wait_for


def status(gateway: Gateway, path: str = "/rating/echo", subject: str = "7") -> int:
    with gateway.client(subject) as client:
        return client.get(path).status_code


# --- What it allows --------------------------------------------------------------------------------------------------


def test_a_level_below_the_declared_one_is_forbidden(gateway: Gateway) -> None:
    with gateway.client("8") as viewer:
        assert viewer.get("/rating/echo").status_code == 200
        answer = viewer.post("/rating/echo", json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert "rating.echo at level edit" in answer.json()["detail"]
    assert [seen.method for seen in gateway.player.seen] == ["GET"]


def test_a_denial_is_logged_with_caller_operation_and_reason_but_no_token(gateway: Gateway) -> None:
    kept: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    handler = logging.handlers.QueueHandler(kept)
    logger = logging.getLogger("gateway.decisions")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        with gateway.client("8") as viewer:
            viewer.get("/rating/echo")
            viewer.get("/rating/orders/7")
            token = viewer.headers["authorization"][7:]
        httpx.get(f"{gateway.origin}/api/v1/rating/echo", headers={"authorization": f"Bearer {token}x"})
        httpx.get(f"{gateway.origin}/api/v1/rating/open")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    records = [kept.get_nowait() for _ in range(kept.qsize())]
    facts = [
        tuple(vars(one)[name] for name in ("levelname", "subject", "route", "result", "reason")) for one in records
    ]
    assert facts == [
        ("DEBUG", "8", "GET /api/v1/rating/echo", "pass", "granted"),
        ("INFO", "8", "GET /api/v1/rating/orders/{order_id}", "forbidden", "no group grants rating.orders at view"),
        ("INFO", "unknown", "GET /api/v1/rating/echo", "unauthenticated", "The access token is not valid."),
        ("DEBUG", "127.0.0.1", "GET /api/v1/rating/open", "pass", "public"),
    ]
    assert token not in str([one.__dict__ for one in records])


def test_new_limits_of_a_grant_travel_to_the_service_with_the_same_token(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway()
    limits = Limits(branches=frozenset({"SAT"}))
    with gateway.client() as client:
        assert client.post("/rating/echo", json={}).status_code == 200
        gateway.player.grant("7", Grant("rating.echo", Level.VIEW), Grant("rating.echo", Level.EDIT, limits))
        gateway.asks_again()
        assert client.post("/rating/echo", json={}).status_code == 200
    verifier = IdentityVerifier(public_jwks([load_private_key(SEED)]), "rating")
    before, after = (set(verifier.verify(seen.header(HEADER)[0]).grants) for seen in gateway.player.seen)
    assert Grant("rating.orders", Level.ADMIN) in before
    assert after == {Grant("rating.echo", Level.VIEW), Grant("rating.echo", Level.EDIT, limits)}


# --- How changes arrive ----------------------------------------------------------------------------------------------


def test_a_permission_revoked_or_granted_counts_after_the_next_poll(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway()
    assert status(gateway) == 200
    gateway.player.grant("7", Grant("rating.orders", Level.VIEW))
    wait_for(lambda: status(gateway) == 403, "the permission is revoked", 2)
    gateway.player.grant("7", *EVERYTHING)
    wait_for(lambda: status(gateway) == 200, "the permission is granted again", 2)


def test_a_deactivated_user_is_unauthenticated_despite_a_valid_token(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway()
    assert status(gateway) == 200
    gateway.player.remove("7")
    wait_for(lambda: status(gateway) == 401, "the user is deactivated", 2)
    assert status(gateway, "/rating/me") == 401


def test_an_unchanged_table_is_not_sent_again(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway()
    gateway.asks_again()
    assert gateway.player.questions[-1].header("if-none-match") == [f'"{gateway.player.epoch}"']
    assert status(gateway) == 200


def test_the_gateway_fetches_the_table_with_its_own_identity(gateway: Gateway) -> None:
    # The newest one, because on a slow machine the first identity of this gateway has expired.
    gateway.asks_again()
    question = next(one for one in reversed(gateway.player.questions) if one.raw_path == "/v1/permission-table")
    verifier = IdentityVerifier(public_jwks([load_private_key(SEED)]), "security")
    principal = verifier.verify(question.header(HEADER)[0])
    assert question.header("authorization") == []
    assert (principal.subject, principal.name) == ("gateway", "gateway")
    assert principal.grants == (Grant("security.permission_table", Level.VIEW),)


@pytest.fixture
async def told(broker: Nats, new_gateway: Callable[..., Gateway]) -> AsyncIterator[tuple[Gateway, Client]]:
    """A gateway that polls too rarely to matter, and security's connection to NATS."""
    gateway = new_gateway(NATS_URL=SecretStr(broker.url("gateway")), permission_poll_seconds=30)
    wait_for(lambda: ready_checks(gateway.origin)["nats"] == "ok", "the gateway is listening")
    security = await nats.connect(broker.url("security"), inbox_prefix=b"_INBOX_security")
    yield gateway, security
    await security.close()


async def tell(security: Client, epoch: int) -> None:
    data = json.dumps({"epoch": epoch})
    event = envelope_bytes(uuid4(), "security", PermissionsChanged.event_name(), datetime.now(UTC), data)
    await security.publish(PermissionsChanged.subject(), event)
    await security.flush()


async def test_a_change_announced_over_nats_counts_within_a_second(told: tuple[Gateway, Client]) -> None:
    gateway, security = told
    assert status(gateway) == 200
    gateway.player.grant("7", Grant("rating.orders", Level.VIEW))
    began = time.monotonic()
    await tell(security, gateway.player.epoch)
    wait_for(lambda: status(gateway) == 403, "the permission is revoked", 2)
    assert time.monotonic() - began < 1


async def test_an_event_that_overtakes_its_table_is_not_lost(told: tuple[Gateway, Client]) -> None:
    """If an event arrives during a request for the table, the gateway requests it again."""
    gateway, security = told
    gateway.player.table_delay_seconds = 0.3
    before = gateway.player.asked("/v1/permission-table")
    await tell(security, 99)
    wait_for(lambda: gateway.player.asked("/v1/permission-table") == before + 1, "the gateway has requested the table")
    await tell(security, 100)
    wait_for(
        lambda: gateway.player.asked("/v1/permission-table") == before + 2, "the gateway has requested it again", 2
    )
    await asyncio.sleep(0.8)
    assert gateway.player.asked("/v1/permission-table") == before + 2


async def test_the_gateway_works_without_nats_and_reconnects(broker: Nats, new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(NATS_URL=SecretStr(broker.url("gateway")))
    wait_for(lambda: ready_checks(gateway.origin)["nats"] == "ok", "the gateway is listening")
    broker.child.kill()
    wait_for(lambda: ready_checks(gateway.origin)["nats"] != "ok", "the gateway has noticed")
    gateway.player.grant("7", Grant("rating.orders", Level.VIEW))
    wait_for(lambda: status(gateway) == 403, "the poll has brought the change", 2)


# --- How long it is trusted ------------------------------------------------------------------------------------------


@pytest.fixture
def asking(upstream: Connections) -> Iterator[tuple[Player, Permissions, list[float]]]:
    """Permissions with a clock that the test controls."""
    player = Player()
    player.grant("7", *EVERYTHING)
    now = [1000.0]
    with serving(player) as services:
        identities = Identities(Ed25519PrivateKey.generate())
        yield player, Permissions(upstream, services.origin, identities, clock=lambda: now[0]), now


async def test_the_table_is_trusted_for_a_minute_after_the_request(
    asking: tuple[Player, Permissions, list[float]],
) -> None:
    player, permissions, now = asking
    with pytest.raises(PermissionsStale):
        permissions.current()
    await permissions.refresh()
    now[0] += TRUSTED_SECONDS
    assert permissions.current().epoch == player.epoch
    now[0] += 0.1
    with pytest.raises(PermissionsStale):
        permissions.current()
    await permissions.refresh()
    assert permissions.current().epoch == player.epoch


async def test_the_age_of_a_slow_answer_counts_from_its_request(
    asking: tuple[Player, Permissions, list[float]],
) -> None:
    _, permissions, _ = asking
    steps = iter([2000.0, 2070.0, 2070.0])
    permissions._clock = lambda: next(steps)
    await permissions.refresh()
    with pytest.raises(PermissionsStale):
        permissions.current()


async def test_failures_and_older_epochs_change_nothing_and_do_not_renew_trust(
    asking: tuple[Player, Permissions, list[float]],
) -> None:
    player, permissions, now = asking
    await permissions.refresh()
    held = permissions.current()
    player.failing = True
    with pytest.raises(ConnectionError):
        await permissions.refresh()
    player.failing = False
    player.remove("7")
    player.epoch = held.epoch - 1
    now[0] += TRUSTED_SECONDS - 1
    with pytest.raises(ValueError, match="older than"):
        await permissions.refresh()
    assert permissions.current() is held
    now[0] += 2
    with pytest.raises(PermissionsStale):
        permissions.current()


def test_without_fresh_permissions_only_public_operations_pass(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway()
    assert status(gateway) == 200
    permissions = _permissions_of(gateway)
    gateway.player.failing = True
    permissions._clock = lambda: time.monotonic() + TRUSTED_SECONDS + 1
    with gateway.client() as client:
        answer = client.get("/rating/echo")
    assert (answer.status_code, answer.json()["code"]) == (503, "PERMISSIONS_STALE")
    assert int(answer.headers["retry-after"]) > 0
    assert httpx.get(f"{gateway.origin}/api/v1/rating/me").status_code == 503
    assert httpx.get(f"{gateway.origin}/api/v1/rating/open").status_code == 200
    assert "no current permissions" in ready_checks(gateway.origin)["permissions"]
    permissions._clock = time.monotonic
    gateway.player.failing = False
    wait_for(lambda: status(gateway) == 200, "security answers again")


def test_an_open_stream_ends_when_the_permissions_become_stale(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway()
    with gateway.client() as client, client.stream("GET", "/rating/ticks") as answer:
        pieces = answer.iter_raw()
        next(pieces)
        gateway.player.failing = True
        _permissions_of(gateway)._clock = lambda: time.monotonic() + TRUSTED_SECONDS + 1
        began = time.monotonic()
        for _ in pieces:
            assert time.monotonic() - began < 3


def _permissions_of(gateway: Gateway) -> Permissions:
    front: Any = gateway.server._app
    while not isinstance(front, Front):
        front = front._app
    proxy = front._proxy
    assert isinstance(proxy, Proxy)
    return proxy._admission._permissions


def test_a_group_that_is_missing_from_the_table_gives_nothing() -> None:
    user = {"name": "ALAMO\\tester", "groups": ["1", "2"]}
    group = {"name": "Billing", "grants": [{"levels": {"rating.echo": "view"}}]}
    table = read_table(PermissionTable.model_validate({"epoch": 3, "users": {"7": user}, "groups": {"1": group}}))
    assert table.users["7"].grants == (Grant("rating.echo", Level.VIEW),)
