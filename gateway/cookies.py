"""Browsers: which of their cookies are read, and the check that a change was sent by one of our own pages.

A browser sends cookies with every request, no matter which page caused it, but a custom header only for a page of ours.
"""

import hmac
from typing import NamedTuple

from gateway.errors import CsrfRefused, HeadersRefused
from gateway.routes import Route
from shared.access import cookies

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Shown(NamedTuple):
    """The headers that identify the sender of a request: Authorization, Cookie and Ratebook-CSRF, as received."""

    authorization: bytes | None = None
    cookie: bytes | None = None
    csrf: bytes | None = None

    def bearer(self) -> tuple[bytes | None, bool]:
        """The Authorization header, else one made from the cookie, and whether it is from the cookie.

        Raises HeadersRefused.
        """
        if self.authorization is not None or self.cookie is None:
            return self.authorization, False
        token = own_cookies(self.cookie).get(cookies.ACCESS)
        return (None, False) if token is None else (b"Bearer " + token.encode("ascii"), True)


def own_cookies(header: bytes) -> dict[str, str]:
    """Ratebook's cookies in a Cookie header; raises HeadersRefused if one is given twice or is not valid.

    Example: `a=b; __Host-ratebook-csrf=x` gives `{"__Host-ratebook-csrf": "x"}`.
    """
    found: dict[str, str] = {}
    for part in header.decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        if not name.startswith(cookies.OWN_PREFIX):
            continue
        if name in found or not value.isascii() or not value.isprintable():
            raise HeadersRefused(f"The cookie {name} is given twice or is not valid.")
        found[name] = value
    return found


def cookie_for(route: Route, shown: Shown) -> str | None:
    """The Cookie header to forward to a public operation: only those of Ratebook's cookies that the operation declares.

    Raises HeadersRefused, and CsrfRefused if the operation changes something and the CSRF header does not match the
    CSRF cookie.
    """
    if not route.cookies or shown.cookie is None:
        return None
    own = own_cookies(shown.cookie)
    passed = {name: own[name] for name in route.cookies if name in own}
    if not passed:
        return None
    require_own_page(route, own.get(cookies.CSRF), shown)
    return "; ".join(f"{name}={value}" for name, value in passed.items())


def require_own_page(route: Route, expected: str | None, shown: Shown) -> None:
    """Raises CsrfRefused if the operation changes something and Ratebook-CSRF does not have the expected value."""
    if route.method in _READING:
        return
    if not expected or not hmac.compare_digest(expected.encode(), shown.csrf or b""):
        raise CsrfRefused(
            f"Send the value of the cookie {cookies.CSRF} as the header {cookies.CSRF_HEADER} with every change."
        )
