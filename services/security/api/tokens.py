"""Logging in and out over HTTP."""

from fastapi import Response

from services.security.actions import tokens as actions
from services.security.api.dependencies import NOT_KEPT, CallerId, EntranceOf
from services.security.errors import IdentityProviderAway, LogInLimited, LoginRefused, PasswordToChange
from services.security.rules.tokens import Tokens
from services.security.schemas.tokens import LogInBody, RefreshTokenBody, TokenRead
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
    access=declared.public("Callers log in here."),
    refuses=[LoginRefused, LogInLimited, IdentityProviderAway, PasswordToChange],
    dependencies=[NOT_KEPT],
)
async def log_in(body: LogInBody, entrance: EntranceOf) -> TokenRead:
    """Opens a session of 12 hours for a user with a password. Returns an access token and the first refresh token.

    All failures give the same answer after the same time. After five failures of an account within 15 minutes, its next
    attempt must wait. After fifty from one address, so must accounts that have failed; others take turns there.
    """
    return _read(await actions.log_in(entrance, body.user, body.password))


@router.post(
    "/refresh",
    access=declared.public("The refresh token identifies the caller, whose access token may have expired."),
    refuses=[LoginRefused],
    dependencies=[NOT_KEPT],
    response_model=TokenRead,
)
async def refresh_tokens(body: RefreshTokenBody, entrance: EntranceOf) -> TokenRead | Response:
    """Exchanges a refresh token for new tokens.

    It works once; within 10 seconds, repeating it gives the same successor. Using an older refresh token again ends the
    session, for everyone who has a token of it.
    """
    made = await actions.refresh(entrance, body.refresh_token)
    # Answered, not raised: an error would roll back the end of a session whose refresh token was used twice.
    return refusal(LoginRefused()) if made is None else _read(made)


@router.post("/revoke", access=declared.signed_in(), refuses=[NotFound], status_code=204)
async def log_out(body: RefreshTokenBody, session: Transaction, caller_id: CallerId, now: Now) -> None:
    """Ends your session that the refresh token belongs to; its access token expires by itself.

    Repeating it changes nothing. Refresh tokens of other users are not found.
    """
    await actions.log_out(session, caller_id, body.refresh_token, now)
