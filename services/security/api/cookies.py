"""Owns logging in and out of browsers over HTTP: the tokens are cookies that no page can read.

The gateway hands the refresh cookie to these operations only, and only when a page of ours asked for it.
"""

from typing import Annotated

from fastapi import Cookie, Response
from pydantic import SecretStr

from services.security.actions import tokens as actions
from services.security.api.dependencies import EntranceOf
from services.security.errors import IdentityProviderAway, LogInLimited, LoginRefused
from services.security.rules.tokens import Tokens
from services.security.schemas.cookies import CookieRead
from services.security.schemas.tokens import LogIn
from shared.access import cookies as names
from shared.access import declared
from shared.http.moment import Now
from shared.http.operation import Router
from shared.http.problems import refusal
from shared.http.transaction import Transaction

router = Router("cookies")

RefreshCookie = Annotated[SecretStr | None, Cookie(alias=names.REFRESH)]


def give(response: Response, made: Tokens) -> CookieRead:
    """Sets the three cookies; the one that pages read is nothing without the others."""
    _set(response, names.ACCESS, made.access_token, made.expires_in)
    _set(response, names.REFRESH, made.refresh_token, made.session_seconds)
    _set(response, names.CSRF, made.csrf_token or "", made.session_seconds, readable=True)
    response.headers["cache-control"] = "no-store"
    return CookieRead(expires_in=made.expires_in, session_expires_in=made.session_seconds)


def _set(response: Response, name: str, value: str, seconds: int, *, readable: bool = False) -> None:
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=not readable, samesite="strict")


def _clear(response: Response) -> Response:
    for name in (names.ACCESS, names.REFRESH, names.CSRF):
        _set(response, name, "", 0)
    return response


@router.post(
    "",
    access=declared.public("Logging in is how a caller becomes known."),
    refuses=[LoginRefused, LogInLimited, IdentityProviderAway],
    summary="Log in from a browser",
)
async def log_in_browser(body: LogIn, entrance: EntranceOf, response: Response) -> CookieRead:
    """Opens a session like POST /v1/tokens, and sets its tokens as cookies.

    Pages send the value of `__Host-ratebook-csrf` as the header `Ratebook-CSRF` with whatever changes something.
    """
    return give(response, await actions.log_in(entrance, body.user, body.password, in_browser=True))


@router.post(
    "/refresh",
    access=declared.public("The refresh cookie itself says who calls; the access token may have expired."),
    refuses=[LoginRefused],
    response_model=CookieRead,
    summary="Exchange a browser's cookies for new ones",
)
async def refresh_cookies(
    entrance: EntranceOf, response: Response, refresh: RefreshCookie = None
) -> CookieRead | Response:
    """As POST /v1/tokens/refresh does for tokens: two tabs that ask within 10 seconds get the same successor.

    A refusal takes the cookies away: log in again.
    """
    made = None if refresh is None else await actions.refresh(entrance, refresh, in_browser=True)
    # Answered, not raised: an error would roll back the end of a session whose token was used twice.
    return _clear(refusal(LoginRefused())) if made is None else give(response, made)


@router.post(
    "/revoke",
    access=declared.public("Whoever holds the refresh cookie may end its session; the access token may have expired."),
    status_code=204,
    summary="Log out from a browser",
)
async def revoke_cookies(response: Response, session: Transaction, *, now: Now, refresh: RefreshCookie = None) -> None:
    """Ends the session and takes the cookies away. Done again, it changes nothing."""
    if refresh is not None:
        await actions.log_out_browser(session, refresh, now)
    _clear(response)
