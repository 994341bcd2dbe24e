"""Owns logging in and out over HTTP."""

from fastapi import Response

from services.security.actions import tokens as actions
from services.security.api.dependencies import NOT_KEPT, CallerId, EntranceOf
from services.security.errors import IdentityProviderAway, LogInLimited, LoginRefused
from services.security.rules.tokens import Tokens
from services.security.schemas.tokens import LogIn, RefreshToken, TokenRead
from shared.access import declared
from shared.errors import NotFound
from shared.http.moment import Now
from shared.http.operation import Router
from shared.http.problems import refusal
from shared.http.transaction import Transaction

router = Router("tokens")


def _read(made: Tokens) -> TokenRead:
    return TokenRead(access_token=made.access_token, expires_in=made.expires_in, refresh_token=made.refresh_token)


@router.post(
    "",
    access=declared.public("Logging in is how a caller becomes known."),
    refuses=[LoginRefused, LogInLimited, IdentityProviderAway],
    dependencies=[NOT_KEPT],
    summary="Log in",
)
async def log_in(body: LogIn, entrance: EntranceOf) -> TokenRead:
    """Opens a session of 12 hours for a user with a password: an access token and the first refresh token.

    Every failure gives the same answer, after the same time. After five of an account within a quarter of an hour, or
    fifty from one address, the next has to wait.
    """
    return _read(await actions.log_in(entrance, body.user, body.password))


@router.post(
    "/refresh",
    access=declared.public("The refresh token itself says who calls; the access token may have expired."),
    refuses=[LoginRefused],
    dependencies=[NOT_KEPT],
    response_model=TokenRead,
    summary="Exchange a refresh token for new tokens",
)
async def refresh_tokens(body: RefreshToken, entrance: EntranceOf) -> TokenRead | Response:
    """Each refresh token is used once; shown again within 10 seconds it gives the same successor.

    An older one shown again ends the session for everybody who holds a token of it.
    """
    made = await actions.refresh(entrance, body.refresh_token)
    # Answered, not raised: an error would roll back the end of a session whose token was used twice.
    return refusal(LoginRefused()) if made is None else _read(made)


@router.post("/revoke", access=declared.signed_in(), refuses=[NotFound], status_code=204, summary="Log out")
async def revoke_tokens(body: RefreshToken, session: Transaction, caller_id: CallerId, now: Now) -> None:
    """Ends the caller's session that the refresh token belongs to; access tokens run out by themselves.

    Done again, it changes nothing. Another user's token is not found.
    """
    await actions.log_out(session, caller_id, body.refresh_token, now)
