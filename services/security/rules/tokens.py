"""Tokens: signed access tokens, and refresh tokens from which their successors are derived."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.access.identity import ALGORITHM, key_id, load_private_key
from shared.contracts.access_token import TYPE, AccessClaims

ACCESS_LIFETIME = timedelta(minutes=5)
REFRESH_TOKEN_BYTES = 32

_SUCCESSION = b"ratebook security refresh token succession 1"


@dataclass(frozen=True)
class TokenKeys:
    """The keys that sign access tokens, and for each a key that derives the successors of refresh tokens.

    The first of each is in use. The others are the next or the previous ones, whose tokens are still accepted.
    """

    published: tuple[Ed25519PrivateKey, ...] = field(repr=False)
    successions: tuple[bytes, ...] = field(repr=False)

    @property
    def signing(self) -> Ed25519PrivateKey:
        return self.published[0]


def token_keys(seeds: str) -> TokenKeys:
    """Both kinds of keys from Ed25519 seeds: 32 bytes in hexadecimal each, separated by commas.

    The keys for refresh tokens are derived with HKDF-SHA256.
    """
    each = seeds.split(",")
    successions = (
        HKDF(algorithm=SHA256(), length=32, salt=None, info=_SUCCESSION).derive(bytes.fromhex(seed)) for seed in each
    )
    return TokenKeys(tuple(map(load_private_key, each)), tuple(successions))


@dataclass(frozen=True)
class LoggedIn:
    """A session that a user has opened."""

    session_id: int
    user_id: int
    user_name: str
    expires_at: datetime

    @property
    def sid(self) -> str:
        return str(self.session_id)


@dataclass(frozen=True)
class ServiceLogIn:
    """A log-in of a service account with a credential. It has no session; the account logs in again."""

    credential_id: int
    user_id: int
    user_name: str
    expires_at: datetime

    @property
    def sid(self) -> str:
        return f"credential {self.credential_id}"


@dataclass(frozen=True)
class Tokens:
    """The result of a log-in or a refresh; `expires_in` is the lifetime of the access token in seconds.

    A browser also gets `csrf_token`, which its pages send with every change. The session lasts another
    `session_seconds`.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    csrf_token: str | None = field(default=None, repr=False)
    session_seconds: int = 0


def sign_access_token(
    keys: TokenKeys,
    session: LoggedIn | ServiceLogIn,
    token_id: str,
    now: datetime,
    csrf_token: str | None = None,
) -> tuple[str, int]:
    """A signed access token and its lifetime in seconds: 5 minutes, but never longer than its session."""
    issued_at = int(now.timestamp())
    lifetime = int(min(ACCESS_LIFETIME, session.expires_at - now).total_seconds())
    claims = AccessClaims(
        sub=str(session.user_id),
        name=session.user_name,
        sid=session.sid,
        iat=issued_at,
        exp=issued_at + lifetime,
        jti=token_id,
        csrf=csrf_token,
    )
    head = {"kid": key_id(keys.signing), "typ": TYPE}
    return jwt.encode(claims.model_dump(exclude_none=True), keys.signing, ALGORITHM, headers=head), lifetime


def refresh_token_of(random: bytes) -> str:
    """The refresh token made of 32 random bytes."""
    return base64.urlsafe_b64encode(random).decode().rstrip("=")


def digest(refresh_token: str) -> bytes:
    """The digest to store for a refresh token, which is random enough for a plain SHA-256 to be irreversible."""
    return hashlib.sha256(refresh_token.encode("utf-8", "surrogatepass")).digest()


def successor(keys: TokenKeys, refresh_token: str, current_digest: bytes | None = None) -> str:
    """The next refresh token, always the same, so that it can be issued again without being stored.

    If the session's current token, given by its digest, was derived with a key that is no longer or not yet in use, it
    is that one. So two tabs that refresh during a key rotation get the same successor.
    """
    shown = refresh_token.encode("utf-8", "surrogatepass")
    following = [refresh_token_of(hmac.digest(key, shown, "sha256")) for key in keys.successions]
    return next((token for token in following if digest(token) == current_digest), following[0])


def csrf_token_of(keys: TokenKeys, session: LoggedIn) -> str:
    """The CSRF token of a session, the same for all tabs, so that no tab has an outdated one."""
    return refresh_token_of(hmac.digest(keys.successions[0], f"csrf {session.sid}".encode(), "sha256"))
