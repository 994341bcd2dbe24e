"""The preferences of users."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.rules.preferences import Preference, PreferenceItem
from shared.database.columns import to_document
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import execute, fetch_one, fetch_value

SORTING = Sorting({"key": ("p.key", "text")}, default="key", key="p.key", key_type="text")
_COLUMNS = "key, value, revision, changed_at"


async def list_preferences(
    session: AsyncSession, user_id: int, query: PageQuery
) -> tuple[list[PreferenceItem], str | None, int | None]:
    """One page of the keys of a user's preferences, the cursor of the next page, and how many there are."""
    source, where = "preference p", Where().add("p.user_id = :user_id", user_id=user_id)
    columns = "p.key, octet_length(CAST(p.value AS text)) AS bytes, p.revision, p.changed_at"
    found, cursor = await fetch_page(
        session, PreferenceItem, columns=columns, source=source, where=where, sorting=SORTING, query=query
    )
    return found, cursor, await fetch_list_count(session, source, where, query)


async def find_preference(session: AsyncSession, user_id: int, key: str) -> Preference | None:
    """A preference of a user, or None."""
    return await fetch_one(
        session,
        Preference,
        f"SELECT {_COLUMNS} FROM preference WHERE user_id = :user_id AND key = :key",
        user_id=user_id,
        key=key,
    )


async def take_turn(session: AsyncSession, user_id: int) -> None:
    """Makes changes of a user's preferences wait for each other, until the end of their transactions."""
    await execute(
        session, "SELECT pg_advisory_xact_lock(hashtextextended('preferences ' || :user_id, 0))", user_id=str(user_id)
    )


async def count_others(session: AsyncSession, user_id: int, key: str) -> int:
    """How many preferences a user has, besides the one of this key."""
    found: int = await fetch_value(
        session, "SELECT count(*) FROM preference WHERE user_id = :user_id AND key <> :key", user_id=user_id, key=key
    )
    return found


async def write_preference(
    session: AsyncSession, user_id: int, key: str, value: Mapping[str, Any], now: datetime
) -> Preference:
    """Creates or replaces a preference; the same value changes nothing."""
    await execute(
        session,
        """
        INSERT INTO preference (user_id, key, value, changed_at) VALUES (:user_id, :key, CAST(:value AS jsonb), :now)
        ON CONFLICT (user_id, key) DO UPDATE
        SET value = excluded.value, revision = preference.revision + 1, changed_at = excluded.changed_at
        WHERE preference.value <> excluded.value
        """,
        user_id=user_id,
        key=key,
        value=to_document(value),
        now=now,
    )
    written = await find_preference(session, user_id, key)
    assert written is not None
    return written


async def delete_preference(session: AsyncSession, user_id: int, key: str) -> bool:
    """Deletes a preference; returns whether there was one."""
    return (
        await execute(
            session, "DELETE FROM preference WHERE user_id = :user_id AND key = :key", user_id=user_id, key=key
        )
        > 0
    )
