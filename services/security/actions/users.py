"""Owns what is done with users one by one."""

from datetime import datetime

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.passwords import hash_password
from services.security.actions.permissions import changing_permissions
from services.security.errors import AdministratorProtected, ServiceAccountOnly, UserExists
from services.security.rules.names import fold
from services.security.rules.passwords import require_fit
from services.security.rules.sessions import EndReason
from services.security.rules.user_import import ChangedUser
from services.security.rules.users import Kind, User, UserChange, UserDraft, UserFilter
from services.security.store import log_ins, permissions, sessions, users
from shared.errors import NotFound
from shared.etag import require_version
from shared.listing import PageQuery


async def list_users(session: AsyncSession, wanted: UserFilter, query: PageQuery) -> tuple[list[User], str | None, int]:
    """One page, the cursor of the next, and how many users there are on all pages."""
    found, next_cursor = await users.list_users(session, wanted, query)
    return found, next_cursor, await users.count_users(session, wanted)


async def get_user(session: AsyncSession, user_id: int) -> User:
    """The user; raises NotFound."""
    user = await users.find_user(session, user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    return user


async def create_user(session: AsyncSession, draft: UserDraft, now: datetime) -> User:
    """Makes a user without password and groups; raises UserExists."""
    async with changing_permissions(session) as change:
        if await users.find_user_id(session, draft.name) is not None:
            raise UserExists(f"There is a user {draft.name} already.")
        made = await users.insert_users(session, [draft], now)
        change.made = draft.active
    return await get_user(session, *made.values())


async def change_user(session: AsyncSession, user_id: int, expected: int, wanted: UserChange, now: datetime) -> User:
    """Changes display name or active flag; a user who is deactivated is logged out everywhere.

    Raises NotFound, VersionStale, LastAdministrator. What changes nothing leaves the version as it is.
    """
    async with changing_permissions(session) as change:
        user = await get_user(session, user_id)
        require_version(user.revision, expected, f"The user {user.name}")
        display_name = user.display_name if wanted.display_name is None else wanted.display_name
        active = user.active if wanted.active is None else wanted.active
        if (display_name, active) == (user.display_name, user.active):
            return user
        await users.update_users(session, [ChangedUser(user_id, display_name, active)])
        change.made = active != user.active
        if user.active and not active:
            await sessions.end_sessions_of(session, [user_id], EndReason.DEACTIVATED, now)
    return await get_user(session, user_id)


async def set_password(
    session: AsyncSession, user_id: int, password: SecretStr, *, by_administrator: bool, now: datetime
) -> None:
    """Sets a user's local password and logs him out everywhere.

    `by_administrator` says whether the caller has `security.groups` at admin: without it, setting the password of
    somebody who has would be a way to become him. Raises NotFound, ServiceAccountOnly, PasswordUnfit,
    AdministratorProtected.
    """
    user = await get_user(session, user_id)
    if user.kind != Kind.PERSON.value:
        raise ServiceAccountOnly(f"{user.name} is a service account: make a credential for it instead.")
    require_fit(password.get_secret_value(), user.name)
    if not by_administrator and user_id in await permissions.find_administrators(session):
        raise AdministratorProtected(f"{user.name} is an administrator: another administrator must set the password.")
    await users.set_password_hash(session, user_id, await hash_password(password), now)
    await sessions.end_sessions_of(session, [user_id], EndReason.PASSWORD_SET, now)
    await log_ins.forget(session, [fold(user.name)])
