"""Callers: access tokens are checked with the keys that security publishes, and identities are signed for services."""

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import ValidationError

from gateway.errors import PermissionsStale
from gateway.rules.decisions import Caller, User
from gateway.rules.headers import Header
from gateway.rules.paths import LETTERS_AND_DIGITS
from gateway.upstream import Upstream, fetch
from shared.access.declared import SHARED_MODULE
from shared.access.grants import Grant, Principal
from shared.access.identity import ADDRESS_HEADER, ALGORITHM, GATEWAY, HEADER, UNREADABLE, sign_identity
from shared.contracts.access_token import AUDIENCE, ISSUER, TYPE, AccessClaims
from shared.contracts.jwks import NOUN, PublicKey
from shared.errors import Unauthenticated
from shared.http.health import Unready

log = logging.getLogger(__name__)

TRUSTED_SECONDS = 30
IDENTITY = HEADER.encode()
ADDRESS = ADDRESS_HEADER.encode()

_PATH = f"/v1/{NOUN}"
_HEAD_MEMBERS = frozenset({"alg", "typ", "kid"})
_MAX_TOKEN_BYTES = 4 * 1024
_TOKEN_BYTES = LETTERS_AND_DIGITS + b"-_."
# The clocks of two machines are never exactly the same.
_CLOCK_SKEW_SECONDS = 5
_MAX_KEYS = 32
_MAX_JWKS_BYTES = 64 * 1024
# Also the time after which a key that security no longer publishes is refused.
_REFRESH_SECONDS = 30
_UNKNOWN_KEY_SECONDS = 1


class Keys:
    """The public keys of the security service, by key id. `asked` is set after the first request for them."""

    def __init__(self, upstream: Upstream, security_origin: str, *, clock: Callable[[], float] = time.monotonic):
        self._upstream = upstream
        self._clock = clock
        self._origin = security_origin
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()
        self.asked = asyncio.Event()

    async def run(self) -> None:
        """Fetches the keys now and twice a minute. Raises when that fails, and is then started again."""
        while True:
            try:
                await self.refresh()
            finally:
                self.asked.set()
            await asyncio.sleep(_REFRESH_SECONDS)

    async def refresh(self) -> None:
        self._asked_at = self._clock()
        status, _, body = await fetch(self._upstream, self._origin, _PATH, (), max_bytes=_MAX_JWKS_BYTES)
        if status != 200:
            raise ConnectionError(f"{self._origin}{_PATH} answered {status}")
        keys = _read_jwks(body)
        if not keys:
            raise ConnectionError(f"{self._origin}{_PATH} contains no Ed25519 key")
        self._keys = keys

    async def probe(self) -> None:
        """Raises Unready if there are no keys, because then no access token can be checked."""
        if not self._keys:
            raise Unready("The gateway has no keys of the security service yet.")

    def holds(self, key_id: str) -> bool:
        """Whether the key was published when the keys were last fetched."""
        return key_id in self._keys

    async def find(self, key_id: str) -> Ed25519PublicKey | None:
        """The key, or None. For an unknown key the keys are fetched again, at most once a second.

        Raises PermissionsStale as long as no keys have been fetched.
        """
        key = self._keys.get(key_id)
        if key is None:
            async with self._asking:
                if key_id not in self._keys and self._clock() - self._asked_at > _UNKNOWN_KEY_SECONDS:
                    try:
                        await self.refresh()
                    except Exception as error:
                        log.warning("the keys could not be fetched: %r", error)
            key = self._keys.get(key_id)
        if not self._keys:
            raise PermissionsStale(
                "The gateway has not received the keys of the security service yet. Try again shortly."
            )
        return key


def _read_jwks(body: bytes) -> dict[str, Ed25519PublicKey]:
    """The Ed25519 keys of a JWKS document (RFC 7517); keys of other kinds are ignored."""
    algorithm = jwt.get_algorithm_by_name(ALGORITHM)
    keys: dict[str, Ed25519PublicKey] = {}
    for described in json.loads(body)["keys"][:_MAX_KEYS]:
        try:
            published = PublicKey.model_validate(described)
        except ValidationError:
            continue
        key = algorithm.from_jwk(published.model_dump())
        if isinstance(key, Ed25519PublicKey):
            keys[published.kid] = key
    return keys


@dataclass(slots=True)
class Session:
    """A verified access token: its caller, and the identities signed for that caller at one permission epoch.

    `csrf` is the value that a browser must send along when it keeps the token as a cookie, or None for other tokens.
    """

    caller: Caller
    key_id: str
    csrf: str | None
    trusted_until: float
    epoch: int = -1
    identities: dict[str, tuple[str, float]] = field(default_factory=dict, repr=False)


class Tokens:
    """Checks access tokens, and remembers a limited number of valid ones for up to half a minute."""

    def __init__(self, keys: Keys, cache_size: int):
        self._keys = keys
        self._cache_size = cache_size
        self._sessions: dict[bytes, Session] = {}

    async def check(self, authorization: bytes | None, now: float) -> Session:
        """The session of an Authorization header; raises Unauthenticated.

        `now` is in seconds since 1970.
        """
        if authorization is None:
            raise Unauthenticated("This needs an access token. Log in, and send it as `Authorization: Bearer`.")
        if authorization[:7].lower() != b"bearer " or len(authorization) > _MAX_TOKEN_BYTES:
            raise Unauthenticated("The Authorization header does not contain a Bearer token.")
        token = authorization[7:]
        digest = hashlib.sha256(token).digest()
        session = self._sessions.get(digest)
        if session is not None and now < session.trusted_until and self._keys.holds(session.key_id):
            return session
        session = await self._verify(token, now)
        # The oldest entry is dropped first; a token that is checked again moves to the end.
        self._sessions.pop(digest, None)
        if len(self._sessions) >= self._cache_size:
            del self._sessions[next(iter(self._sessions))]
        self._sessions[digest] = session
        return session

    async def _verify(self, token: bytes, now: float) -> Session:
        # The library would accept padding, so one token would have several spellings.
        if token.translate(None, _TOKEN_BYTES):
            raise Unauthenticated("The access token is not valid.")
        try:
            head = jwt.get_unverified_header(token)
            # A closed list: `jku`, `jwk` and `x5u` would bring their own keys, `crit` would require unknown extensions.
            if set(head) != _HEAD_MEMBERS or head["typ"] != TYPE or head["alg"] != ALGORITHM:
                raise Unauthenticated("The token is not an access token of Ratebook.")
            key_id = str(head["kid"])
            key = await self._keys.find(key_id)
            if key is None:
                raise Unauthenticated("The access token is signed with an unknown key.")
            claims = AccessClaims.model_validate(
                jwt.decode(
                    token,
                    key,
                    algorithms=[ALGORITHM],
                    audience=AUDIENCE,
                    issuer=ISSUER,
                    options={"strict_aud": True, "verify_iat": False},
                )
            )
            caller = Caller(claims.sub, claims.sid, float(claims.exp))
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("The access token has expired. Refresh it, or log in again.") from error
        except UNREADABLE as error:
            raise Unauthenticated("The access token is not valid.") from error
        if claims.iat > now + _CLOCK_SKEW_SECONDS:
            raise Unauthenticated("The access token is not valid yet.")
        return Session(caller, key_id, claims.csrf, min(caller.expires_at, now + TRUSTED_SECONDS))


class Identities:
    """Signs the identities that services trust: the caller, with their grants for that service only."""

    def __init__(self, signing_key: Ed25519PrivateKey):
        self._signing_key = signing_key

    def sign(self, session: Session, user: User, service: str, epoch: int, now: float) -> str:
        """The identity of a session for `service`, the same for up to half a minute within one permission epoch."""
        if session.epoch != epoch:
            session.identities.clear()
            session.epoch = epoch
        kept = session.identities.get(service)
        if kept is not None and now < kept[1]:
            return kept[0]
        modules = (f"{service}.", f"{SHARED_MODULE}.")
        grants = tuple(grant for grant in user.grants if grant.feature.startswith(modules))
        caller = session.caller
        identity = sign_identity(
            self._signing_key, Principal(caller.subject, user.name, grants, caller.session_id), service
        )
        session.identities[service] = (identity, now + TRUSTED_SECONDS)
        return identity

    def own(self, *grants: Grant, service: str) -> Header:
        """The header with the gateway's own identity, for the requests that it makes itself."""
        return IDENTITY, sign_identity(self._signing_key, Principal(GATEWAY, GATEWAY, grants), service).encode()
