"""Forged tokens: none is accepted, and no refused request reaches a service."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.access.grants import Grant, Level, Principal
from shared.access.identity import HEADER, key_id, load_private_key, public_jwks, sign_identity
from tests.gateway.conftest import EVERYTHING, SEED, Gateway, sign
from tests.gateway.wire import converse

Named = Iterator[tuple[str, str]]


def encoded(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    head, payload, signature = token.split(".")
    return (
        json.loads(base64.urlsafe_b64decode(head + "==")),
        json.loads(base64.urlsafe_b64decode(payload + "==")),
        signature,
    )


def soundly(head: object, claims: object, key: Ed25519PrivateKey) -> str:
    """A token with a correct signature, whatever its head says."""
    said = f"{encoded(head)}.{encoded(claims)}"
    return f"{said}.{encoded(key.sign(said.encode()))}"


def unsigned(sound: str) -> Named:
    head, claims, signature = parts_of(sound)
    for algorithm in ("none", "None", "NONE", "nOnE", "", None, "null"):
        changed = encoded({**head, "alg": algorithm})
        for end in ("", ".", f".{signature}"):
            yield f"alg {algorithm}", f"{changed}.{encoded(claims)}{end}"
    yield "without alg", f"{encoded({key: head[key] for key in ('typ', 'kid')})}.{encoded(claims)}.{signature}"
    yield "without signature", ".".join(sound.split(".")[:2])
    yield "empty signature", ".".join(sound.split(".")[:2]) + "."
    yield "zero signature", ".".join(sound.split(".")[:2]) + "." + encoded(bytes(64))


def confused(sound: str, key: Ed25519PrivateKey) -> Named:
    """Tokens signed with the public key as the secret of another algorithm, or with keys of another kind."""
    head, claims, _ = parts_of(sound)
    public = key.public_key()
    secrets = {
        "raw": public.public_bytes_raw(),
        "hexadecimal": public.public_bytes_raw().hex().encode(),
        "PEM": public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        "DER": public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        "JWKS": public_jwks([key]).encode(),
        "JWK": json.dumps(json.loads(public_jwks([key]))["keys"][0]).encode(),
        "kid": key_id(key).encode(),
        "nothing": b"",
    }
    for name, secret in secrets.items():
        for algorithm, digest in (("HS256", hashlib.sha256), ("HS384", hashlib.sha384), ("HS512", hashlib.sha512)):
            said = f"{encoded({**head, 'alg': algorithm})}.{encoded(claims)}"
            yield f"{algorithm} with the key as {name}", f"{said}.{encoded(hmac.digest(secret, said.encode(), digest))}"
        said = f"{encoded(head)}.{encoded(claims)}"
        yield f"HS256 called EdDSA, {name}", f"{said}.{encoded(hmac.digest(secret, said.encode(), hashlib.sha256))}"
    names = {"typ": head["typ"], "kid": head["kid"]}
    yield "ES256", jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), "ES256", headers=names)
    yield "RS256", jwt.encode(claims, rsa.generate_private_key(65537, 2048), "RS256", headers=names)
    others: tuple[object, ...] = ("eddsa", "EDDSA", "Ed25519", "Ed448", "HS256", "EdDSA ", ["EdDSA"], 7, True, {})
    for other in others:
        yield f"alg {other!r}", soundly({**head, "alg": other}, claims, key)


def bringing_a_key(sound: str, key: Ed25519PrivateKey) -> Named:
    """Tokens with a correct signature by the forger's own key, referred to in all ways that the standard allows."""
    own = Ed25519PrivateKey.generate()
    head, claims, _ = parts_of(sound)
    described = json.loads(public_jwks([own]))["keys"][0]
    for name, member in {
        "jwk": described, "jku": "http://127.0.0.1:1/jwks", "x5u": "http://127.0.0.1:1/cert", "x5c": ["MIIB"], "x5t": "AAAA",
        "x5t#S256": "AAAA", "crit": ["exp"], "b64": False, "zip": "DEF", "cty": "JWT", "enc": "A128GCM", "epk": described, "url": "http://x",
        "nonce": "1", "p2c": 2**31,
    }.items():  # fmt: skip
        for whose, signer in (("the forger's", own), ("our", key)):
            yield f"head with {name}, {whose} key", soundly({**head, name: member}, claims, signer)
    for kid in (
        "../../dev/null",
        "' OR 1=1 --",
        "http://127.0.0.1:1/jwks",
        "a" * 500,
        key_id(own),
        key_id(own).upper(),
        "\x00",
        "0",
    ):
        yield f"kid {kid[:20]!r}", soundly({**head, "kid": kid}, claims, own)
    for other in (None, 0, 1.5, True, [head["kid"]], {"a": 1}, []):
        yield f"kid {other!r}", soundly({**head, "kid": other}, claims, own)
    yield "another key by this name", soundly(head, claims, own)


def claiming(sound: str, key: Ed25519PrivateKey) -> Named:
    """Tokens with a correct signature that are for another audience, another time, or nobody."""
    head, all_claims, _ = parts_of(sound)
    now = int(time.time())
    wrong: dict[str, tuple[Any, ...]] = {
        "iss": (None, "", "ratebook", "ratebook-gateway", "Ratebook-Security", ["ratebook-security"], 7),
        "aud": (None, "", "ratebook", "rating", "Ratebook-Gateway", "ratebook-gateway ", ["ratebook-gateway"],
                ["ratebook-gateway", "rating"], [], {"ratebook-gateway": 1}, 7),
        "exp": (None, 0, -1, now, now - 1, now - 10**9, "never", "", [], {}, True,
                float("-inf"), float("inf"), float("nan"), 10**2500, -(10**2500), 10**400, 1e308),
        "iat": (None, now + 60, now + 10**9, "now", [], {}, 10**2500, float("inf"), float("nan")),
        "nbf": (now + 60, now + 10**9, "now", [], 10**2500, float("inf"), float("nan")),
        "sub": (None, "", "nobody", "07", "7 ", "gateway", 7, 7.0, True, ["7"], {"7": 7}),
        "sid": (None, 70, [], {}),
        "jti": (None,),
    }  # fmt: skip
    claims = [{claim: other} for claim, others in wrong.items() for other in others]
    for one in claims:
        changed = {name: value for name, value in {**all_claims, **one}.items() if value is not None}
        yield f"claims {one}", soundly(head, changed, key)
    # Parsers of JSON give up on these in their own ways.
    for part in (b"[" * 2_000, b'{"a":' * 500, b"9" * 2_500, b'{"exp": ' + b"9" * 2_500 + b"}", b"\xff", b"null", b""):
        said = f"{encoded(part)}.{encoded(all_claims)}"
        yield f"head {part[:9]!r}", f"{said}.{encoded(key.sign(said.encode()))}"
        said = f"{encoded(head)}.{encoded(part)}"
        yield f"claims {part[:9]!r}", f"{said}.{encoded(key.sign(said.encode()))}"
    for typ in ("JWT", "at+jwt", "ratebook-identity+jwt", "Ratebook-Access+JWT", "ratebook-refresh+jwt", ""):
        yield f"typ {typ!r}", sign(key, {"typ": typ})


def tampered(sound: str, key: Ed25519PrivateKey) -> Named:
    head, claims, signature = parts_of(sound)
    said = ".".join(sound.split(".")[:2])
    for change in ({"sub": "7"}, {"exp": claims["exp"] + 10**6}, {"aud": "rating"}, {"name": "x"}, {"extra": 1}):
        if {**claims, **change} != claims:
            yield f"changed to {change}", f"{encoded(head)}.{encoded({**claims, **change})}.{signature}"
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    for place in (0, 31, 32, 63):
        flipped = bytes(byte ^ (place == index) for index, byte in enumerate(raw))
        yield f"byte {place} of the signature", f"{said}.{encoded(flipped)}"
    # The same point plus one order of the group: a lenient check would accept both.
    order = 2**252 + 27742317777372353535851937790883648493
    further = int.from_bytes(raw[32:], "little") + order
    yield "malleable signature", f"{said}.{encoded(bytes(raw[:32]) + further.to_bytes(32, 'little'))}"
    yield "short signature", f"{said}.{encoded(bytes(raw[:63]))}"
    yield "long signature", f"{said}.{encoded(bytes(raw) + b'0')}"
    yield "two signatures", f"{sound}.{signature}"
    yield "two tokens", f"{sound},{sound}"
    yield "five parts", "a.b.c.d.e"
    yield "another's signature", f"{said}.{sign(key, sub='8').split('.')[2]}"
    in_json = {
        "payload": sound.split(".")[1],
        "signatures": [{"protected": sound.split(".", maxsplit=1)[0], "signature": signature}],
    }
    yield "in JSON", json.dumps(in_json)
    twice = b'{"sub":"8",' + json.dumps(claims).encode()[1:]
    yield "a claim twice, not signed", f"{encoded(head)}.{encoded(twice)}.{signature}"
    yield (
        "claims that are a list",
        jwt.api_jws.encode(b"[]", key, "EdDSA", headers={"typ": head["typ"], "kid": head["kid"]}),
    )
    yield (
        "claims that are not JSON",
        jwt.api_jws.encode(b"\xff", key, "EdDSA", headers={"typ": head["typ"], "kid": head["kid"]}),
    )


def authorizations(gateway: Gateway) -> Named:
    """Yields names and values of the Authorization header."""
    key, sound = gateway.player.key, gateway.token()
    for name, token in (
        *unsigned(sound), *confused(sound, key), *bringing_a_key(sound, key), *claiming(sound, key), *tampered(sound, key),
        ("much too long", sign(key, name="x" * 20_000)), ("a little too long", sign(key, name="x" * 4_000)),
        ("the identity that services get", sign_identity(load_private_key(SEED), Principal("7", "x", EVERYTHING), "rating")),
        ("an identity for the gateway", sign_identity(key, Principal("7", "x", (Grant("rating.echo", Level.ADMIN),)), "ratebook-gateway")),
        ("an opaque token", "rt_" + "a" * 43), ("base64", encoded(b"alamo:password")), ("nothing", ""), ("dots", ".."),
    ):  # fmt: skip
        yield name, f"Bearer {token}"
    for scheme in (
        "Basic",
        "Digest",
        "Token",
        "JWT",
        "Negotiate",
        "DPoP",
        "MAC",
        "",
        "Bearer:",
        "Bearer,",
        "BearerBearer",
        "Bearer Bearer",
        '"Bearer"',
    ):
        yield f"scheme {scheme!r}", f"{scheme} {sound}"
    yield "the token alone", sound
    for gap in ("  ", "\t", "", "\t ", " \t"):
        yield f"gap {gap!r}", f"Bearer{gap}{sound}"
    for place in (0, 1, len(sound) // 2, len(sound) - 1):
        yield f"space at {place}", f"Bearer {sound[:place]} {sound[place:]}"
    for tail in (" x", ", Basic YTpi", ";a=b", "=", "==", "\\", '"', ".", "%20"):
        yield f"followed by {tail!r}", f"Bearer {sound}{tail}"


def ask(gateway: Gateway, lines: str) -> list[int]:
    request = f"GET /api/v1/rating/echo HTTP/1.1\r\nHost: x\r\n{lines}Connection: close\r\n\r\n"
    return converse(gateway, request.encode("latin-1"))


def test_no_forged_token_passes(gateway: Gateway) -> None:
    cases = list(authorizations(gateway))
    assert len(cases) > 150
    told = [(name, ask(gateway, f"Authorization: {value}\r\n")) for name, value in cases]
    # Tokens over 4 KiB and control characters in headers are refused with 400.
    assert [result for result in told if result[1] not in ([401], [400])] == []
    assert sum(statuses == [401] for _, statuses in told) > 150
    assert gateway.player.seen == []


def test_a_token_is_only_read_from_its_header(gateway: Gateway) -> None:
    token = gateway.token()
    for lines in (
        f"Cookie: access_token={token}\r\n", f"X-Access-Token: {token}\r\n", f"Proxy-Authorization: Bearer {token}\r\n",
        f"Authorization_: Bearer {token}\r\n", f"{HEADER}: {token}\r\n", f"X-Authorization: Bearer {token}\r\n",
    ):  # fmt: skip
        assert ask(gateway, lines) == [401], lines
    query = f"GET /api/v1/rating/echo?access_token={token} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert converse(gateway, query.encode()) == [401]
    sound = f"Authorization: Bearer {token}\r\n"
    for second in (sound, "Authorization: Basic YTpi\r\n", "authorization:\r\n", "AUTHORIZATION: x\r\n"):
        assert ask(gateway, sound + second) == ask(gateway, second + sound) == [400], second
    assert gateway.player.seen == []


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 4}, {"exp": 10**9}, {"iat": 4}, {"iat": -(10**6)}, {"nbf": 0}, {"nbf": -(10**6)},
    ],
    ids=str,
)  # fmt: skip
def test_tokens_within_their_lifetime_pass(gateway: Gateway, claims: dict[str, Any]) -> None:
    """The claims are in seconds from now. Another clock may be up to five seconds ahead of ours."""
    now = int(time.time())
    moved = {name: now + seconds for name, seconds in claims.items()}
    assert ask(gateway, f"Authorization: Bearer {gateway.token(**moved)}\r\n") == [200]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_may_have_any_case(gateway: Gateway, scheme: str) -> None:
    assert ask(gateway, f"Authorization: {scheme} {gateway.token()}\r\n") == [200]


def test_an_additional_claim_is_accepted(gateway: Gateway) -> None:
    assert ask(gateway, f"Authorization: Bearer {gateway.token(amr=['pwd'])}\r\n") == [200]
