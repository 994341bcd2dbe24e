"""Owns /auth/check: another data plane carries the requests, and asks here about each of them.

It shows whom it has by a key of its own, so that no caller can make this sign an identity for him. It answers 200 with
the identity to hand on, the method and the path inside, or the refusal. How nginx, Traefik and Envoy tell what they were asked for
differs, and a caller may send headers in the manner of another: one manner is configured, the others are not read.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.admission import Admission
from gateway.cookies import Shown
from gateway.errors import HeadersRefused, refuse
from gateway.rules.headers import CSRF, Header
from shared.access.identity import HEADER
from shared.errors import DomainError, NotFound, Unauthenticated
from shared.process import tracing

PATH = "/auth/check"
KEY_HEADER = b"ratebook-check-key"
Manner = Literal["nginx", "traefik", "envoy"]
_TOLD_BY: dict[Manner, tuple[bytes, bytes]] = {
    "nginx": (b"x-original-method", b"x-original-uri"),
    "traefik": (b"x-forwarded-method", b"x-forwarded-uri"),
}
# nginx takes these for a refusal, and everything else beyond 2xx for a failure of the check.
_NGINX_REFUSALS = frozenset({401, 403})


@dataclass(frozen=True)
class _Asked:
    """The request in question, as the data plane received it."""

    method: str
    raw_path: bytes
    query: bytes
    shown: Shown


def is_check(raw_path: bytes) -> bool:
    """Whether the path is /auth/check or below it, where Envoy puts the path in question."""
    return raw_path == PATH.encode() or raw_path.startswith(PATH.encode() + b"/")


class Check:
    """The ASGI application for /auth/check and everything below it."""

    def __init__(self, admission: Admission, manner: Manner, key: SecretStr):
        self._admission = admission
        self._manner = manner
        self._key = key.get_secret_value().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if not hmac.compare_digest(_one(scope["headers"], KEY_HEADER) or b"", self._key):
                await refuse(NotFound("There is no such path."), scope, receive, send)
                return
            answer = await self._answer(scope)
        except DomainError as error:
            await refuse(self._as_understood(error), scope, receive, send)
            return
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        asked = self._asked(scope, scope["headers"])
        route, path = self._admission.find(asked.method, asked.raw_path, asked.query)
        peer = scope["client"][0] if scope["client"] else "unknown"
        admitted = await self._admission.admit(route, path, asked.shown, peer)
        found = {"ratebook-service": route.service, "ratebook-method": route.method, "ratebook-path": path}
        if admitted.identity is not None:
            found[HEADER] = admitted.identity
        if admitted.cookie is not None:
            found["ratebook-cookie"] = admitted.cookie
        found["traceparent"] = tracing.traceparent() or tracing.new_traceparent()
        return Response(status_code=200, headers=found)

    def _asked(self, scope: Scope, headers: Sequence[Header]) -> _Asked:
        if self._manner == "envoy":
            method, target = scope["method"], scope["raw_path"].removeprefix(PATH.encode())
            query = scope["query_string"]
        else:
            of_method, of_target = _TOLD_BY[self._manner]
            told, whole = _one(headers, of_method), _one(headers, of_target)
            if told is None or whole is None:
                raise HeadersRefused(
                    f"{of_method.decode()} and {of_target.decode()} tell what is asked for, once each."
                )
            method = told.decode("latin-1")
            target, _, query = whole.partition(b"?")
        shown = Shown(*(_one(headers, name) for name in (b"authorization", b"cookie", CSRF)))
        return _Asked(method, target, query, shown)

    def _as_understood(self, error: DomainError) -> DomainError:
        if self._manner != "nginx" or error.status in _NGINX_REFUSALS:
            return error
        # nginx sends whoever is refused to the gateway itself, which says why.
        return Unauthenticated(error.detail)


def _one(headers: Sequence[Header], name: bytes) -> bytes | None:
    """The value of a header that stands there at most once; raises HeadersRefused."""
    values = [value for given, value in headers if given == name]
    if len(values) > 1:
        raise HeadersRefused(f"There are two headers {name.decode()}.")
    return values[0] if values else None
