"""Another data plane asks about each request, and only its own headers describe that request."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from gateway.settings import Settings
from shared.access.identity import HEADER, IdentityVerifier, load_private_key, public_jwks
from tests.gateway.conftest import SEED, Gateway

KEY = "k" * 32


@pytest.fixture
def asked(new_gateway: Callable[..., Gateway]) -> Callable[[str], Gateway]:
    """Makes a gateway for nginx, Traefik or Envoy; user 8 may view rating's echo."""

    def make(manner: str) -> Gateway:
        return new_gateway(check_manner=manner, check_key=SecretStr(KEY))

    return make


def ask(gateway: Gateway, path: str = "", method: str = "GET", **headers: str) -> httpx.Response:
    """Asks as the data plane does, for user 7."""
    given = {
        "ratebook-check-key": KEY,
        **gateway.headers(),
        **{name.replace("_", "-"): headers[name] for name in headers},
    }
    return httpx.request(method, f"{gateway.origin}/auth/check{path}", headers=given)


def test_an_admitted_caller_gets_an_identity_and_the_path_at_the_service(asked: Callable[[str], Gateway]) -> None:
    gateway = asked("nginx")
    answer = ask(gateway, x_original_method="PUT", x_original_uri="/api/v1/rating/echo?a=1")
    assert answer.status_code == 200
    assert (answer.headers["ratebook-service"], answer.headers["ratebook-path"]) == ("rating", "/v1/echo")
    verifier = IdentityVerifier(public_jwks([load_private_key(SEED)]), "rating")
    assert verifier.verify(answer.headers[HEADER]).subject == "7"


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/api/v1/rating/echo", 200),
        ("DELETE", "/api/v1/rating/echo", 401),
        ("GET", "/api/v1/rating/nothing", 401),
        ("GET", "/api/v1/rating//echo", 401),
        ("GET", "/api/v1/rating/%2e%2e/echo", 401),
        ("GET", "http://elsewhere/api/v1/rating/echo", 401),
        ("GET", "/v1/echo", 401),
        ("POST", "/api/v1/rating/open", 200),
    ],
)
def test_nginx_gets_a_yes_or_no(asked: Callable[[str], Gateway], method: str, target: str, status: int) -> None:
    answer = ask(asked("nginx"), x_original_method=method, x_original_uri=target)
    assert answer.status_code == status


def test_cookies_count_as_at_the_gateway_and_only_declared_ones_are_forwarded(asked: Callable[[str], Gateway]) -> None:
    gateway = asked("traefik")

    def ask_with(path: str, csrf: str, *cookies: str) -> httpx.Response:
        told = {"x-forwarded-method": "POST", "x-forwarded-uri": f"/api/v1/rating/{path}", "ratebook-csrf": csrf}
        headers = {"ratebook-check-key": KEY, "cookie": "; ".join(cookies), **told}
        return httpx.get(f"{gateway.origin}/auth/check", headers=headers)

    kept = ("theme=dark", "__Host-ratebook-refresh=r1", "__Host-ratebook-csrf=c1")
    assert ask_with("kept", "c1", *kept).headers["ratebook-cookie"] == "__Host-ratebook-refresh=r1"
    assert ask_with("kept", "c2", *kept).json()["code"] == "CSRF_REFUSED"
    access = f"__Host-ratebook-access={gateway.token(csrf='c1')}"
    passed = ask_with("echo", "c1", access, *kept)
    assert (passed.status_code, "ratebook-cookie" in passed.headers) == (200, False)
    # Only the cookie that belongs to the token counts, whatever other cookies there are.
    assert ask_with("echo", "c2", access, "__Host-ratebook-csrf=c2").json()["code"] == "CSRF_REFUSED"


def test_traefik_passes_the_refusal_on_unchanged(asked: Callable[[str], Gateway]) -> None:
    gateway = asked("traefik")
    passed = ask(gateway, x_forwarded_method="GET", x_forwarded_uri="/api/v1/rating/orders/7")
    assert (passed.status_code, passed.headers["ratebook-path"]) == (200, "/v1/orders/7")
    refused = ask(gateway, x_forwarded_method="GET", x_forwarded_uri="/api/v1/rating/orders/x")
    assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND")


def test_envoy_asks_with_the_request_itself(asked: Callable[[str], Gateway]) -> None:
    gateway = asked("envoy")
    passed = ask(gateway, "/api/v1/rating/echo?a=1", "PUT")
    assert (passed.status_code, passed.headers["ratebook-path"]) == (200, "/v1/echo")
    assert ask(gateway, "/api/v1/rating/echo", "DELETE").status_code == 405


@pytest.mark.parametrize(
    ("manner", "told"), [("traefik", "x_original"), ("nginx", "x_forwarded"), ("envoy", "x_original")]
)
def test_headers_of_another_data_plane_are_ignored(asked: Callable[[str], Gateway], manner: str, told: str) -> None:
    gateway = asked(manner)
    harmless = {f"{told}_method": "GET", f"{told}_uri": "/api/v1/rating/open"}
    assert ask(gateway, "/api/v1/rating/nothing" if manner == "envoy" else "", **harmless).status_code != 200


def test_without_the_key_there_is_no_check(asked: Callable[[str], Gateway]) -> None:
    gateway = asked("nginx")
    for key in ("", "x" * 32, KEY[:-1]):
        answer = ask(gateway, ratebook_check_key=key, x_original_method="GET", x_original_uri="/api/v1/rating/echo")
        assert answer.status_code == 404
        assert HEADER not in answer.headers


def test_another_group_gives_another_answer(asked: Callable[[str], Gateway]) -> None:
    gateway = asked("nginx")
    gateway.player.grant("8")
    gateway.asks_again()
    answer = ask(gateway, **gateway.headers("8"), x_original_method="GET", x_original_uri="/api/v1/rating/echo")
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


def test_manner_and_key_belong_together() -> None:
    urls: dict[str, Any] = {f"{name}_url": "http://127.0.0.1:1" for name in ("rating", "receivables", "security")}
    given = {**urls, "signing_key": SEED, "NATS_URL": "nats://127.0.0.1:1"}
    halves: tuple[dict[str, Any], ...] = ({"check_manner": "nginx"}, {"check_key": KEY})
    for half in halves:
        with pytest.raises(ValidationError, match="belong together"):
            Settings(**given, **half)
