"""The addresses of callers behind trusted proxies, for everything that reads a caller's address."""

from collections.abc import Awaitable, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.rules.addresses import Network, caller_address

_FORWARDED = b"x-forwarded-for"


class CallerAddresses:
    """ASGI middleware that replaces the address of a trusted proxy by the address of its caller."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]):
        self._app = app
        self._trusted = tuple(trusted)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if self._trusted and scope["type"] == "http" and scope["client"]:
            peer, port = scope["client"]
            forwarded = [value for name, value in scope["headers"] if name == _FORWARDED]
            address = caller_address(peer, forwarded, self._trusted)
            scope["client"] = (address, port if address == peer else 0)
        return self._app(scope, receive, send)
