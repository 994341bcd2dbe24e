"""Logging browsers in and out over HTTP: the tokens are cookies that no page can read.

The gateway passes the refresh cookie to these operations only, and only if one of our own pages sent the request.
"""

from typing import Annotated

from fastapi import Cookie, Response
from pydantic import SecretStr

from services.security.actions import tokens as actions
from services.security.api.dependencies import EntranceOf
from services.security.errors import IdentityProviderAway, LogInLimited, LoginRefused, PasswordToChange
from services.security.rules.tokens import Tokens
from services.security.schemas.cookies import CookieRead
from services.security.schemas.tokens import LogInBody
from shared.access import cookies as names
from shared.access import declared
from shared.http.moment import Now
from shared.http.operation import Router
from shared.http.problems import refusal
from shared.http.transaction import Transaction

router = Router("cookies")

RefreshCookie = Annotated[SecretStr | None, Cookie(alias=names.REFRESH)]


def give(response: Response, made: Tokens) -> CookieRead:
    """Sets the three cookies. The one that pages can read is useless without the others."""
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
    access=declared.public("Callers log in here."),
    refuses=[LoginRefused, LogInLimited, IdentityProviderAway, PasswordToChange],
)
async def log_in_from_browser(body: LogInBody, entrance: EntranceOf, response: Response) -> CookieRead:
    """Opens a session like POST /v1/tokens, and sets its tokens as cookies.

    With every change, a page must send the value of `__Host-ratebook-csrf` as the header `Ratebook-CSRF`.
    """
    return give(response, await actions.log_in(entrance, body.user, body.password, in_browser=True))


@router.post(
    "/refresh",
    access=declared.public("The refresh cookie identifies the caller, whose access token may have expired."),
    refuses=[LoginRefused],
    response_model=CookieRead,
)
async def refresh_cookies(
    entrance: EntranceOf, response: Response, refresh: RefreshCookie = None
) -> CookieRead | Response:
    """Works like POST /v1/tokens/refresh: two tabs that refresh within 10 seconds get the same new cookies.

    A refusal deletes the cookies. Then log in again.
    """
    made = None if refresh is None else await actions.refresh(entrance, refresh, in_browser=True)
    # Answered, not raised: an error would roll back the end of a session whose refresh token was used twice.
    return _clear(refusal(LoginRefused())) if made is None else give(response, made)


@router.post(
    "/revoke",
    access=declared.public("The holder of the refresh cookie may end its session; the access token may have expired."),
    status_code=204,
)
async def log_out_from_browser(
    response: Response, session: Transaction, *, now: Now, refresh: RefreshCookie = None
) -> None:
    """Ends the session and deletes the cookies. Repeating it changes nothing."""
    if refresh is not None:
        await actions.log_out_browser(session, refresh, now)
    _clear(response)
