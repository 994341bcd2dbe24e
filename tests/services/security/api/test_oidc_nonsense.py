"""An identity provider that answers nonsense, or replaces its keys, is never a failure of ours."""

import asyncio
import gzip
import json
import ssl
from collections.abc import AsyncIterator
from typing import Any

import httpx
import jwt
import pytest
from fastapi import FastAPI
from starlette.responses import JSONResponse, Response, StreamingResponse

from services.security.actions import oidc as actions
from services.security.actions.oidc import Provider
from services.security.rules.oidc import Registration
from tests.fixtures.issuer import CLIENT_ID, REDIRECT_URI, Issuer, new_rsa
from tests.gateway.servers import raw_server
from tests.services.security.api.test_oidc import (
    DOMAINS,
    ana,
    browser,
    is_refused,
    issuer,
    leave,
    log_in,
    provider,
)

__all__ = ["ana", "browser", "issuer", "provider"]

HUGE = 3 * 2**20


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 65536
        # Otherwise the server would never see that its client is gone, and its thread would run on beside other tests.
        await asyncio.sleep(0.001)


async def drops() -> AsyncIterator[bytes]:
    while True:
        yield b" "
        await asyncio.sleep(0.05)


NONSENSE: dict[str, Any] = {
    "no JSON": lambda: Response("<html>Not now</html>"),
    "nothing": lambda: Response(""),
    "a list": lambda: JSONResponse([{"id_token": "x"}]),
    "a text": lambda: JSONResponse("x"),
    "null": lambda: JSONResponse(None),
    "a number of many digits": lambda: Response("9" * 10_000),
    "nested too deeply": lambda: Response("[" * 100_000),
    "nested too deeply in a member": lambda: Response('{"id_token":' * 50_000),
    "not UTF-8": lambda: Response(b'{"id_token": "\xff"}'),
    "huge": lambda: Response(b'{"id_token": "' + b"x" * HUGE + b'"}'),
    "without end": lambda: StreamingResponse(endless()),
    "drop by drop": lambda: StreamingResponse(drops()),
    "a compressed bomb": lambda: Response(gzip.compress(b" " * HUGE), headers={"content-encoding": "gzip"}),
    "not compressed as it says": lambda: Response(b"{}x", headers={"content-encoding": "gzip"}),
    "a redirect": lambda: Response(status_code=302, headers={"location": "http://127.0.0.1:1/"}),
    "no content": lambda: Response(status_code=204),
    "a failure": lambda: JSONResponse({"error": "server_error"}, 500),
}
TOKENS: dict[str, Any] = {
    "no token": {},
    "null": {"id_token": None},
    "a number": {"id_token": 7},
    "a list": {"id_token": ["a.b.c"]},
    "an object": {"id_token": {"a": 1}},
    "one text": {"id_token": "nonsense"},
    "dots": {"id_token": ".."},
    "a lone surrogate": {"id_token": "\ud800.a.b"},
    "other letters": {"id_token": "é.é.é"},
    "null characters": {"id_token": "\0.\0.\0"},
    "a nested head": {"id_token": "W1tbW1tb" * 20_000 + ".e30.e30"},
    "a head that is a list": {"id_token": "W10.e30.e30"},
    "an error that is an object": {"error": {"a": [1]}},
    "a huge error": {"error": "x" * 500_000},
}


@pytest.fixture(autouse=True)
def short_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_TIMEOUT_SECONDS", 1)


@pytest.mark.parametrize("name", NONSENSE)
@pytest.mark.parametrize("path", ["/token", "/jwks", "/.well-known/openid-configuration"])
async def test_an_answer_that_is_nonsense_means_that_the_provider_is_away(
    browser: httpx.AsyncClient, issuer: Issuer, ana: int, path: str, name: str
) -> None:
    if path.startswith("/."):
        issuer.nonsense[path] = NONSENSE[name]()
        answer = await browser.get("/v1/oidc/log-in")
    else:
        left = await leave(browser)
        issuer.nonsense[path] = NONSENSE[name]()
        answer = await left.come_back(browser)
    assert (answer.status_code, answer.json()["code"]) == (503, "IDENTITY_PROVIDER_AWAY")


@pytest.mark.parametrize("name", TOKENS)
async def test_an_answer_without_a_readable_token_is_a_refusal(
    browser: httpx.AsyncClient, issuer: Issuer, ana: int, name: str
) -> None:
    left = await leave(browser)
    issuer.nonsense["/token"] = Response(json.dumps(TOKENS[name]))
    assert is_refused(await left.come_back(browser))


@pytest.mark.parametrize(
    "keys",
    [
        None,
        7,
        "x",
        {},
        [],
        [7],
        [None],
        [{}],
        [{"kty": 7}],
        [{"kty": "RSA", "n": 1, "e": []}],
        [{"kty": "EC", "crv": {}}],
    ],
    ids=repr,
)
async def test_keys_that_are_nonsense_mean_that_the_provider_is_away(
    browser: httpx.AsyncClient, issuer: Issuer, ana: int, keys: object
) -> None:
    left = await leave(browser)
    issuer.nonsense["/jwks"] = JSONResponse({"keys": keys})
    answer = await left.come_back(browser)
    assert (answer.status_code, answer.json()["code"]) == (503, "IDENTITY_PROVIDER_AWAY")


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 10**2500},
        {"exp": "soon"},
        {"exp": [1]},
        {"iat": 10**2500},
        {"nbf": {}},
        {"aud": {CLIENT_ID: 1}},
        {"sub": 7},
        {"sub": "a\0"},
        {"preferred_username": "a\0@alamo.example"},
        {"preferred_username": "\ud800@alamo.example"},
        {"preferred_username": "x" * 100_000 + "@alamo.example"},
        {"preferred_username": {}},
        {"nonce": 7},
        {"nonce": "\ud800"},
    ],
    ids=lambda claims: str(claims)[:40],
)
async def test_impossible_claims_are_no_failure(
    browser: httpx.AsyncClient, issuer: Issuer, ana: int, claims: dict[str, Any]
) -> None:
    issuer.claims = claims
    answer = await log_in(browser)
    # A token that expires in a very long time is one that has not expired.
    assert is_refused(answer) or (claims == {"exp": 10**2500} and answer.status_code == 303)


@pytest.mark.parametrize(
    "url", ["https://exa mple/token", "https://[::1/token", "https://a:b/token", "https://\0/token"]
)
async def test_an_endpoint_that_is_no_address_means_that_the_provider_is_away(
    browser: httpx.AsyncClient, issuer: Issuer, ana: int, url: str
) -> None:
    issuer.document = {"token_endpoint": url}
    sent = await browser.get("/v1/oidc/log-in")
    answer = await (await leave(browser)).come_back(browser) if sent.status_code == 302 else sent
    assert (answer.status_code, answer.json()["code"]) == (503, "IDENTITY_PROVIDER_AWAY")


async def test_a_provider_that_does_not_speak_http_is_away(app: FastAPI, browser: httpx.AsyncClient) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ESMTP\r\n")

    with raw_server(talk) as origin:
        registration = Registration(origin, CLIENT_ID, REDIRECT_URI, "preferred_username", DOMAINS)
        app.state.provider = Provider(registration, ssl.create_default_context())
        answer = await browser.get("/v1/oidc/log-in")
    assert (answer.status_code, answer.json()["code"]) == (503, "IDENTITY_PROVIDER_AWAY")


async def test_keys_replaced_under_the_same_id_are_fetched_after_a_failed_signature(
    browser: httpx.AsyncClient, issuer: Issuer, ana: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await log_in(browser)).status_code == 303
    issuer.keys["k1"] = new_rsa()
    asked = issuer.asked.count("/jwks")
    # The keys are seconds old, so that forged tokens do not make us ask for each.
    for _ in range(3):
        assert is_refused(await log_in(browser))
    assert issuer.asked.count("/jwks") == asked
    monkeypatch.setattr(actions, "_UNKNOWN_KEY_SECONDS", 0)
    assert (await log_in(browser)).status_code == 303
    assert issuer.asked.count("/jwks") == asked + 1
    # A valid signature asks for nothing, a forged one does so once.
    assert (await log_in(browser)).status_code == 303
    assert issuer.asked.count("/jwks") == asked + 1
    issuer.sign = lambda claims: jwt.encode(claims, new_rsa(), "RS256", headers={"kid": "k1"})
    assert is_refused(await log_in(browser))
    assert issuer.asked.count("/jwks") == asked + 2


async def test_two_keys_with_one_id_are_both_tried(browser: httpx.AsyncClient, issuer: Issuer, ana: int) -> None:
    new = new_rsa()
    both = [
        {**json.loads(jwt.get_algorithm_by_name("RS256").to_jwk(key.public_key())), "kid": "k1", "use": "sig"}
        for key in (issuer.keys["k1"], new)
    ]
    issuer.nonsense["/jwks"] = JSONResponse({"keys": both})
    assert (await log_in(browser)).status_code == 303
    issuer.keys["k1"] = new
    assert (await log_in(browser)).status_code == 303


@pytest.mark.parametrize("name", ["iss", "state", "code"])
async def test_an_answer_with_a_parameter_twice_is_refused(
    browser: httpx.AsyncClient, issuer: Issuer, ana: int, name: str
) -> None:
    for values in (("https://elsewhere.example", None), (None, None), (None, "https://elsewhere.example")):
        left = await leave(browser)
        twice = [(name, value or left.query[name]) for value in values]
        others = [(other, value) for other, value in left.query.items() if other != name]
        headers = {"cookie": f"__Host-ratebook-oidc={left.secret}"}
        answer = await browser.get("/v1/oidc/callback", params=[*others, *twice], headers=headers)
        assert is_refused(answer), (name, values)
