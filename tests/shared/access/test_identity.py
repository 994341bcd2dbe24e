"""Services trust identities signed with their configured gateway keys, and no others."""

import base64
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.access.grants import Principal
from shared.access.identity import ISSUER, IdentityVerifier, key_id, public_jwks, sign_identity
from shared.errors import Unauthenticated

ANA = Principal("7", "ALAMO\\ana")


def test_during_a_key_rotation_both_keys_are_trusted_and_a_retired_one_is_not() -> None:
    old, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    both = IdentityVerifier(public_jwks([old, new]), "rating")
    for key in (old, new):
        assert both.verify(sign_identity(key, ANA, "rating")) == ANA
    alone = IdentityVerifier(public_jwks([new]), "rating")
    assert alone.verify(sign_identity(new, ANA, "rating")) == ANA
    with pytest.raises(Unauthenticated):
        alone.verify(sign_identity(old, ANA, "rating"))


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 10**2500},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"iat": 10**2500, "nbf": 10**2500},
        {"nbf": float("inf")},
        {"name": None},
        {"grants": 7},
        {"grants": [{}]},
        {"grants": [{"levels": {"rating.echo": "owner"}}]},
        {"sub": 7},
    ],
    ids=str,
)
def test_an_identity_with_impossible_claims_is_refused(claims: dict[str, Any]) -> None:
    """Even with a correct signature, it is no failure of the service."""
    key = Ed25519PrivateKey.generate()
    now = int(time.time())
    sound = {"iss": ISSUER, "aud": "rating", "sub": "7", "name": "x", "iat": now, "exp": now + 60, "grants": []}
    head = {"alg": "EdDSA", "typ": "ratebook-identity+jwt", "kid": key_id(key)}
    changed = {name: value for name, value in {**sound, **claims}.items() if value is not None}
    said = f"{encoded(json.dumps(head).encode())}.{encoded(json.dumps(changed).encode())}"
    with pytest.raises(Unauthenticated):
        IdentityVerifier(public_jwks([key]), "rating").verify(f"{said}.{encoded(key.sign(said.encode()))}")


@pytest.mark.parametrize("part", [b"[" * 5_000, b'{"a":' * 5_000, b"9" * 5_000, b"[]", b"null", b""], ids=repr)
def test_an_identity_that_is_not_readable_is_refused(part: bytes) -> None:
    key = Ed25519PrivateKey.generate()
    verifier = IdentityVerifier(public_jwks([key]), "rating")
    head, claims, _ = sign_identity(key, ANA, "rating").split(".")
    for said in (f"{encoded(part)}.{claims}", f"{head}.{encoded(part)}"):
        with pytest.raises(Unauthenticated):
            verifier.verify(f"{said}.{encoded(key.sign(said.encode()))}")
