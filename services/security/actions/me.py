"""The access of a user with its reasons, for the user and for administrators."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.users import get_user
from services.security.records.users import User
from services.security.rules.me import EffectiveFeature, Me, UserAccess, effective_features
from services.security.store import groups, users
from shared.errors import NotFound


async def describe_access(session: AsyncSession, user_id: int) -> UserAccess:
    """The features of a user and the groups that grant them; none while the user is not active. Raises NotFound."""
    user = await get_user(session, user_id)
    return UserAccess(user.name, user.active, await _features_of(session, user) if user.active else [])


async def describe_me(session: AsyncSession, user_id: int | None) -> Me:
    """The caller's account, its features and the groups that grant them; raises NotFound unless the user is active."""
    user = None if user_id is None else await users.find_user(session, user_id)
    if user is None or not user.active:
        raise NotFound("Your identity does not belong to an active user.")
    return Me(user.id, user.name, user.display_name, user.groups, await _features_of(session, user))


async def _features_of(session: AsyncSession, user: User) -> list[EffectiveFeature]:
    return effective_features(await groups.fetch_grants(session, of_user=user.id))
