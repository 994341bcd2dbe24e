"""Logging in with OpenID Connect over HTTP: the browser goes to the identity provider and returns."""

from typing import Annotated

from fastapi import Cookie, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import SecretStr

from services.security.actions import oidc as actions
from services.security.actions.oidc import Provider
from services.security.api.cookies import give
from services.security.api.dependencies import EntranceOf
from services.security.errors import IdentityProviderAway, LoginRefused
from shared.access import cookies, declared
from shared.errors import NotFound
from shared.http.headers import LOCATION, headers_of
from shared.http.operation import Router

router = Router("oidc")

_MINUTES = 10


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound("No identity provider is set up here. Log in with a password.")
    return provider


def _return_to(request: Request) -> str:
    path: str = request.app.state.settings.oidc_return_to
    return path


ProviderOf = Annotated[Provider, Depends(_provider)]
ReturnTo = Annotated[str, Depends(_return_to)]
Parameter = Annotated[str, Query(max_length=4000)]


def _keep(response: Response, browser_secret: str, seconds: int) -> None:
    # Lax, because the browser returns from another site.
    response.set_cookie(
        cookies.OIDC, browser_secret, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


@router.get(
    "/log-in",
    access=declared.public("Callers log in here."),
    refuses=[NotFound, IdentityProviderAway],
    response_class=RedirectResponse,
    responses={302: {"headers": headers_of([LOCATION])}},
    status_code=302,
)
async def log_in_with_oidc(provider: ProviderOf) -> RedirectResponse:
    """Redirects the browser to the identity provider, which must redirect it to `/callback` within ten minutes."""
    url, browser_secret = await actions.begin(provider)
    response = RedirectResponse(url, 302, headers={"cache-control": "no-store"})
    _keep(response, browser_secret, _MINUTES * 60)
    return response


@router.get(
    "/callback",
    access=declared.public("The code that the identity provider gave to this browser identifies the caller."),
    refuses=[NotFound, LoginRefused, IdentityProviderAway],
    response_class=RedirectResponse,
    responses={303: {"headers": headers_of([LOCATION])}},
    status_code=303,
    # Providers add parameters of their own, which must be ignored (RFC 6749, 4.1.2).
    open_query=True,
)
async def complete_oidc_log_in(
    request: Request,
    entrance: EntranceOf,
    provider: ProviderOf,
    return_to: ReturnTo,
    *,
    state: Parameter = "",
    code: Parameter = "",
    iss: Parameter | None = None,
    browser_secret: Annotated[SecretStr | None, Cookie(alias=cookies.OIDC)] = None,
) -> RedirectResponse:
    """Sets the cookies of POST /v1/cookies for the user of this account, and redirects to the web app.

    The first log-in binds the user's name to the account. Another account with the same name is then refused.
    """
    if browser_secret is None or not code or (iss is not None and iss != provider.registration.issuer):
        raise LoginRefused
    given = [name for name, _ in request.query_params.multi_items()]
    if len(given) != len(set(given)):
        # Of two values, another reader might take the other (RFC 6749, 3.1).
        raise LoginRefused
    secret = browser_secret.get_secret_value()
    made = await actions.complete(entrance, provider, browser_secret=secret, state=state, code=code)
    response = RedirectResponse(return_to, 303)
    give(response, made)
    _keep(response, "", 0)
    return response
