"""The administrators' group, and the command that creates an administrator when nobody else can."""

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.features import read_features
from services.security.actions.passwords import hash_password, verify_password
from services.security.actions.permissions import PermissionChange, changing_permissions
from services.security.errors import ServiceAccountOnly
from services.security.records.groups import GroupDraft
from services.security.records.names import user_name
from services.security.records.users import UserDraft
from services.security.rules.features import Features
from services.security.rules.groups import complete_grants
from services.security.rules.passwords import require_fit
from services.security.store import groups, log_ins, members, sessions, users
from shared import clock
from shared.errors import InvalidInput
from shared.values.names import fold

GROUP = "Administrators"
_DESCRIPTION = "All features, without limits."


async def create_administrator(session: AsyncSession, name: str, password: SecretStr) -> int:
    """Makes `name` an active administrator with this password, and returns the user's id.

    Creates the user if needed, and grants the group Administrators every known feature at admin. The command is for
    operators of the suite, not for its users, so it checks no permissions. Running it again adds new features. A
    different password is set and logs the user out everywhere; the same password changes nothing. Raises InvalidInput,
    PasswordUnfit or ServiceAccountOnly.
    """
    try:
        name = user_name(name)
    except ValueError as error:
        raise InvalidInput(f"The user name is not valid: {error}.") from error
    require_fit(password.get_secret_value(), name)
    async with changing_permissions(session) as change:
        user_id = await _complete_user(session, name, change)
        group_id = await _complete_group(session, read_features(), change)
        if await members.add_member(session, group_id, user_id):
            await members.count_change_of(session, [group_id])
            change.made = True
        known = await users.find_credentials(session, fold(name))
        if not await verify_password(known.password_hash if known is not None else None, password):
            now = clock.now()
            await users.set_password_hash(session, user_id, await hash_password(password), now, must_change=False)
            await sessions.end_sessions_of(session, [user_id], "password_set", now)
        await log_ins.forget(session, [fold(name)])
    return user_id


async def _complete_user(session: AsyncSession, name: str, change: PermissionChange) -> int:
    user = (await users.find_named(session, [name])).get(fold(name))
    if user is None:
        change.made = True
        draft = UserDraft(name=name, display_name=name.partition("\\")[2])
        return (await users.insert_users(session, [draft], clock.now()))[fold(name)]
    if user.kind != "person":
        raise ServiceAccountOnly(
            f"{name} is a service account, but an administrator must be a person. Choose another name."
        )
    if not user.active:
        change.made = True
        await users.update_users(session, [user.model_copy(update={"active": True})])
    return user.id


async def _complete_group(session: AsyncSession, features: Features, change: PermissionChange) -> int:
    group = (await groups.find_named(session, [GROUP])).get(fold(GROUP))
    if group is None:
        change.made = True
        draft = GroupDraft(name=GROUP, description=_DESCRIPTION, grants=complete_grants((), features))
        return (await groups.insert_groups(session, [draft], clock.now()))[fold(GROUP)]
    complete = complete_grants(group.grants, features)
    if set(complete) != set(group.grants):
        change.made = True
        draft = GroupDraft(name=group.name, description=group.description, grants=complete)
        await groups.replace_groups(session, {group.id: draft})
    return group.id
