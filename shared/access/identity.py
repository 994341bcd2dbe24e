"""The signed internal identity: the gateway states who is calling and what they may do; services trust nothing else."""

import json
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt import PyJWK, PyJWKSet

from shared.access.grants import Grant, GrantClaim, Level, LevelWord, Limits, Principal
from shared.errors import Unauthenticated

HEADER = "ratebook-identity"
ADDRESS_HEADER = "x-forwarded-for"
"""The caller's address, set by the gateway. Services can trust it because only the gateway reaches them."""


ISSUER = "ratebook-gateway"
GATEWAY = "gateway"
"""The subject of a gateway's own requests; a user's subject is a number."""


LIFETIME_SECONDS = 60
ALGORITHM = "EdDSA"
_TYPE = "ratebook-identity+jwt"
UNREADABLE = (
    *(jwt.InvalidTokenError, ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError),
)
"""What a token may raise that nobody of ours made: JSON of another shape or depth, or a time of thousands of digits."""


def key_id(private_key: Ed25519PrivateKey) -> str:
    """A short id of a key, taken from its public half."""
    return private_key.public_key().public_bytes_raw().hex()[:16]


def public_jwks(private_keys: Sequence[Ed25519PrivateKey]) -> str:
    """The public halves of the keys as a JWKS document (RFC 7517)."""
    algorithm = jwt.get_algorithm_by_name(ALGORITHM)
    keys = []
    for private_key in private_keys:
        described: dict[str, Any] = json.loads(algorithm.to_jwk(private_key.public_key()))
        keys.append({**described, "kid": key_id(private_key), "alg": ALGORITHM, "use": "sig"})
    return json.dumps({"keys": keys})


def load_private_key(text: str) -> Ed25519PrivateKey:
    """Returns the Ed25519 key with this seed: 32 bytes in hexadecimal."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))


def sign_identity(private_key: Ed25519PrivateKey, principal: Principal, service: str) -> str:
    """Returns the signed identity of `principal` for one `service`, valid for a minute, with the principal's grants."""
    issued_at = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": service,
        "sub": principal.subject,
        "name": principal.name,
        "sid": principal.session,
        "iat": issued_at,
        "exp": issued_at + LIFETIME_SECONDS,
        "grants": grants_to_claim(principal.grants),
    }
    return jwt.encode(claims, private_key, ALGORITHM, headers={"kid": key_id(private_key), "typ": _TYPE})


def grants_to_claim(grants: Sequence[Grant]) -> list[GrantClaim]:
    """The grants as a claim, one entry for each set of limits: `{"levels": {feature: level}, "branches": [...]}`."""
    by_limits: dict[Limits, dict[str, LevelWord]] = {}
    for grant in grants:
        levels = by_limits.setdefault(grant.limits, {})
        highest = max(grant.level, Level.of(levels.get(grant.feature, "none")))
        # NONE, the only level that is not a LevelWord, is never granted.
        levels[grant.feature] = cast("LevelWord", highest.word)
    return [{"levels": levels, **limits.to_claim()} for limits, levels in by_limits.items()]


def grants_from_claim(claim: Sequence[GrantClaim]) -> tuple[Grant, ...]:
    """The grants in a claim written by `grants_to_claim`."""
    return tuple(
        Grant(name, Level.of(level), Limits.from_claim(entry))
        for entry in claim
        for name, level in entry["levels"].items()
    )


class IdentityVerifier:
    """Checks the identities sent to one service against the gateway's public keys."""

    def __init__(self, jwks: str, service: str):
        self._keys: dict[str, PyJWK] = {str(key.key_id): key for key in PyJWKSet.from_json(jwks).keys}
        self._service = service
        # The gateway sends the same token for up to a minute, and checking a signature costs a hundred times a look-up.
        self._decoded = lru_cache(maxsize=4096)(self._decode)

    def verify(self, token: str | None) -> Principal:
        """Returns the principal in `token`; raises Unauthenticated unless the token is valid."""
        if not token:
            raise Unauthenticated(
                "The request carries no identity. Send it through the gateway, the only way to this service."
            )
        principal, expires_at = self._decoded(token)
        if expires_at <= time.time():
            raise Unauthenticated("The identity of the request has expired.")
        return principal

    def _decode(self, token: str) -> tuple[Principal, float]:
        try:
            head = jwt.get_unverified_header(token)
            if head.get("typ") != _TYPE or head.get("alg") != ALGORITHM:
                raise Unauthenticated("The identity of the request is a token of another type.")
            claims = jwt.decode(
                token,
                self._keys[head.get("kid", "")],
                algorithms=[ALGORITHM],
                audience=self._service,
                issuer=ISSUER,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
            grants = grants_from_claim(claims["grants"])
            principal = Principal(claims["sub"], claims["name"], grants, claims.get("sid", ""))
            return principal, float(claims["exp"])
        except UNREADABLE as error:
            raise Unauthenticated("The identity of the request is not valid.") from error
