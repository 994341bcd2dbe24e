"""Every operation × every level × every kind of token: the gateway admits exactly what is declared.

The expectation comes from the declarations, the result from the service behind the gateway.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.main import create_app
from gateway.settings import Settings
from shared.access.grants import Grant, Level
from shared.access.identity import IdentityVerifier, load_private_key, public_jwks
from tests.fixtures.asgi import Header, ask
from tests.fixtures.operations import LEVELS, Declared, declared_operations
from tests.gateway.conftest import SEED, sign
from tests.gateway.player import Player, answer
from tests.gateway.servers import serving

TOKENS = ("no", "expired", "of another audience", "sound")
OPERATIONS = declared_operations()
FEATURES = sorted({one.feature for one in OPERATIONS if one.feature})
_AT_ONCE = 32


@dataclass
class Recorder:
    """Simulates all three services: security's keys and table, and for everything else a record of the operation."""

    player: Player
    carried_out: dict[str, tuple[str, str, str | None]] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        # Only a caller's request has an address.
        if scope["type"] != "http" or b"x-forwarded-for" not in headers:
            await self.player(scope, receive, send)
            return
        identity = headers.get(b"ratebook-identity")
        seen = (scope["method"], scope["raw_path"].decode(), identity.decode() if identity else None)
        assert scope["query_string"].decode() not in self.carried_out
        self.carried_out[scope["query_string"].decode()] = seen
        await answer(b"")(scope, receive, send)


@dataclass(frozen=True)
class Case:
    """`level` is the caller's level of the operation's feature; for all other features it is admin."""

    operation: Declared
    method: str
    level: str
    token: str

    def __str__(self) -> str:
        return f"{self.method} {self.operation.outside} with {self.level} and {self.token} token"

    @property
    def passes(self) -> bool:
        if self.operation.level == "public":
            return True
        return self.token == "sound" and self.operation.allows(self.level)

    @property
    def status(self) -> int:
        if self.passes:
            return 200
        return 403 if self.token == "sound" else 401


def all_cases() -> list[Case]:
    return [
        Case(operation, method, level, token)
        for operation in OPERATIONS
        for method in (("GET", "HEAD") if operation.method == "GET" else (operation.method,))
        for level in LEVELS
        for token in TOKENS
    ]


def subject_of(feature: str | None, level: str) -> str:
    return f"{level} of {feature}"


def player_with_all_callers() -> Player:
    """Simulates security with a user for each feature and level, who has admin of all other features."""
    player = Player()
    for feature in (*FEATURES, None):
        others = [Grant(other, Level.ADMIN) for other in FEATURES if other != feature]
        for level in LEVELS:
            own = [Grant(feature, Level.of(level))] if feature and level != "none" else []
            player.grant(subject_of(feature, level), *own, *others)
    return player


def authorizations(player: Player, subject: str) -> dict[str, list[Header]]:
    past = int(time.time()) - 60
    tokens = {
        "expired": sign(player.key, sub=subject, exp=past),
        "of another audience": sign(player.key, sub=subject, aud="rating"),
        "sound": sign(player.key, sub=subject),
    }
    return {"no": [], **{kind: [(b"authorization", f"Bearer {token}".encode())] for kind, token in tokens.items()}}


@asynccontextmanager
async def gateway_before(origin: str) -> AsyncIterator[ASGIApp]:
    """The gateway in this loop, when it is ready."""
    given: dict[str, Any] = {
        "NATS_URL": SecretStr("nats://gateway:none@127.0.0.1:9"),
        "LOG_LEVEL": "CRITICAL",
        "signing_key": SecretStr(SEED),
        **dict.fromkeys(("rating_url", "receivables_url", "security_url"), origin),
        # No limits on the rate.
        "requests_per_second": 1e9,
        "burst": 1_000_000,
    }
    app = create_app(Settings(**given))
    begun, over, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def receive() -> Message:
        if begun.is_set():
            await over.wait()
            return {"type": "lifespan.shutdown"}
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        assert not message["type"].endswith("failed"), message
        (begun if message["type"].endswith("startup.complete") else ended).set()

    async def live() -> None:
        await app({"type": "lifespan", "state": {}}, receive, send)

    life = asyncio.create_task(live())
    await asyncio.wait_for(begun.wait(), 30)
    try:
        yield app
    finally:
        over.set()
        await life
        assert ended.is_set()


async def ask_all(app: ASGIApp, cases: list[Case], player: Player) -> dict[int, int]:
    """The status of each case by its index, which the service gets as `case=<index>`."""
    callers = {
        (feature, level): authorizations(player, subject_of(feature, level))
        for feature in (*FEATURES, None)
        for level in LEVELS
    }
    waiting = iter(enumerate(cases))
    statuses: dict[int, int] = {}

    async def work() -> None:
        for place, case in waiting:
            authorization = callers[case.operation.feature, case.level][case.token]
            path = case.operation.path(outside=True)
            statuses[place] = await ask(app, case.method, path, f"case={place}", authorization)

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
    return statuses


async def test_every_operation_passes_for_exactly_the_callers_it_declares() -> None:
    cases = all_cases()
    assert len(cases) > 5_000
    recorder = Recorder(player_with_all_callers())
    with serving(recorder) as services:
        async with gateway_before(services.origin) as app:
            statuses = await ask_all(app, cases, recorder.player)
    otherwise = {str(case): statuses[place] for place, case in enumerate(cases) if statuses[place] != case.status}
    assert otherwise == {}
    expected = {f"case={place}" for place, case in enumerate(cases) if case.passes}
    assert recorder.carried_out.keys() == expected
    verifiers = {
        service: IdentityVerifier(public_jwks([load_private_key(SEED)]), service)
        for service in ("rating", "receivables", "security")
    }
    for place, case in enumerate(cases):
        if case.passes:
            method, path, identity = recorder.carried_out[f"case={place}"]
            assert (method, path) == (case.operation.method, case.operation.path()), str(case)
            if case.operation.level == "public":
                assert identity is None, str(case)
            else:
                principal = verifiers[case.operation.service].verify(identity)
                assert principal.subject == subject_of(case.operation.feature, case.level), str(case)
                # A service gets its own features only, and the one that all of them have.
                modules = {grant.feature.partition(".")[0] for grant in principal.grants}
                assert modules <= {case.operation.service, "operations"}


async def test_the_matrix_detects_a_gateway_that_requires_one_level_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the gateway required one level less, cases would fail."""
    monkeypatch.setattr(
        "gateway.permissions.highest_levels",
        lambda grants: dict.fromkeys(FEATURES, Level.VIEW) | {one.feature: one.level + 1 for one in grants},
    )
    cases = [case for case in all_cases() if case.operation.template == "/v1/exports" and case.token == "sound"]
    recorder = Recorder(player_with_all_callers())
    with serving(recorder) as services:
        async with gateway_before(services.origin) as app:
            statuses = await ask_all(app, cases, recorder.player)
    otherwise = [str(case) for place, case in enumerate(cases) if statuses[place] != case.status]
    assert "GET /api/v1/rating/exports with none and sound token" in otherwise
    assert recorder.carried_out.keys() > {f"case={place}" for place, case in enumerate(cases) if case.passes}
