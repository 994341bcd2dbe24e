"""Owns logging in with OpenID Connect over HTTP: a browser is sent away and comes back."""

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
from shared.http.operation import Router

router = Router("oidc")

_MINUTES = 10


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise NotFound("No identity provider is set up here: log in with a password.")
    return provider


def _return_to(request: Request) -> str:
    path: str = request.app.state.settings.oidc_return_to
    return path


ProviderOf = Annotated[Provider, Depends(_provider)]
ReturnTo = Annotated[str, Depends(_return_to)]
Parameter = Annotated[str, Query(max_length=4000)]


def _keep(response: Response, browser_secret: str, seconds: int) -> None:
    # Lax: the browser comes back from another site.
    response.set_cookie(
        cookies.OIDC, browser_secret, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


@router.get(
    "/log-in",
    access=declared.public("Logging in is how a caller becomes known."),
    refuses=[NotFound, IdentityProviderAway],
    response_class=RedirectResponse,
    status_code=302,
    summary="Log in at the identity provider",
)
async def log_in_oidc(provider: ProviderOf) -> RedirectResponse:
    """Sends the browser to the identity provider, which sends it back to `/callback` within ten minutes."""
    url, browser_secret = await actions.begin(provider)
    response = RedirectResponse(url, 302, headers={"cache-control": "no-store"})
    _keep(response, browser_secret, _MINUTES * 60)
    return response


@router.get(
    "/callback",
    access=declared.public("The code that the identity provider gave to this browser says who calls."),
    refuses=[NotFound, LoginRefused, IdentityProviderAway],
    response_class=RedirectResponse,
    status_code=303,
    summary="Come back from the identity provider",
)
async def complete_oidc(
    entrance: EntranceOf,
    provider: ProviderOf,
    return_to: ReturnTo,
    *,
    state: Parameter = "",
    code: Parameter = "",
    iss: Parameter | None = None,
    browser_secret: Annotated[SecretStr | None, Cookie(alias=cookies.OIDC)] = None,
) -> RedirectResponse:
    """Sets the cookies of POST /v1/cookies for the user that the account means, and goes on to the web app.

    At the first time the user's name is bound to the account; another account of the same name is refused later.
    """
    if browser_secret is None or not code or (iss is not None and iss != provider.registration.issuer):
        raise LoginRefused
    secret = browser_secret.get_secret_value()
    made = await actions.complete(entrance, provider, browser_secret=secret, state=state, code=code)
    response = RedirectResponse(return_to, 303)
    give(response, made)
    _keep(response, "", 0)
    return response
