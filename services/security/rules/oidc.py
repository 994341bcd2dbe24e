"""OpenID Connect: what is sent to the identity provider, and which user its answer refers to."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from services.security.records.names import user_name

SCOPE = "openid profile email"
# Neither HMAC, whose key the client would share, nor `none`.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST_SUBJECT = 255


@dataclass(frozen=True)
class Registration:
    """The registration of this service at the identity provider, and the mapping of names there to users here.

    `domains` maps the part of a name after `@` to a Windows domain; the entry "" is for names without `@`.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    name_claim: str
    domains: Mapping[str, str]
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Round:
    """The values that connect a log-in with its answer, all derived from a secret of the browser."""

    state: str
    nonce: str
    verifier: str = field(repr=False)

    @property
    def challenge(self) -> str:
        """The code challenge of PKCE, method S256 (RFC 7636)."""
        return _text(hashlib.sha256(self.verifier.encode()).digest())


def round_of(browser_secret: str) -> Round:
    """The round of a secret, always the same, so that nothing has to be stored between the two halves of a log-in.

    The state appears in URLs and logs; neither the secret nor the verifier can be derived from it.
    """
    key = browser_secret.encode("utf-8", "surrogatepass")
    return Round(*(_text(hmac.digest(key, label, "sha256")) for label in (b"state", b"nonce", b"verifier")))


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True)
class Endpoints:
    """The endpoints of the identity provider."""

    authorization: str
    token: str
    jwks: str


def is_protected(url: str) -> bool:
    """Whether a URL uses TLS or points to this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )


def endpoints_of(issuer: str, document: Mapping[str, Any]) -> Endpoints:
    """The endpoints in a discovery document; raises ValueError if it is for another issuer or has one without TLS."""
    if document.get("issuer") != issuer:
        raise ValueError(f"the discovery document of {issuer} is for {document.get('issuer')}")
    found = [document.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if not all(isinstance(url, str) and is_protected(url) for url in found):
        raise ValueError(f"the discovery document of {issuer} lacks an https endpoint")
    return Endpoints(*map(str, found))


def authorization_url(endpoints: Endpoints, registration: Registration, log_in: Round) -> str:
    """The URL where the browser logs in."""
    query = {
        "response_type": "code",
        "client_id": registration.client_id,
        "redirect_uri": registration.redirect_uri,
        "scope": SCOPE,
        "state": log_in.state,
        "nonce": log_in.nonce,
        "code_challenge": log_in.challenge,
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in endpoints.authorization else "?"
    return f"{endpoints.authorization}{joint}{urlencode(query)}"


def require_claims(claims: Mapping[str, Any], registration: Registration, nonce: str) -> tuple[str, str]:
    """The account's id and name in an id token whose signature, issuer, audience and times are valid.

    Raises ValueError. The nonce must be the one of this browser's log-in. A token for several audiences must state that
    it was made for us (`azp`; OpenID Connect Core 3.1.3.7).
    """
    shown = claims.get("nonce")
    if not isinstance(shown, str) or not hmac.compare_digest(shown.encode(), nonce.encode()):
        raise ValueError("the nonce does not match")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else registration.client_id) != registration.client_id:
        raise ValueError("the token was made for another client")
    subject, name = claims["sub"], claims.get(registration.name_claim)
    if not isinstance(subject, str) or not 1 <= len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise ValueError("the subject is not valid")
    if not isinstance(name, str) or not name:
        raise ValueError(f"the claim {registration.name_claim} is missing")
    return subject, windows_name(name, registration.domains)


def windows_name(claimed: str, domains: Mapping[str, str]) -> str:
    """The user name for a name at the identity provider; raises ValueError if it belongs to no known domain.

    Example: with `{"alamo.example": "ALAMO", "": "ALAMO"}`, the names `ana@alamo.example`, `ana` and `ALAMO\\ana` are
    the user `ALAMO\\ana`; `ana@elsewhere.example` and `OTHER\\ana` are refused.
    """
    domain, backslash, account = claimed.partition("\\")
    if backslash:
        known = {name.lower() for name in domains.values()}
        if domain.lower() not in known:
            raise ValueError(f"{claimed} does not belong to a domain that may log in")
        return user_name(claimed)
    account, _, suffix = claimed.rpartition("@") if "@" in claimed else (claimed, "", "")
    mapped = {end.lower(): domain for end, domain in domains.items()}.get(suffix.lower())
    if mapped is None:
        raise ValueError(f"{claimed} does not belong to a domain that may log in")
    return user_name(f"{mapped}\\{account}")
