"""Owns the form of tokens: signed access tokens, and refresh tokens with successors that follow from them."""

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
    """Keys of access tokens, and as many that refresh tokens' successors are derived with; the first of each is in use.

    The others are those that come next or that were in use before: what they signed is still checked.
    """

    published: tuple[Ed25519PrivateKey, ...] = field(repr=False)
    successions: tuple[bytes, ...] = field(repr=False)

    @property
    def signing(self) -> Ed25519PrivateKey:
        return self.published[0]


def token_keys(seeds: str) -> TokenKeys:
    """Both kinds from Ed25519 seeds, 32 bytes in hexadecimal each, separated by commas; the second by HKDF-SHA256."""
    each = seeds.split(",")
    successions = (
        HKDF(algorithm=SHA256(), length=32, salt=None, info=_SUCCESSION).derive(bytes.fromhex(seed)) for seed in each
    )
    return TokenKeys(tuple(map(load_private_key, each)), tuple(successions))


@dataclass(frozen=True)
class LoggedIn:
    """One session of one user."""

    session_id: int
    user_id: int
    user_name: str
    expires_at: datetime

    @property
    def sid(self) -> str:
        return str(self.session_id)


@dataclass(frozen=True)
class ServiceLogIn:
    """A service account that has shown a credential. It has no session: it shows the credential again."""

    credential_id: int
    user_id: int
    user_name: str
    expires_at: datetime

    @property
    def sid(self) -> str:
        return f"credential {self.credential_id}"


@dataclass(frozen=True)
class Tokens:
    """What a log-in or a refresh gives; `expires_in` are the access token's seconds.

    A browser gets `csrf_token` too, which its pages show besides; the whole session lasts `session_seconds` more.
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
    """An access token and the seconds it is valid: 5 minutes, but never longer than its session."""
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
    """The first refresh token of a session, from 32 random bytes."""
    return base64.urlsafe_b64encode(random).decode().rstrip("=")


def digest(refresh_token: str) -> bytes:
    """What is stored of a refresh token. It is random enough that a plain SHA-256 cannot be searched backwards."""
    return hashlib.sha256(refresh_token.encode("utf-8", "surrogatepass")).digest()


def successor(keys: TokenKeys, refresh_token: str, current_digest: bytes | None = None) -> str:
    """The refresh token that follows: always the same one, so it can be given again without being stored.

    Where the session's current token, known by its digest, was derived with a key that is not in use any more or not
    yet, it is that one: two tabs that refresh while keys are rotated get the same successor.
    """
    shown = refresh_token.encode("utf-8", "surrogatepass")
    following = [refresh_token_of(hmac.digest(key, shown, "sha256")) for key in keys.successions]
    return next((token for token in following if digest(token) == current_digest), following[0])


def csrf_token_of(keys: TokenKeys, session: LoggedIn) -> str:
    """What a page shows besides the cookies: the same for all tabs of a session, so that no tab's is out of date."""
    return refresh_token_of(hmac.digest(keys.successions[0], f"csrf {session.sid}".encode(), "sha256"))
