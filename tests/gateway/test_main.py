"""The gateway starts only with valid documents and settings, reports its health, and stops when asked."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from deploy.local.nats import Nats
from deploy.local.process import free_port
from gateway.main import create_app
from gateway.routes import RoutesUnfit
from gateway.settings import Settings
from shared.process.background import running
from tests.gateway.conftest import EVERYTHING, SEED, Gateway, Reached, running_gateway
from tests.gateway.player import DOCUMENTS, Player
from tests.gateway.servers import raw_server, ready_checks, serving, wait_for

ROOT = Path(__file__).parents[2]
GIVEN = {
    "NATS_URL": "nats://gateway:secret@127.0.0.1:9",
    "GATEWAY_SIGNING_KEY": SEED,
    "GATEWAY_RATING_URL": "http://127.0.0.1:9/",
    "GATEWAY_RECEIVABLES_URL": "https://receivables.example",
    "GATEWAY_SECURITY_URL": "http://[::1]:9",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_settings_come_from_the_environment_and_hide_their_secrets(environment: pytest.MonkeyPatch) -> None:
    settings = Settings()
    assert settings.origins["rating"] == "http://127.0.0.1:9"
    assert settings.max_body_bytes == 25 * 1024 * 1024
    assert SEED not in repr(settings)
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_SIGNING_KEY", "11" * 31),
        ("GATEWAY_SIGNING_KEY", "not hexadecimal"),
        ("GATEWAY_RATING_URL", "127.0.0.1:9"),
        ("GATEWAY_RATING_URL", "ftp://rating"),
        ("GATEWAY_RATING_URL", "http://rating/prefix"),
        ("GATEWAY_RATING_URL", "http://rating?x=1"),
        ("GATEWAY_RATING_URL", "http://user:password@rating"),
        ("GATEWAY_MAX_BODY_BYTES", "0"),
        ("GATEWAY_PERMISSION_POLL_SECONDS", "60"),
    ],
)
def test_invalid_settings_are_refused_without_showing_them(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert value not in str(refused.value) or name == "GATEWAY_MAX_BODY_BYTES" or name.endswith("SECONDS")


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ({}, "does not declare its access"),
        ({"x-access-level": "edit"}, "does not declare its access"),
        ({"x-access-level": "owner", "x-feature": "rating.echo"}, "does not declare its access"),
        ({"x-access-level": "edit", "x-feature": "security.users"}, "not a feature of rating"),
    ],
)
def test_an_operation_with_invalid_access_prevents_the_start(
    environment: pytest.MonkeyPatch, operation: dict[str, str], words: str
) -> None:
    documents = {**DOCUMENTS, "rating": {"paths": {"/v1/forgotten": {"get": {"responses": {}, **operation}}}}}
    with pytest.raises(RoutesUnfit, match=f"GET /v1/forgotten of rating .*{words}|{words}"):
        create_app(Settings(), documents)


def test_a_missing_document_prevents_the_start(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setattr("gateway.routes.resources.files", lambda _: tmp_path)
    with pytest.raises(RoutesUnfit, match=r"rating\.json is missing. Write it with `make documents`"):
        create_app(Settings())


async def test_the_gateway_is_ready_with_permissions_nats_and_services(
    broker: Nats, new_gateway: Callable[..., Gateway]
) -> None:
    gateway = new_gateway(NATS_URL=SecretStr(broker.url("gateway")))
    wait_for(lambda: httpx.get(f"{gateway.origin}/readyz").json()["status"] == "ok", "the gateway is ready")
    assert ready_checks(gateway.origin) == dict.fromkeys(
        ("keys", "permissions", "services", "nats", "rating", "receivables", "security"), "ok"
    )


def test_the_gateway_is_degraded_without_a_service_or_nats(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(rating_url="http://127.0.0.1:9")
    answer = httpx.get(f"{gateway.origin}/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    checks = ready_checks(gateway.origin)
    assert checks["rating"] == "The service is unreachable."
    assert checks["nats"] == "NATS is unreachable."
    assert checks["receivables"] == checks["security"] == checks["permissions"] == checks["services"] == "ok"
    for path in ("/livez", "/startupz"):
        assert httpx.get(gateway.origin + path).json() == {"status": "ok"}


def test_the_gateway_is_not_ready_without_the_keys_and_permissions_of_security(
    new_gateway: Callable[..., Gateway],
) -> None:
    gateway = new_gateway(security_url="http://127.0.0.1:9", ready=False)
    answer = httpx.get(f"{gateway.origin}/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "failing")
    assert {name for name, words in answer.json()["checks"].items() if words != "ok"} >= {"keys", "permissions"}


FAILING = {"status": "failing", "checks": {"database": "The database is unreachable.", "nats": "ok"}}
DEGRADED = {"status": "degraded", "checks": {"database": "ok", "nats": "NATS is unreachable."}}
DRAINING = {"status": "draining", "checks": {}}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (FAILING, "The service is not ready: database."),
        (DEGRADED, "The service is ready, but not all that it depends on: nats."),
        (DRAINING, "The service is about to stop."),
        ({"status": "failing", "checks": {"<script>": "10.0.0.1"}}, "The service is not ready: it does not say why."),
        ({"nonsense": 1, "status": "failing"}, "The service does not answer as expected."),
    ],
)
def test_the_gateway_is_not_ok_while_a_service_is_not(
    new_gateway: Callable[..., Gateway], said: Any, words: str
) -> None:
    sick = Player()
    sick.health = said
    with serving(sick) as rating:
        gateway = new_gateway(rating_url=rating.origin)
        answer = httpx.get(f"{gateway.origin}/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["checks"]["rating"] == words


def test_the_gateway_is_failing_while_no_service_is_ready(new_gateway: Callable[..., Gateway]) -> None:
    """As when their PostgreSQL is down."""
    gateway = new_gateway()
    gateway.player.health = FAILING
    wait_for(lambda: httpx.get(f"{gateway.origin}/readyz").status_code == 503, "the gateway has asked again", 5)
    assert httpx.get(f"{gateway.origin}/readyz").json()["checks"]["services"] == "No service is ready."
    gateway.player.health = DEGRADED
    wait_for(lambda: httpx.get(f"{gateway.origin}/readyz").status_code == 200, "the gateway has asked again", 5)


def test_services_are_not_asked_for_every_question_to_the_gateway(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway()
    asked = gateway.player.asked("/readyz")
    for _ in range(30):
        httpx.get(f"{gateway.origin}/readyz")
    # Three services, once each at most, or twice on a slow machine.
    assert gateway.player.asked("/readyz") - asked <= 6


def test_a_service_that_hangs_does_not_keep_the_health_of_the_gateway_waiting() -> None:
    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(30)

    player = Player()
    with (
        raw_server(hang) as rating,
        serving(player) as services,
        running_gateway(player, services.origin, rating_url=rating) as gateway,
    ):
        answer = httpx.get(f"{gateway.origin}/readyz", timeout=3)
    assert answer.json()["checks"]["rating"] == "The service did not answer within 1 s."


@pytest.mark.parametrize("key", ["k", "k" * 31, "k" * 33, "K" * 32, "é" * 16])
def test_the_metrics_are_for_those_who_have_the_key(new_gateway: Callable[..., Gateway], key: str) -> None:
    gateway = new_gateway(metrics_key=SecretStr("k" * 32))

    def ask(authorization: str) -> httpx.Response:
        return httpx.get(f"{gateway.origin}/metrics", headers=[(b"authorization", authorization.encode())])

    for authorization in (f"Bearer {key}", f"Basic {'k' * 32}", "k" * 32, ""):
        answer = ask(authorization)
        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")
        assert "ratebook_" not in answer.text
    assert "ratebook_gateway_in_work" in ask(f"Bearer {'k' * 32}").text


def test_without_a_key_there_are_no_metrics(gateway: Gateway) -> None:
    for headers in ({}, {"authorization": "Bearer"}, {"authorization": "Bearer None"}):
        answer = httpx.get(f"{gateway.origin}/metrics", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_unknown_paths_outside_the_api_give_a_problem_too(gateway: Gateway) -> None:
    for path in ("/nothing", "/api", "/API/v1/rating/echo", "/auth/check", "/v1/echo"):
        answer = httpx.get(gateway.origin + path)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_the_gateway_imports_no_database_library() -> None:
    code = (
        "import sys, gateway.main; "
        "print([name for name in ('asyncpg', 'sqlalchemy', 'sqlmodel', 'alembic', 'shared.database') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


PRODUCTION = """
import sys, uvicorn
from gateway.main import create_app
from shared.process.server import configuration
from tests.gateway.player import DOCUMENTS
application = create_app(documents=DOCUMENTS)
uvicorn.Server(configuration(application, port=int(sys.argv[1]), log_config=None, timeout_graceful_shutdown=1)).run()
"""


def test_the_process_ends_on_sigterm_even_with_an_open_stream() -> None:
    player = Player()
    player.grant("7", *EVERYTHING)
    port = free_port()
    with serving(player) as services:
        urls = {name: services.origin for name in GIVEN if name.endswith("_URL") and name.startswith("GATEWAY")}
        process = subprocess.Popen(
            [sys.executable, "-c", PRODUCTION, str(port)],
            cwd=ROOT,
            env={**os.environ, **GIVEN, **urls, "DRAIN_SECONDS": "0"},
            stderr=subprocess.PIPE,
        )
        try:
            wait_for(lambda: _answers(port), "the gateway answers")
            gateway = Reached(f"http://127.0.0.1:{port}", player)
            wait_for(lambda: ready_checks(gateway.origin)["permissions"] == "ok", "the gateway has the permissions")
            with gateway.client() as client, client.stream("GET", "/rating/ticks") as answer:
                next(answer.iter_raw())
                process.send_signal(signal.SIGTERM)
                _, said = process.communicate(timeout=10)
        finally:
            process.kill()
    # uvicorn finally raises the signal that ended it.
    assert process.returncode == -signal.SIGTERM, said.decode()[-2000:]
    assert b"Fatal" not in said


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/livez").status_code == 200
    except httpx.TransportError:
        return False


async def test_a_loop_that_swallows_a_cancellation_still_ends() -> None:
    swallowed: list[bool] = []

    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if swallowed:
                    raise
                swallowed.append(True)

    async with asyncio.timeout(5), running({"stubborn": stubborn}):
        await asyncio.sleep(0)
    assert swallowed
