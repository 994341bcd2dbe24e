"""Owns logging in and out over HTTP."""

from fastapi import Response

from services.security.actions import tokens as actions
from services.security.api.dependencies import Address, CallerId, DatabaseOf, DirectoryOf, Now, TokenKeysOf
from services.security.errors import IdentityProviderAway, LogInLimited, LoginRefused
from services.security.rules.tokens import Tokens
from services.security.schemas.tokens import LogIn, RefreshToken, TokenAnswer
from shared.access import declared
from shared.errors import NotFound
from shared.http.operation import Router
from shared.http.problems import refusal
from shared.http.transaction import Transaction

router = Router("tokens")


def _answer(response: Response, made: Tokens) -> TokenAnswer:
    response.headers["cache-control"] = "no-store"
    return TokenAnswer(access_token=made.access_token, expires_in=made.expires_in, refresh_token=made.refresh_token)


@router.post(
    "",
    access=declared.public("Logging in is how a caller becomes known."),
    refuses=[LoginRefused, LogInLimited, IdentityProviderAway],
    response_model=TokenAnswer,
    summary="Log in",
)
async def log_in(
    body: LogIn,
    address: Address,
    *,
    response: Response,
    session: Transaction,
    database: DatabaseOf,
    keys: TokenKeysOf,
    directory: DirectoryOf,
    now: Now,
) -> TokenAnswer:
    """Opens a session of 12 hours for a user with a password: an access token and the first refresh token.

    Every failure gives the same answer, after the same time. After five of an account within a quarter of an hour, or
    fifty from one address, the next has to wait.
    """
    made = await actions.log_in(
        database, session, keys, directory, name=body.user, password=body.password, address=address, now=now
    )
    return _answer(response, made)


@router.post(
    "/refresh",
    access=declared.public("The refresh token itself says who calls; the access token may have expired."),
    refuses=[LoginRefused],
    response_model=TokenAnswer,
    summary="Exchange a refresh token for new tokens",
)
async def refresh_tokens(
    body: RefreshToken, response: Response, session: Transaction, keys: TokenKeysOf, now: Now
) -> TokenAnswer | Response:
    """Each refresh token is used once; shown again within 10 seconds it gives the same successor.

    An older one shown again ends the session for everybody who holds a token of it.
    """
    made = await actions.refresh(session, keys, body.refresh_token, now)
    # Answered, not raised: an error would roll back the end of a session whose token was used twice.
    return refusal(LoginRefused()) if made is None else _answer(response, made)


@router.post(
    "/revoke",
    access=declared.signed_in(),
    refuses=[NotFound],
    status_code=204,
    summary="Log out",
)
async def revoke_tokens(body: RefreshToken, session: Transaction, caller_id: CallerId, now: Now) -> None:
    """Ends the caller's session that the refresh token belongs to; access tokens run out by themselves.

    Done again, it changes nothing. Another user's token is not found.
    """
    await actions.log_out(session, caller_id, body.refresh_token, now)
