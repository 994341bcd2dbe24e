"""Owns logging in those whom a directory or an identity provider vouches for, and what their names are bound to."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.users import get_user
from services.security.errors import AdministratorProtected
from services.security.rules.bindings import Binding, Claimed, find_contradiction
from services.security.rules.sessions import SESSION_LIFETIME
from services.security.rules.tokens import LoggedIn
from services.security.store import bindings, permissions, sessions, users


async def open_session_for(session: AsyncSession, claimed: Claimed, now: datetime) -> LoggedIn | str:
    """A session of the user of this name, whose name is bound to the account at the first time; else why not."""
    user_id = await users.find_user_id(session, claimed.name)
    if user_id is None:
        return "there is no such user"
    opened = await sessions.open_session_of(session, user_id, now, now + SESSION_LIFETIME)
    if opened is None:
        return "the user is not active, or a service account"
    await bindings.bind(session, user_id, claimed, now)
    bound = await bindings.find_subject(session, user_id, claimed.source)
    contradiction = find_contradiction(user_id, claimed.subject, bound, await bindings.find_owner(session, claimed))
    return opened if contradiction is None else contradiction


async def list_bindings(session: AsyncSession, user_id: int) -> list[Binding]:
    """What a user's name is bound to; raises NotFound."""
    return await bindings.list_bindings(session, (await get_user(session, user_id)).id)


async def unbind(session: AsyncSession, user_id: int, *, by_administrator: bool, now: datetime) -> None:
    """Lets the next account of this name be the user, and logs him out everywhere.

    It may be another person: that an administrator's name goes to, only another administrator decides.
    Raises NotFound, AdministratorProtected.
    """
    user = await get_user(session, user_id)
    if not by_administrator and user_id in await permissions.find_administrators(session):
        raise AdministratorProtected(f"{user.name} is an administrator: another administrator must do this.")
    await bindings.unbind(session, user_id)
    await sessions.end_sessions_of(session, [user_id], "ended_by_administrator", now)
