"""deploy/nginx/ratebook.conf with other addresses, key and directories: nginx carries what the gateway admits."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from tests.gateway.conftest import Gateway
from tests.gateway.nginx import NGINX, ratebook_conf
from tests.gateway.servers import wait_for

KEY = "k" * 32

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed; set NGINX_BIN if it is elsewhere")

_MAIN = """
daemon off; master_process off; pid {place}/nginx.pid; error_log stderr warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
    include {place}/ratebook.conf;
}}
"""


@pytest.fixture
def nginx(new_gateway: Callable[..., Gateway], tmp_path: Path) -> Iterator[tuple[str, Gateway]]:
    """The address of an nginx in front of a gateway and its services."""
    gateway = new_gateway(check_manner="nginx", check_key=SecretStr(KEY))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = ratebook_conf(tmp_path, port=port, gateway_port=gateway.port, services_port=gateway.services_port, key=KEY)
    (tmp_path / "ratebook.conf").write_text(text)
    (tmp_path / "nginx.conf").write_text(_MAIN.format(place=tmp_path))
    assert NGINX is not None
    with subprocess.Popen([NGINX, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]) as process:
        try:
            wait_for(lambda: _listens(port), "nginx listens")
            yield f"http://127.0.0.1:{port}", gateway
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def test_a_request_passes_with_the_callers_identity_and_nothing_forged(nginx: tuple[str, Gateway]) -> None:
    origin, gateway = nginx
    forged = {
        "ratebook-identity": "forged",
        "ratebook_identity": "forged",
        "cookie": "a=b",
        "x-forwarded-for": "1.2.3.4",
    }
    answer = httpx.put(f"{origin}/api/v1/rating/echo?b=2", headers={**gateway.headers(), **forged}, content=b"hello")
    assert answer.status_code == 200
    (seen,) = gateway.player.seen
    assert (seen.method, seen.raw_path, seen.query, seen.body_bytes) == ("PUT", "/v1/echo", "b=2", 5)
    (identity,) = seen.header("ratebook-identity")
    assert identity.count(".") == 2
    assert (seen.header("cookie"), seen.header("authorization"), seen.header("ratebook_identity")) == ([], [], [])
    assert seen.header("x-forwarded-for") == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("method", "target", "status", "code"),
    [
        ("GET", "/api/v1/rating/nothing", 404, "NOT_FOUND"),
        ("DELETE", "/api/v1/rating/echo", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/api/v1/rating//echo", 400, "AMBIGUOUS_PATH"),
        ("GET", "/api/v1/rating/orders/..%2fecho", 400, "AMBIGUOUS_PATH"),
    ],
)
def test_refusals_come_from_the_gateway(
    nginx: tuple[str, Gateway], method: str, target: str, status: int, code: str
) -> None:
    origin, gateway = nginx
    answer = httpx.request(method, f"{origin}{target}", headers=gateway.headers())
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert gateway.player.seen == []


def test_nothing_passes_without_a_token_or_the_feature(nginx: tuple[str, Gateway]) -> None:
    origin, gateway = nginx
    gateway.player.grant("8")
    gateway.asks_again()
    assert httpx.get(f"{origin}/api/v1/rating/echo").json()["code"] == "UNAUTHENTICATED"
    assert httpx.get(f"{origin}/api/v1/rating/echo", headers=gateway.headers("8")).json()["code"] == "FORBIDDEN"
    assert gateway.player.seen == []
    assert httpx.get(f"{origin}/api/v1/rating/open").status_code == 200


def test_the_check_is_not_for_callers(nginx: tuple[str, Gateway]) -> None:
    origin, gateway = nginx
    for path in ("/_check", "/auth/check"):
        headers = {**gateway.headers(), "x-original-method": "GET", "x-original-uri": "/api/v1/rating/echo"}
        answer = httpx.get(f"{origin}{path}", headers=headers)
        assert (answer.status_code, "ratebook-identity" in answer.headers) == (404, False)


def test_head_large_bodies_redirects_and_event_streams_pass(nginx: tuple[str, Gateway]) -> None:
    origin, gateway = nginx
    headers = gateway.headers()
    assert httpx.head(f"{origin}/api/v1/rating/echo", headers=headers).status_code == 200
    redirected = httpx.get(f"{origin}/api/v1/rating/answers/redirect", headers=headers)
    assert (redirected.status_code, redirected.headers["location"]) == (302, "/api/v1/rating/orders/7")
    sent = os.urandom(3_000_000)
    assert httpx.post(f"{origin}/api/v1/rating/echo", headers=headers, content=sent).status_code == 200
    assert gateway.player.seen[-1].body_bytes == len(sent)
    with httpx.stream("GET", f"{origin}/api/v1/rating/ticks", headers=headers, timeout=5) as answer:
        first = next(answer.iter_raw())
    assert first.startswith(b"id: 0\ndata: ")


def test_a_revoked_right_ends_with_the_cached_answer(nginx: tuple[str, Gateway]) -> None:
    origin, gateway = nginx
    headers = gateway.headers()
    assert httpx.get(f"{origin}/api/v1/rating/echo", headers=headers).status_code == 200
    gateway.player.grant("7")
    gateway.asks_again()
    began = time.monotonic()
    wait_for(lambda: httpx.get(f"{origin}/api/v1/rating/echo", headers=headers).status_code == 403, "it ended", 8)
    assert time.monotonic() - began < 7
