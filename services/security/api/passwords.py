"""Choosing one's own password over HTTP."""

from services.security.actions import tokens as actions
from services.security.api.dependencies import EntranceOf
from services.security.errors import LogInLimited, LoginRefused, PasswordUnfit
from services.security.schemas.users import OwnPasswordBody
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
