"""Logging in with OpenID Connect: asking the identity provider, checking its tokens, and opening sessions.

The provider's metadata and keys are cached for a while. Each request uses a new client, so nothing of one log-in is
left for another.
"""

import asyncio
import hmac
import json
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
from shared.access.identity import UNREADABLE

log = logging.getLogger(__name__)

OPERATION = "GET /v1/oidc/callback"
_SECRET_BYTES = 32
_TIMEOUT_SECONDS = 10
_KEPT_SECONDS = 3600
# The provider rotates its keys, so an unknown key is looked up, but not for every caller who invents one. It may also
# replace a key under its old id.
_UNKNOWN_KEY_SECONDS = 5
_MAX_ANSWER_BYTES = 2**20
_SHOWN_CHARACTERS = 200
_NONSENSE = (httpx.HTTPError, httpx.InvalidURL, OSError, *UNREADABLE)
_WRONG_KEY = (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError, jwt.InvalidKeyError)
_CLOCK_SKEW_SECONDS = 10
_REQUIRED = ["iss", "aud", "exp", "iat", "sub"]


class Provider:
    """The identity provider of a registration; its metadata is fetched when it is needed."""

    def __init__(self, registration: Registration, trust: ssl.SSLContext):
        self.registration = registration
        self._trust = trust
        self._endpoints: Endpoints | None = None
        self._keys: dict[str, tuple[PyJWK, ...]] = {}
        self._described_at = self._keys_at = -math.inf
        self._asking = asyncio.Lock()

    async def endpoints(self) -> Endpoints:
        """The endpoints of the provider; raises IdentityProviderAway."""
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
        """Exchanges a code, which is valid once, for an id token; raises LoginRefused or IdentityProviderAway."""
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
            error = str(answer.get("error", "no error given"))[:_SHOWN_CHARACTERS]
            raise _refused(f"the provider sent no id token: {error}")
        return token

    async def check(self, token: str, log_in: Round) -> Claimed:
        """Checks an id token and returns its account; raises LoginRefused or IdentityProviderAway."""
        registration = self.registration
        try:
            claims = await self._claims_of(token)
            subject, name = require_claims(claims, registration, log_in.nonce)
        except UNREADABLE as error:
            raise _refused(str(error)) from error
        return Claimed(registration.issuer, subject, name)

    async def _claims_of(self, token: str) -> dict[str, Any]:
        """The claims of a token, whose signature, issuer, audience and times are valid."""
        key_id = str(jwt.get_unverified_header(token).get("kid"))
        keys = await self._keys_named(key_id)
        try:
            return self._decode(token, keys)
        except _WRONG_KEY:
            current = await self._keys_named(key_id, doubted=keys)
            if current is keys:
                raise
            return self._decode(token, current)

    def _decode(self, token: str, keys: tuple[PyJWK, ...]) -> dict[str, Any]:
        failure: Exception = jwt.InvalidTokenError("the token is signed with an unknown key")
        for key in keys:
            try:
                return jwt.decode(
                    token,
                    key,
                    algorithms=list(ALGORITHMS),
                    audience=self.registration.client_id,
                    issuer=self.registration.issuer,
                    leeway=_CLOCK_SKEW_SECONDS,
                    options={"require": _REQUIRED},
                )
            except _WRONG_KEY as error:
                failure = error
        raise failure

    async def _keys_named(self, key_id: str, doubted: tuple[PyJWK, ...] | None = None) -> tuple[PyJWK, ...]:
        """The keys with this id, which is usually one. `doubted` are those that have just failed."""
        endpoints = await self.endpoints()
        async with self._asking:
            known = self._keys.get(key_id, ())
            age = time.monotonic() - self._keys_at
            if age > _KEPT_SECONDS or ((not known or known is doubted) and age > _UNKNOWN_KEY_SECONDS):
                self._keys_at = time.monotonic()
                self._keys = self._read_keys(await self._ask("GET", endpoints.jwks))
            return self._keys.get(key_id, ())

    def _read_keys(self, described: Mapping[str, Any]) -> dict[str, tuple[PyJWK, ...]]:
        """The signing keys in a JWKS document, by id; raises IdentityProviderAway if it has no key."""
        try:
            found = PyJWKSet.from_dict(dict(described)).keys
        except (jwt.PyJWTError, *UNREADABLE) as error:
            raise self._away(f"its keys are not readable: {error!r}") from error
        by_id: dict[str, tuple[PyJWK, ...]] = {}
        for key in found:
            if key.public_key_use in {None, "sig"}:
                by_id[str(key.key_id)] = (*by_id.get(str(key.key_id), ()), key)
        return by_id

    async def _ask(self, method: str, url: str, form: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Fetches a JSON object of limited size in limited time; raises IdentityProviderAway for anything else.

        A refusal by the token endpoint (400, 401) is a JSON object as well.
        """
        # A compressed answer could become any size.
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        content = bytearray()
        try:
            async with (
                asyncio.timeout(_TIMEOUT_SECONDS),
                httpx.AsyncClient(verify=self._trust, timeout=_TIMEOUT_SECONDS, trust_env=False) as client,
                client.stream(method, url, data=form, headers=headers) as answer,
            ):
                async for piece in answer.aiter_raw():
                    content += piece
                    if len(content) > _MAX_ANSWER_BYTES:
                        raise ValueError(f"more than {_MAX_ANSWER_BYTES} bytes")
            if answer.status_code not in {200, 400, 401}:
                raise ValueError(f"status {answer.status_code}")
            found = json.loads(content)
        except _NONSENSE as error:
            raise self._away(f"{url}: {error!r}"[:_SHOWN_CHARACTERS]) from error
        if not isinstance(found, dict):
            raise self._away(f"the answer of {url} is not a JSON object")
        return found

    def _away(self, why: str) -> IdentityProviderAway:
        log.warning("the identity provider: %s", why)
        return IdentityProviderAway("The identity provider is not answering. Try again shortly.")


def _refused(why: str) -> LoginRefused:
    log.warning("a log-in through the identity provider was refused: %s", why)
    return LoginRefused()


async def begin(provider: Provider) -> tuple[str, str]:
    """The URL where the browser logs in, and the secret that it keeps meanwhile; raises IdentityProviderAway."""
    browser_secret = secrets.token_urlsafe(_SECRET_BYTES)
    endpoints = await provider.endpoints()
    return authorization_url(endpoints, provider.registration, round_of(browser_secret)), browser_secret


async def complete(entrance: Entrance, provider: Provider, *, browser_secret: str, state: str, code: str) -> Tokens:
    """Opens a session for the account that the identity provider names; raises LoginRefused or IdentityProviderAway.

    The provider is asked before the transaction uses a connection. Nothing is recorded in the audit before the provider
    has named an account, because anyone can call this with an invented code.
    """
    log_in = round_of(browser_secret)
    if not hmac.compare_digest(log_in.state.encode(), state.encode("utf-8", "surrogatepass")):
        raise _refused("the state does not match this browser")
    claimed = await provider.check(await provider.exchange(code, log_in.verifier), log_in)
    opened = await open_session_for(entrance.session, claimed, entrance.device, entrance.now)
    return await give_first(entrance, Attempt(OPERATION, claimed.name, entrance.address), opened, in_browser=True)
