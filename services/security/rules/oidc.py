"""Owns the forms of logging in with OpenID Connect: what is sent along, and which user the answer means."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from services.security.records.names import user_name

SCOPE = "openid profile email"
# No HMAC, whose key the client would share, and not `none`.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST_SUBJECT = 255


@dataclass(frozen=True)
class Registration:
    """How this service is known at the identity provider, and how names there become users here.

    `domains` says which Windows domain a name belongs to by what follows its `@`; the entry "" is for bare names.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    name_claim: str
    domains: Mapping[str, str]
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Round:
    """What one log-in sends along so that its answer belongs to it: all of it follows from a secret of the browser."""

    state: str
    nonce: str
    verifier: str = field(repr=False)

    @property
    def challenge(self) -> str:
        """PKCE S256 (RFC 7636)."""
        return _text(hashlib.sha256(self.verifier.encode()).digest())


def round_of(browser_secret: str) -> Round:
    """The same round for the same secret: nothing has to be kept between the two halves of a log-in.

    The state stands in addresses and logs; neither the secret nor the verifier follows from it.
    """
    key = browser_secret.encode("utf-8", "surrogatepass")
    return Round(*(_text(hmac.digest(key, label, "sha256")) for label in (b"state", b"nonce", b"verifier")))


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True)
class Endpoints:
    """Where the identity provider is asked."""

    authorization: str
    token: str
    jwks: str


def is_protected(url: str) -> bool:
    """Whether an address is under TLS, or on this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


def endpoints_of(issuer: str, document: Mapping[str, Any]) -> Endpoints:
    """The endpoints of a discovery document; raises ValueError when it is another issuer's or leads out of TLS."""
    if document.get("issuer") != issuer:
        raise ValueError(f"the document of {issuer} is that of {document.get('issuer')}")
    found = [document.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if not all(isinstance(url, str) and is_protected(url) for url in found):
        raise ValueError(f"the document of {issuer} lacks an endpoint under https")
    return Endpoints(*map(str, found))


def authorization_url(endpoints: Endpoints, registration: Registration, one: Round) -> str:
    """Where the browser is sent to log in."""
    query = {
        "response_type": "code",
        "client_id": registration.client_id,
        "redirect_uri": registration.redirect_uri,
        "scope": SCOPE,
        "state": one.state,
        "nonce": one.nonce,
        "code_challenge": one.challenge,
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in endpoints.authorization else "?"
    return f"{endpoints.authorization}{joint}{urlencode(query)}"


def require_claims(claims: Mapping[str, Any], registration: Registration, nonce: str) -> tuple[str, str]:
    """The account's id and name in an id token whose signature, issuer, audience and times hold; raises ValueError.

    The nonce must be the one that this browser's log-in was begun with. A token for several audiences must say that it
    was made for us (`azp`; OpenID Connect Core 3.1.3.7).
    """
    shown = claims.get("nonce")
    if not isinstance(shown, str) or not hmac.compare_digest(shown.encode(), nonce.encode()):
        raise ValueError("the nonce is another one")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else registration.client_id) != registration.client_id:
        raise ValueError("the token was made for another client")
    subject, name = claims["sub"], claims.get(registration.name_claim)
    if not isinstance(subject, str) or not 1 <= len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise ValueError("the subject is none")
    if not isinstance(name, str) or not name:
        raise ValueError(f"there is no claim {registration.name_claim}")
    return subject, windows_name(name, registration.domains)


def windows_name(claimed: str, domains: Mapping[str, str]) -> str:
    """The user that a name at the identity provider means; raises ValueError when it belongs to no known domain.

    Example: with `{"alamo.example": "ALAMO", "": "ALAMO"}` are `ana@alamo.example`, `ana` and `ALAMO\\ana` the user
    `ALAMO\\ana`; `ana@elsewhere.example` and `OTHER\\ana` are nobody.
    """
    domain, backslash, account = claimed.partition("\\")
    if backslash:
        known = {one.lower() for one in domains.values()}
        if domain.lower() not in known:
            raise ValueError(f"{claimed} belongs to no domain that may log in")
        return user_name(claimed)
    account, _, suffix = claimed.rpartition("@") if "@" in claimed else (claimed, "", "")
    mapped = {one.lower(): domain for one, domain in domains.items()}.get(suffix.lower())
    if mapped is None:
        raise ValueError(f"{claimed} belongs to no domain that may log in")
    return user_name(f"{mapped}\\{account}")
