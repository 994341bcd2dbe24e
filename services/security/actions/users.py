"""The use cases of users, one by one or from a file."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.members import change_members
from services.security.actions.passwords import hash_password
from services.security.actions.permissions import changing_permissions
from services.security.errors import AdministratorProtected, ServiceAccountOnly, UserExists
from services.security.records.users import User, UserChange, UserDraft, UserRow
from services.security.rules.passwords import require_fit
from services.security.rules.users import (
    UserFilter,
    count_user_import,
    find_other_kinds,
    find_unknown_groups,
    plan_user_import,
)
from services.security.store import groups, log_ins, password_links, permissions, sessions, users
from shared.audit import history
from shared.audit.changes import HistoryStep, changes_between
from shared.audit.history import Noted
from shared.database.pages import PageQuery
from shared.errors import Forbidden, NotFound
from shared.files.changes import Outcome
from shared.files.csv import TableFile
from shared.values.fields import parts_of
from shared.values.names import fold
from shared.values.versions import require_version

KIND = "user_account"
_NEEDS_ADMINISTRATOR = (
    "This file changes who is in which group, which needs security.groups at level admin. "
    "Leave out the column groups, or ask an administrator."
)


async def list_users(
    session: AsyncSession, wanted: UserFilter, query: PageQuery
) -> tuple[list[User], str | None, int | None]:
    """One page of users, the cursor of the next page, and how many users match."""
    found, next_cursor = await users.list_users(session, wanted, query)
    return found, next_cursor, await users.count_users(session, wanted) if query.totals else None


async def get_user(session: AsyncSession, user_id: int) -> User:
    """Returns the user; raises NotFound."""
    user = await users.find_user(session, user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    return user


async def create_user(session: AsyncSession, draft: UserDraft, now: datetime) -> User:
    """Creates a user without a password and groups; raises UserExists."""
    async with changing_permissions(session) as change:
        if await users.find_user_id(session, draft.name) is not None:
            raise UserExists(f"User {draft.name} already exists. Choose another name.")
        made = await users.insert_users(session, [draft], now)
        await history.note(session, KIND, [Noted(history.key_of(user_id), "created") for user_id in made.values()])
        change.made = draft.active
    return await get_user(session, *made.values())


async def change_user(session: AsyncSession, user_id: int, expected: int, wanted: UserChange, now: datetime) -> User:
    """Changes the display name or the active flag; a user who is deactivated is logged out everywhere.

    Without a difference the version stays the same. Raises NotFound, VersionStale or LastAdministrator.
    """
    async with changing_permissions(session) as change:
        user = await get_user(session, user_id)
        require_version(user.revision, expected, f"User {user.name}")
        changed = user.model_copy(update=wanted.model_dump(exclude_unset=True))
        if changed == user:
            return user
        await users.update_users(session, [changed])
        await _note_changes(session, [(user, changed)])
        change.made = changed.active != user.active
        if user.active and not changed.active:
            await sessions.end_sessions_of(session, [user_id], "deactivated", now)
    return await get_user(session, user_id)


async def set_password(
    session: AsyncSession,
    user_id: int,
    password: SecretStr,
    *,
    must_change: bool,
    by_administrator: bool,
    now: datetime,
) -> None:
    """Sets a user's local password and logs the user out everywhere.

    If the user `must_change` it, it is good for nothing else.

    `by_administrator` says whether the caller has `security.groups` at admin. Callers without it could take over the
    account of an administrator by setting its password, which raises AdministratorProtected.
    Also raises NotFound, ServiceAccountOnly or PasswordUnfit.
    """
    user = await require_local_person(session, user_id, by_administrator=by_administrator)
    require_fit(password.get_secret_value(), user.name)
    await give_password(session, user_id, user.name, password, now, must_change=must_change)
    await history.note_one(session, KIND, history.key_of(user_id), "password_set")


async def give_password(
    session: AsyncSession, user_id: int, name: str, password: SecretStr, now: datetime, *, must_change: bool
) -> None:
    """Gives a user a fit password. They are logged out everywhere, may try again at once, and have no link any more."""
    await users.set_password_hash(session, user_id, await hash_password(password), now, must_change=must_change)
    await sessions.end_sessions_of(session, [user_id], "password_set", now)
    await password_links.forget(session, user_id)
    await log_ins.forget(session, [fold(name)])


async def require_local_person(session: AsyncSession, user_id: int, *, by_administrator: bool) -> User:
    """The user, whose local password the caller may set; raises NotFound, ServiceAccountOnly or AdministratorProtected.

    `by_administrator` says whether the caller has `security.groups` at admin.
    """
    user = await get_user(session, user_id)
    if user.kind != "person":
        raise ServiceAccountOnly(f"{user.name} is a service account. Make a credential for it instead.")
    if not by_administrator and user_id in await permissions.find_administrators(session):
        raise AdministratorProtected(
            f"{user.name} is an administrator, so another administrator must set the password."
        )
    return user


async def list_history(
    session: AsyncSession, user_id: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what was done with a user, newest first, the next cursor, and the number of steps; raises NotFound."""
    await get_user(session, user_id)
    return await history.list_steps(session, KIND, history.key_of(user_id), query)


async def _note_changes(session: AsyncSession, pairs: Sequence[tuple[User, User]]) -> None:
    noted = [
        Noted(
            history.key_of(before.id),
            "changed",
            changes_between(parts_of(before, UserDraft), parts_of(after, UserDraft)),
        )
        for before, after in pairs
    ]
    await history.note(session, KIND, noted)


async def import_users(
    session: AsyncSession,
    file: TableFile[UserRow],
    changer_id: int | None,
    now: datetime,
    *,
    by_administrator: bool,
) -> Outcome:
    """Creates and changes the users in the file, in a fixed number of statements.

    `by_administrator` says whether the caller has `security.groups` at admin; without it, a file that changes who is in
    which group raises Forbidden. Also raises ImportRefused, OwnGroup or LastAdministrator.
    """
    rows = [numbered.row for numbered in file.rows]
    async with changing_permissions(session) as change:
        entered = [numbered.row for numbered in file.all_rows]
        named = await groups.find_names(session, {name for row in entered for name in row.groups})
        known = await users.find_named(session, [row.name for row in entered if row.name is not None])
        unknown = find_unknown_groups(file.all_rows, named)
        if not by_administrator and unknown:
            raise Forbidden(_NEEDS_ADMINISTRATOR)
        file.refuse([*unknown, *find_other_kinds(file.all_rows, known)])
        plan = plan_user_import(rows, known, named, sets_groups="groups" in file.columns)
        if not by_administrator and (plan.joining or plan.leaving):
            raise Forbidden(_NEEDS_ADMINISTRATOR)
        made = await users.insert_users(session, plan.new, now)
        await history.note(session, KIND, [Noted(history.key_of(user_id), "imported") for user_id in made.values()])
        await users.update_users(session, plan.changed)
        await _note_changes(session, [(known[fold(after.name)], after) for after in plan.changed])
        await sessions.end_sessions_of(session, plan.deactivated, "deactivated", now)
        await change_members(session, plan, known, changer_id)
        change.made = plan.changes_permissions
    return count_user_import(file.rows, known, plan, named)
