"""An OpenID Connect provider of a few pages, as a real HTTP server; a test says what it gets wrong."""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID = "ratebook"
CLIENT_SECRET = "secret-of-the-client"
REDIRECT_URI = "https://ratebook.example/api/v1/security/oidc/callback"

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def new_rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


usual_rsa = cache(new_rsa)
"""The key of every issuer, made once: that takes a while."""


@dataclass
class Issuer:
    """Logs in whoever comes as `account`. `claims` replace claims of the next id tokens, None leaves one out."""

    account: dict[str, Any] = field(default_factory=lambda: {"sub": "ana-1", "preferred_username": "ana@alamo.example"})
    claims: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=lambda: {"k1": usual_rsa()})
    signing: str = "k1"
    algorithm: str = "RS256"
    sign: Callable[[dict[str, Any]], str] | None = None
    failing: bool = False
    origin: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/authorize", self._authorize),
                Route("/token", self._exchange, methods=["POST"]),
                Route("/jwks", self._tell_keys),
            ]
        )

    async def _describe(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        if self.failing:
            return Response(status_code=503)
        described = {
            "issuer": self.origin,
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}/token",
            "jwks_uri": f"{self.origin}/jwks",
        }
        return JSONResponse({**described, **self.document})

    async def _authorize(self, request: Request) -> Response:
        """The user is logged in here already, and says yes."""
        asked = dict(request.query_params)
        expected = {"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI}
        if {name: asked.get(name) for name in expected} != expected or asked["code_challenge_method"] != "S256":
            return Response("this client is not known so", 400)
        code = f"code-{len(self.codes)}"
        self.codes[code] = {"nonce": asked["nonce"], "challenge": asked["code_challenge"]}
        back = {"code": code, "state": asked["state"], "iss": self.origin, "session_state": "anything"}
        return RedirectResponse(f"{REDIRECT_URI}?{urlencode(back)}")

    async def _exchange(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        kept = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        sound = (
            kept is not None
            and kept["challenge"] == challenge.decode().rstrip("=")
            and (form["client_id"], form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
            and (form["grant_type"], form["redirect_uri"]) == ("authorization_code", REDIRECT_URI)
        )
        if kept is None or not sound:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"token_type": "Bearer", "access_token": "x", "id_token": self._id_token(kept["nonce"])})

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        sound = {"iss": self.origin, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": nonce, **self.account}
        claims = {name: value for name, value in {**sound, **self.claims}.items() if value is not None}
        if self.sign is not None:
            return self.sign(claims)
        return jwt.encode(claims, self.keys[self.signing], self.algorithm, headers={"kid": self.signing})

    async def _tell_keys(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        return JSONResponse({"keys": [_described(key_id, key) for key_id, key in self.keys.items()]})


def _described(key_id: str, key: Key) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        told = jwt.get_algorithm_by_name("RS256").to_jwk(key.public_key())
    else:
        told = jwt.get_algorithm_by_name("ES256").to_jwk(key.public_key())
    return {**json.loads(told), "kid": key_id, "use": "sig"}
