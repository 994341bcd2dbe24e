"""Choosing one's own password over HTTP."""

from services.security.actions import tokens as actions
from services.security.actions.password_links import use_link
from services.security.api.dependencies import EntranceOf
from services.security.errors import LinkRefused, LogInLimited, LoginRefused, PasswordUnfit
from services.security.schemas.users import LinkedPasswordBody, OwnPasswordBody
from shared.access import declared
from shared.http.operation import Router

router = Router("passwords")


@router.post(
    "",
    access=declared.public("The password so far identifies the caller, who may not be able to log in with it."),
    refuses=[LoginRefused, LogInLimited, PasswordUnfit],
    status_code=204,
)
async def change_own_password(body: OwnPasswordBody, entrance: EntranceOf) -> None:
    """Gives you another local password, and logs you out everywhere.

    Refusals are answered and counted like those of a log-in. Passwords of a Windows domain are changed in the domain.
    """
    await actions.change_password(entrance, body.user, body.password, body.new_password)


@router.post(
    "/by-link",
    access=declared.public("The token of the link identifies its user."),
    refuses=[LinkRefused, PasswordUnfit],
    status_code=204,
)
async def choose_password_by_link(body: LinkedPasswordBody, entrance: EntranceOf) -> None:
    """Gives you the local password that you choose, and logs you out everywhere. The link can be used once.

    An administrator makes links: POST /v1/users/{user_id}/password-links.
    """
    await use_link(entrance, body.token, body.new_password)
