"""Owns logging in with OpenID Connect: the identity provider asked, its tokens checked, its accounts let in.

What it says is kept for a while; each question has a client of its own, so that nothing of one log-in is left for another.
"""

import asyncio
import hmac
import logging
import math
import secrets
import ssl
import time
from collections.abc import Mapping
from typing import Any

import httpx
import jwt
from jwt import PyJWK, PyJWKSet

from services.security.actions.bindings import open_session_for
from services.security.actions.log_ins import Attempt, Entrance
from services.security.actions.tokens import give_first
from services.security.errors import IdentityProviderAway, LoginRefused
from services.security.rules.bindings import Claimed
from services.security.rules.oidc import (
    ALGORITHMS,
    Endpoints,
    Registration,
    Round,
    authorization_url,
    endpoints_of,
    require_claims,
    round_of,
)
from services.security.rules.tokens import Tokens

log = logging.getLogger(__name__)

OPERATION = "GET /v1/oidc/callback"
_SECRET_BYTES = 32
_TIMEOUT_SECONDS = 10
_KEPT_SECONDS = 3600
# Keys rotate there too: an unknown one is asked for, but not by everybody who invents one.
_UNKNOWN_KEY_SECONDS = 5
_CLOCK_SKEW_SECONDS = 10
_REQUIRED = ["iss", "aud", "exp", "iat", "sub"]


class Provider:
    """The identity provider as it is registered; what it describes of itself is asked for when it is needed."""

    def __init__(self, registration: Registration, trust: ssl.SSLContext):
        self.registration = registration
        self._trust = trust
        self._endpoints: Endpoints | None = None
        self._keys: dict[str, PyJWK] = {}
        self._described_at = self._keys_at = -math.inf
        self._asking = asyncio.Lock()

    async def endpoints(self) -> Endpoints:
        """Raises IdentityProviderAway."""
        async with self._asking:
            if self._endpoints is None or time.monotonic() - self._described_at > _KEPT_SECONDS:
                url = f"{self.registration.issuer.rstrip('/')}/.well-known/openid-configuration"
                document = await self._ask("GET", url)
                try:
                    self._endpoints = endpoints_of(self.registration.issuer, document)
                except ValueError as error:
                    raise self._away(str(error)) from error
                self._described_at = time.monotonic()
            return self._endpoints

    async def exchange(self, code: str, verifier: str) -> str:
        """The id token for a code, which is good for one exchange; raises LoginRefused, IdentityProviderAway."""
        registration = self.registration
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": registration.redirect_uri,
            "client_id": registration.client_id,
            "code_verifier": verifier,
        }
        if registration.client_secret is not None:
            form["client_secret"] = registration.client_secret
        answer = await self._ask("POST", (await self.endpoints()).token, form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _refused(f"no id token: {answer.get('error', 'none was sent')}")
        return token

    async def check(self, token: str, one: Round) -> Claimed:
        """Whom an id token speaks for; raises LoginRefused, IdentityProviderAway."""
        registration = self.registration
        try:
            key = await self._key(str(jwt.get_unverified_header(token).get("kid")))
            claims = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=registration.client_id,
                issuer=registration.issuer,
                leeway=_CLOCK_SKEW_SECONDS,
                options={"require": _REQUIRED},
            )
            subject, name = require_claims(claims, registration, one.nonce)
        except (jwt.PyJWTError, ValueError) as error:
            raise _refused(str(error)) from error
        return Claimed(registration.issuer, subject, name)

    async def _key(self, key_id: str) -> PyJWK:
        endpoints = await self.endpoints()
        async with self._asking:
            age = time.monotonic() - self._keys_at
            if age > _KEPT_SECONDS or (key_id not in self._keys and age > _UNKNOWN_KEY_SECONDS):
                self._keys_at = time.monotonic()
                described = await self._ask("GET", endpoints.jwks)
                try:
                    found = PyJWKSet.from_dict(dict(described)).keys
                except jwt.PyJWKSetError as error:
                    raise self._away(str(error)) from error
                self._keys = {str(key.key_id): key for key in found if key.public_key_use in {None, "sig"}}
        if key_id not in self._keys:
            raise jwt.InvalidTokenError("the token is signed with an unknown key")
        return self._keys[key_id]

    async def _ask(self, method: str, url: str, form: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """A JSON object; a refusal of the token endpoint (400, 401) is one as well."""
        try:
            async with httpx.AsyncClient(verify=self._trust, timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
                answer = await client.request(method, url, data=form, headers={"accept": "application/json"})
            if answer.status_code not in {200, 400, 401}:
                raise self._away(f"{url} answered {answer.status_code}")
            said = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise self._away(f"{url}: {error!r}") from error
        if not isinstance(said, dict):
            raise self._away(f"{url} answered no JSON object")
        return said

    def _away(self, why: str) -> IdentityProviderAway:
        log.warning("the identity provider: %s", why)
        return IdentityProviderAway("The identity provider cannot be asked now.")


def _refused(why: str) -> LoginRefused:
    log.warning("a log-in by the identity provider was refused: %s", why)
    return LoginRefused()


async def begin(provider: Provider) -> tuple[str, str]:
    """Where the browser goes to log in, and the secret that it keeps meanwhile; raises IdentityProviderAway."""
    browser_secret = secrets.token_urlsafe(_SECRET_BYTES)
    endpoints = await provider.endpoints()
    return authorization_url(endpoints, provider.registration, round_of(browser_secret)), browser_secret


async def complete(entrance: Entrance, provider: Provider, *, browser_secret: str, state: str, code: str) -> Tokens:
    """Opens a session for whom the identity provider vouches; raises LoginRefused, IdentityProviderAway.

    The provider is asked before the session's transaction begins to use a connection. Nobody is told of in the audit
    before the provider has vouched for him: anybody can call this with an invented code.
    """
    one = round_of(browser_secret)
    if not hmac.compare_digest(one.state.encode(), state.encode("utf-8", "surrogatepass")):
        raise _refused("the state is another one")
    claimed = await provider.check(await provider.exchange(code, one.verifier), one)
    opened = await open_session_for(entrance.session, claimed, entrance.now)
    return await give_first(entrance, Attempt(OPERATION, claimed.name, entrance.address), opened, in_browser=True)
