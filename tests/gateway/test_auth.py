"""Only valid access tokens of the security service authenticate a caller."""

import asyncio
import base64
import json
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.auth import Keys, Tokens
from gateway.connections import Connections
from gateway.errors import PermissionsStale
from shared.access.identity import key_id
from shared.errors import Unauthenticated
from tests.gateway.conftest import Gateway, sign
from tests.gateway.player import Player
from tests.gateway.servers import serving, wait_for

NOW = int(time.time())


def ask(gateway: Gateway, authorization: str | None) -> httpx.Response:
    headers = {"authorization": authorization} if authorization is not None else {}
    return httpx.get(f"{gateway.origin}/api/v1/rating/echo", headers=headers)


def is_refused(answer: httpx.Response) -> bool:
    return (
        answer.status_code == 401
        and answer.json()["code"] == "UNAUTHENTICATED"
        and answer.headers["www-authenticate"] == "Bearer"
    )


def test_a_valid_token_passes(gateway: Gateway) -> None:
    assert ask(gateway, f"Bearer {gateway.token()}").status_code == 200
    assert ask(gateway, f"bearer {gateway.token()}").status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer x", "Bearer a.b.c", "Basic YTpi", "Token x", "Bearer " + "x" * 9_000],
)
def test_anything_but_a_token_is_refused(gateway: Gateway, authorization: str | None) -> None:
    assert is_refused(ask(gateway, authorization))
    assert gateway.player.seen == []


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "ratebook-gateway"},
        {"iss": None},
        {"aud": "rating"},
        {"aud": ["ratebook-gateway"]},
        {"aud": ["ratebook-gateway", "rating"]},
        {"aud": None},
        {"exp": NOW - 1},
        {"exp": None},
        {"exp": "never"},
        {"iat": None},
        {"iat": NOW + 600},
        {"iat": "now"},
        {"nbf": NOW + 600},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "nobody"},
        {"sid": None},
        {"sid": 70},
        {"jti": None},
    ],
)
def test_a_token_with_other_claims_is_refused(gateway: Gateway, claims: dict[str, Any]) -> None:
    assert is_refused(ask(gateway, f"Bearer {sign(gateway.player.key, **claims)}"))


@pytest.mark.parametrize(
    "head",
    [
        {"typ": "JWT"},
        {"typ": "ratebook-identity+jwt"},
        {"kid": "unknown"},
        {"kid": ""},
        {"jku": "https://evil.example/jwks"},
        {"jwk": {"kty": "OKP"}},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["AAAA"]},
        {"crit": ["exp"]},
        {"cty": "JWT"},
    ],
)
def test_a_token_with_another_head_is_refused(gateway: Gateway, head: dict[str, object]) -> None:
    assert is_refused(ask(gateway, f"Bearer {sign(gateway.player.key, head)}"))


def test_a_token_signed_with_another_key_is_refused(gateway: Gateway) -> None:
    forged = sign(Ed25519PrivateKey.generate(), {"kid": key_id(gateway.player.key)})
    assert is_refused(ask(gateway, f"Bearer {forged}"))


def test_a_token_of_another_algorithm_is_refused(gateway: Gateway) -> None:
    claims = jwt.decode(gateway.token(), options={"verify_signature": False})
    head = {"typ": "ratebook-access+jwt", "kid": key_id(gateway.player.key)}
    public = gateway.player.key.public_key().public_bytes_raw()
    assert is_refused(ask(gateway, f"Bearer {jwt.encode(claims, public, 'HS256', headers=head)}"))
    assert is_refused(ask(gateway, f"Bearer {jwt.encode(claims, '', 'none', headers=head)}"))


def test_a_modified_token_is_refused_even_after_the_valid_one_passed(gateway: Gateway) -> None:
    token = gateway.token("8")
    assert ask(gateway, f"Bearer {token}").status_code == 200
    head, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "7"}).encode()).decode().rstrip("=")
    assert is_refused(ask(gateway, f"Bearer {head}.{changed}.{signature}"))
    assert is_refused(ask(gateway, f"Bearer {token[:-4]}AAAA"))


def test_two_authorization_headers_are_refused(gateway: Gateway) -> None:
    headers = [("authorization", f"Bearer {gateway.token()}")] * 2
    answer = httpx.get(f"{gateway.origin}/api/v1/rating/echo", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "HEADERS_REFUSED")


def test_a_remembered_token_still_expires(gateway: Gateway) -> None:
    token = gateway.token(exp=int(time.time()) + 2)
    assert ask(gateway, f"Bearer {token}").status_code == 200
    wait_for(lambda: is_refused(ask(gateway, f"Bearer {token}")), "the token has expired", 4)


async def test_a_limited_number_of_tokens_is_remembered_for_half_a_minute(upstream: Connections) -> None:
    player = Player()
    with serving(player) as services:
        keys = Keys(upstream, services.origin)
        await keys.refresh()
        tokens = Tokens(keys, cache_size=3)
        one, *others = [f"Bearer {sign(player.key, sid=str(number))}".encode() for number in range(4)]
        now = time.time()
        first = await tokens.check(one, now)
        assert first.trusted_until == now + 30
        assert await tokens.check(one, now + 29) is first
        assert await tokens.check(one, now + 31) is not first
        for other in others:
            await tokens.check(other, now)
        assert len(tokens._sessions) == 3
        assert await tokens.check(one, now) is not first


async def test_a_new_key_is_fetched_when_a_token_names_it_but_not_for_every_unknown_one(upstream: Connections) -> None:
    player = Player()
    present = [1000.0]
    with serving(player) as services:
        keys = Keys(upstream, services.origin, clock=lambda: present[0])
        await keys.refresh()
        new = Ed25519PrivateKey.generate()
        player.keys.append(new)
        assert await keys.find(key_id(new)) is None
        present[0] += 6
        found = await asyncio.gather(*(keys.find(f"unknown-{number}") for number in range(20)))
        assert found == [None] * 20
        assert player.asked("/v1/jwks") == 2
        assert await keys.find(key_id(new)) is not None
        player.failing = True
        present[0] += 6
        assert await keys.find("unknown") is None
        assert await keys.find(key_id(player.key)) is not None


async def test_tokens_of_a_key_that_is_no_longer_published_are_forgotten(upstream: Connections) -> None:
    player = Player()
    with serving(player) as services:
        keys = Keys(upstream, services.origin)
        await keys.refresh()
        tokens = Tokens(keys, cache_size=3)
        shown = f"Bearer {sign(player.key)}".encode()
        assert await tokens.check(shown, time.time())
        player.keys = [Ed25519PrivateKey.generate()]
        await keys.refresh()
        with pytest.raises(Unauthenticated):
            await tokens.check(shown, time.time())


async def test_without_any_keys_nothing_is_decided(upstream: Connections) -> None:
    tokens = Tokens(Keys(upstream, "http://127.0.0.1:9"), cache_size=3)
    with pytest.raises(PermissionsStale):
        await tokens.check(f"Bearer {sign(Ed25519PrivateKey.generate())}".encode(), time.time())
    with pytest.raises(Unauthenticated):
        await tokens.check(None, time.time())
