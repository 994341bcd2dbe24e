"""Owns browsers: which cookies are read, and that what changes something was sent by a page of ours.

A browser sends cookies with every request, whoever made it send that request; a header it sends only for a page that may.
"""

import hmac
from typing import NamedTuple

from gateway.errors import CsrfRefused, HeadersRefused
from gateway.routes import Route
from shared.access import cookies

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Shown(NamedTuple):
    """What a request shows of who sends it: its headers Authorization, Cookie and Ratebook-CSRF, as they came."""

    authorization: bytes | None = None
    cookie: bytes | None = None
    csrf: bytes | None = None

    def bearer(self) -> tuple[bytes | None, bool]:
        """The Authorization header, or one made of the cookie where there is none; and whether it is of the cookie.

        Raises HeadersRefused.
        """
        if self.authorization is not None or self.cookie is None:
            return self.authorization, False
        token = own_cookies(self.cookie).get(cookies.ACCESS)
        return (None, False) if token is None else (b"Bearer " + token.encode("ascii"), True)


def own_cookies(header: bytes) -> dict[str, str]:
    """The cookies of a Cookie header that are ours; raises HeadersRefused when one stands there twice.

    Example: `a=b; __Host-ratebook-csrf=x` gives `{"__Host-ratebook-csrf": "x"}`.
    """
    found: dict[str, str] = {}
    for part in header.decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        if not name.startswith(cookies.OWN_PREFIX):
            continue
        if name in found or not value.isascii() or not value.isprintable():
            raise HeadersRefused(f"The cookie {name} stands there twice, or is none.")
        found[name] = value
    return found


def cookie_for(route: Route, shown: Shown) -> str | None:
    """The Cookie header that goes on to a public operation: of ours, and of those only what it declares.

    Raises HeadersRefused, and CsrfRefused when the operation changes something and the header does not repeat the
    cookie that pages read.
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
    """Raises CsrfRefused when the operation changes something and Ratebook-CSRF is not what is expected."""
    if route.method in _READING:
        return
    if not expected or not hmac.compare_digest(expected.encode(), shown.csrf or b""):
        raise CsrfRefused(
            f"Send the value of the cookie {cookies.CSRF} as the header {cookies.CSRF_HEADER} with what changes something."
        )
