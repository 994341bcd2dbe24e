"""The preferences of the calling user."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.rules.preferences import Preference, PreferenceItem, require_room, require_small
from services.security.store import preferences, users
from shared.database.pages import PageQuery
from shared.errors import NotFound
from shared.values.versions import require_version


async def list_preferences(
    session: AsyncSession, user_id: int | None, query: PageQuery
) -> tuple[list[PreferenceItem], str | None, int | None]:
    """One page of the user's keys, the next cursor, and their number; raises NotFound."""
    return await preferences.list_preferences(session, await _known(session, user_id), query)


async def get_preference(session: AsyncSession, user_id: int | None, key: str) -> Preference:
    """The preference of this key; raises NotFound."""
    found = await preferences.find_preference(session, await _known(session, user_id), key)
    if found is None:
        raise NotFound(f"You have no preference {key}.")
    return found


async def put_preference(
    session: AsyncSession,
    user_id: int | None,
    key: str,
    value: Mapping[str, Any],
    *,
    expected: int | None,
    now: datetime,
) -> Preference:
    """Creates or replaces a preference; raises NotFound, InvalidInput, PreferencesEnough or VersionStale."""
    require_small(value)
    owner = await _known(session, user_id)
    await preferences.take_turn(session, owner)
    before = await preferences.find_preference(session, owner, key)
    if expected is not None:
        require_version(0 if before is None else before.revision, expected, f"Preference {key}")
    if before is None:
        require_room(await preferences.count_others(session, owner, key))
    return await preferences.write_preference(session, owner, key, value, now)


async def delete_preference(session: AsyncSession, user_id: int | None, key: str) -> None:
    """Deletes the preference of this key; raises NotFound."""
    if not await preferences.delete_preference(session, await _known(session, user_id), key):
        raise NotFound(f"You have no preference {key}.")


async def _known(session: AsyncSession, user_id: int | None) -> int:
    if user_id is None or await users.find_user(session, user_id) is None:
        raise NotFound("Your identity does not belong to a user.")
    return user_id
