"""Owns what a user may do and why, as he sees it and as an administrator does."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.rules.permissions import EffectiveFeature, effective_features
from services.security.rules.users import User
from services.security.store import groups, users
from shared.errors import NotFound


@dataclass(frozen=True)
class Me:
    user: User
    features: list[EffectiveFeature]


async def describe_access(session: AsyncSession, user_id: int) -> Me:
    """What a user may do because of which group; nothing while he is not active. Raises NotFound."""
    user = await users.find_user(session, user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    grants = await groups.fetch_grants(session, of_user=user.id) if user.active else []
    return Me(user, effective_features(grants))


async def describe_me(session: AsyncSession, user_id: int | None) -> Me:
    """The caller's account, and what it may do because of which group; raises NotFound for who is no active user."""
    user = None if user_id is None else await users.find_user(session, user_id)
    if user is None or not user.active:
        raise NotFound("Your identity belongs to no active user.")
    return Me(user, effective_features(await groups.fetch_grants(session, of_user=user.id)))
