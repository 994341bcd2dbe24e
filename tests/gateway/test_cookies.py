"""Browsers keep tokens as cookies that no page can read, and only our own pages can change anything with them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from pydantic import SecretStr

from deploy.local.nats import Nats
from gateway.cookies import own_cookies
from gateway.errors import HeadersRefused
from services.security.main import create_app as create_security
from shared.access import cookies
from tests.fixtures.issuer import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, Issuer
from tests.gateway.real import PASSWORD, gateway_before, security_settings
from tests.gateway.servers import serving, wait_for_servers

LOG_IN = {"user": "ALAMO\\admin", "password": PASSWORD}
NEW_USER = {"name": "ALAMO\\ana", "display_name": "Ana"}


class Browser:
    """Keeps cookies like a browser that uses TLS; `tab()` opens a tab that shares them."""

    def __init__(self, origin: str):
        self.base = f"{origin}/api/v1/security"
        self.jar: dict[str, str] = {}

    def send(self, method: str, path: str, *, page: bool = True, **options: Any) -> httpx.Response:
        """Sends a request; with `page`, it has the header that our own pages add."""
        headers = {"cookie": "; ".join(["theme=dark", *(f"{name}={value}" for name, value in self.jar.items())])}
        if page and cookies.CSRF in self.jar:
            headers["ratebook-csrf"] = self.jar[cookies.CSRF]
        answer = httpx.request(method, self.base + path, headers=headers, **options)
        for line in answer.headers.get_list("set-cookie"):
            self._keep(line)
        return answer

    def _keep(self, line: str) -> None:
        ((name, morsel),) = SimpleCookie(line).items()
        assert (morsel["path"], morsel["secure"], morsel["domain"]) == ("/", True, "")
        assert morsel["samesite"] == ("lax" if name == cookies.OIDC else "strict")
        assert bool(morsel["httponly"]) == (name != cookies.CSRF) or morsel["max-age"] == "0"
        if morsel["max-age"] == "0":
            self.jar.pop(name, None)
        else:
            self.jar[name] = morsel.value


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An identity provider where the administrator is already logged in."""
    made = Issuer(account={"sub": "admin-1", "preferred_username": "admin@alamo.example"})
    with serving(made.app) as server:
        made.origin = server.origin
        yield made


@pytest.fixture
async def origin(
    fresh_database: Callable[[str], Awaitable[str]],
    cluster: Callable[[str, str], str],
    broker: Nats,
    issuer: Issuer,
) -> AsyncIterator[str]:
    local = await security_settings(cluster(await fresh_database("security"), "security_runtime"), broker)
    registered = {
        "oidc_issuer": issuer.origin,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": SecretStr(CLIENT_SECRET),
        "oidc_redirect_uri": REDIRECT_URI,
        "oidc_domains": {"alamo.example": "ALAMO"},
    }
    settings = local.model_copy(update=registered)
    with serving(create_security(settings)) as security:
        before = gateway_before(security.origin, broker)
        yield await asyncio.to_thread(before.__enter__)
        await asyncio.to_thread(before.__exit__, None, None, None)
    # Before the database is dropped.
    await asyncio.to_thread(wait_for_servers)


async def test_a_browser_works_with_cookies_and_a_foreign_page_does_not(origin: str) -> None:
    await asyncio.to_thread(_work, Browser(origin))


def _work(browser: Browser) -> None:
    assert browser.send("GET", "/me").status_code == 401
    logged_in = browser.send("POST", "/cookies", json=LOG_IN)
    assert (logged_in.status_code, logged_in.headers["cache-control"]) == (200, "no-store")
    assert logged_in.json() == {"expires_in": 300, "session_expires_in": 12 * 3600}
    assert set(browser.jar) == {cookies.ACCESS, cookies.REFRESH, cookies.CSRF}
    assert browser.send("GET", "/me", page=False).json()["name"] == "ALAMO\\admin"
    for forged in ({}, {"ratebook-csrf": ""}, {"ratebook-csrf": "x" * 43}):
        jar = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
        # Adding a cookie that matches the header does not help either.
        jar = jar.replace(browser.jar[cookies.CSRF], forged.get("ratebook-csrf", ""))
        for path in ("/users", "/cookies/refresh", "/cookies/revoke"):
            refused = httpx.post(browser.base + path, json=NEW_USER, headers={**forged, "cookie": jar})
            if path == "/users" or not forged.get("ratebook-csrf"):
                assert (refused.status_code, refused.json()["code"]) == (403, "CSRF_REFUSED")
    assert browser.send("POST", "/users", json=NEW_USER).status_code == 201
    bearer = {"authorization": f"Bearer {browser.jar[cookies.ACCESS]}"}
    by_header = httpx.post(browser.base + "/users", json={**NEW_USER, "name": "ALAMO\\ben"}, headers=bearer)
    assert by_header.status_code == 201


async def test_two_tabs_can_refresh_at_once_and_logging_out_ends_both(origin: str) -> None:
    await asyncio.to_thread(_refresh_in_two_tabs, Browser(origin))


def _refresh_in_two_tabs(browser: Browser) -> None:
    browser.send("POST", "/cookies", json=LOG_IN)
    first = dict(browser.jar)
    other = Browser(browser.base.removesuffix("/api/v1/security"))
    other.jar = dict(first)
    with ThreadPoolExecutor(2) as tabs:
        answers = list(tabs.map(lambda tab: tab.send("POST", "/cookies/refresh"), (browser, other)))
    assert [one.status_code for one in answers] == [200, 200]
    assert browser.jar[cookies.REFRESH] == other.jar[cookies.REFRESH] != first[cookies.REFRESH]
    assert browser.jar[cookies.CSRF] == first[cookies.CSRF]
    # The access cookie may have expired: logging out needs only the refresh cookie.
    del browser.jar[cookies.ACCESS]
    assert browser.send("POST", "/cookies/revoke").status_code == 204
    assert browser.jar == {}
    refused = other.send("POST", "/cookies/refresh")
    assert (refused.status_code, refused.json()["code"], other.jar) == (401, "LOGIN_REFUSED", {})


async def test_other_tokens_are_not_accepted_as_cookies_and_no_cookie_reaches_another_operation(origin: str) -> None:
    await asyncio.to_thread(_mix_up, Browser(origin))


def _mix_up(browser: Browser) -> None:
    tokens = httpx.post(browser.base + "/tokens", json=LOG_IN).json()
    browser.jar = {cookies.ACCESS: tokens["access_token"], cookies.CSRF: "None"}
    refused = browser.send("POST", "/users", json=NEW_USER)
    assert (refused.status_code, refused.json()["code"]) == (403, "CSRF_REFUSED")
    browser.jar = {cookies.ACCESS: "no token"}
    assert browser.send("GET", "/me").status_code == 401


async def test_a_browser_logs_in_with_the_identity_provider(origin: str) -> None:
    await asyncio.to_thread(_log_in_elsewhere, Browser(origin))


def _log_in_elsewhere(browser: Browser) -> None:
    sent = browser.send("GET", "/oidc/log-in")
    assert (sent.status_code, set(browser.jar)) == (302, {cookies.OIDC})
    back = httpx.get(sent.headers["location"]).headers["location"]
    assert back.startswith(f"{REDIRECT_URI}?")
    arrived = browser.send("GET", f"/oidc/callback?{urlsplit(back).query}")
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/console/")
    assert set(browser.jar) == {cookies.ACCESS, cookies.REFRESH, cookies.CSRF}
    assert browser.send("GET", "/me").json()["name"] == "ALAMO\\admin"
    assert browser.send("POST", "/users", json=NEW_USER).status_code == 201


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (b"", {}),
        (b"a=b; __host-ratebook-csrf=x", {}),
        (b"__Host-ratebook-csrf=x;__Host-other=y", {"__Host-ratebook-csrf": "x"}),
        (b" __Host-ratebook-csrf=a=b ; c", {"__Host-ratebook-csrf": "a=b"}),
        (b"__Host-ratebook-csrf", {"__Host-ratebook-csrf": ""}),
    ],
)
def test_only_our_cookies_are_read(header: bytes, found: dict[str, str]) -> None:
    assert own_cookies(header) == found


@pytest.mark.parametrize(
    "header",
    [b"__Host-ratebook-csrf=x; __Host-ratebook-csrf=x", b"__Host-ratebook-csrf=\xe9", b"__Host-ratebook-a=\x01"],
)
def test_an_ambiguous_cookie_is_refused(header: bytes) -> None:
    with pytest.raises(HeadersRefused):
        own_cookies(header)
