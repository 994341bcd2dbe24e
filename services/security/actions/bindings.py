"""Bindings: logging in an account of a directory or an identity provider, and unbinding a user's name."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.users import get_user
from services.security.errors import AdministratorProtected
from services.security.rules.bindings import Binding, Claimed, find_contradiction
from services.security.rules.sessions import SESSION_LIFETIME, Device
from services.security.rules.tokens import LoggedIn
from services.security.store import bindings, permissions, sessions, users
from shared.database.pages import PageQuery


async def open_session_for(session: AsyncSession, claimed: Claimed, device: Device, now: datetime) -> LoggedIn | str:
    """Opens a session for the user with this name, or returns why not.

    The first log-in binds the name to the account.
    """
    user_id = await users.find_user_id(session, claimed.name)
    if user_id is None:
        return "there is no user with this name"
    opened = await sessions.open_session_of(session, user_id, device, now, now + SESSION_LIFETIME)
    if opened is None:
        return "the user is not active, or is a service account"
    await bindings.bind(session, user_id, claimed, now)
    bound = await bindings.find_subject(session, user_id, claimed.source)
    contradiction = find_contradiction(user_id, claimed.subject, bound, await bindings.find_owner(session, claimed))
    return opened if contradiction is None else contradiction


async def list_bindings(
    session: AsyncSession, user_id: int, query: PageQuery
) -> tuple[list[Binding], str | None, int | None]:
    """One page of the accounts that a user's name is bound to, the next cursor, and their number; raises NotFound."""
    return await bindings.list_bindings(session, (await get_user(session, user_id)).id, query)


async def unbind(session: AsyncSession, user_id: int, *, by_administrator: bool, now: datetime) -> None:
    """Unbinds the user's name, and logs the user out everywhere.

    The next account of this name becomes the user. The account may belong to another person. So for an administrator's
    name, only another administrator may do this. Raises NotFound or AdministratorProtected.
    """
    user = await get_user(session, user_id)
    if not by_administrator and user_id in await permissions.find_administrators(session):
        raise AdministratorProtected(f"{user.name} is an administrator, so another administrator must do this.")
    await bindings.unbind(session, user_id)
    await sessions.end_sessions_of(session, [user_id], "ended_by_administrator", now)
