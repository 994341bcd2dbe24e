"""/auth/check: another data plane carries the requests, and asks the gateway about each of them.

The data plane authenticates with its own key, so that no caller can obtain a signed identity here. The answer is 200
with the identity, the method and the path to forward, or the refusal. nginx, Traefik and Envoy describe the original
request in different headers, and a caller could send the headers of another one. So one of them is configured, and the
headers of the others are ignored.
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
_DESCRIBED_BY: dict[Manner, tuple[bytes, bytes]] = {
    "nginx": (b"x-original-method", b"x-original-uri"),
    "traefik": (b"x-forwarded-method", b"x-forwarded-uri"),
}
# nginx treats these as a refusal, and any other status outside 2xx as a failure of the check.
_NGINX_REFUSALS = frozenset({401, 403})


@dataclass(frozen=True)
class _Original:
    """The request as the data plane received it."""

    method: str
    raw_path: bytes
    query: bytes
    shown: Shown


def is_check(raw_path: bytes) -> bool:
    """Whether the path is /auth/check or below it, where Envoy appends the original path."""
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
                await refuse(NotFound("This path does not exist."), scope, receive, send)
                return
            answer = await self._answer(scope)
        except DomainError as error:
            await refuse(self._for_data_plane(error), scope, receive, send)
            return
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        original = self._original(scope, scope["headers"])
        route, path = self._admission.find(original.method, original.raw_path, original.query)
        address = scope["client"][0] if scope["client"] else "unknown"
        admitted = await self._admission.admit(route, path, original.shown, address)
        found = {"ratebook-service": route.service, "ratebook-method": route.method, "ratebook-path": path}
        if admitted.identity is not None:
            found[HEADER] = admitted.identity
        if admitted.cookie is not None:
            found["ratebook-cookie"] = admitted.cookie
        found["traceparent"] = tracing.traceparent() or tracing.new_traceparent()
        return Response(status_code=200, headers=found)

    def _original(self, scope: Scope, headers: Sequence[Header]) -> _Original:
        if self._manner == "envoy":
            method, target = scope["method"], scope["raw_path"].removeprefix(PATH.encode())
            query = scope["query_string"]
        else:
            method_header, target_header = _DESCRIBED_BY[self._manner]
            given_method, given_target = _one(headers, method_header), _one(headers, target_header)
            if given_method is None or given_target is None:
                raise HeadersRefused(
                    f"Send the method and the target of the request in {method_header.decode()} "
                    f"and {target_header.decode()}, once each."
                )
            method = given_method.decode("latin-1")
            target, _, query = given_target.partition(b"?")
        shown = Shown(*(_one(headers, name) for name in (b"authorization", b"cookie", CSRF)))
        return _Original(method, target, query, shown)

    def _for_data_plane(self, error: DomainError) -> DomainError:
        if self._manner != "nginx" or error.status in _NGINX_REFUSALS:
            return error
        # nginx sends a refused request to the gateway itself, which answers with the real refusal.
        return Unauthenticated(error.detail)


def _one(headers: Sequence[Header], name: bytes) -> bytes | None:
    """The value of a header, or None; raises HeadersRefused if it is given more than once."""
    values = [value for given, value in headers if given == name]
    if len(values) > 1:
        raise HeadersRefused(f"The header {name.decode()} is given more than once.")
    return values[0] if values else None
