"""Sessions: list them and end them."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.users import get_user
from services.security.rules.sessions import EndReason, OpenSession
from services.security.store import sessions
from shared.database.pages import PageQuery
from shared.errors import NotFound


async def list_sessions(
    session: AsyncSession, user_id: int | None, current: str, now: datetime, query: PageQuery
) -> tuple[list[OpenSession], str | None, int | None]:
    """One page of a user's open sessions, the next cursor, and their number; raises NotFound.

    `current` is the id of the session that asks.
    """
    return await sessions.list_open(session, await _known(session, user_id), current, now, query)


async def end_one(
    session: AsyncSession, user_id: int | None, session_id: int, reason: EndReason, now: datetime
) -> None:
    """Ends a session of the user unless it has ended already. Raises NotFound for a session of another user."""
    known = await _known(session, user_id)
    if not await sessions.is_session_of(session, session_id, known):
        raise NotFound(f"This user has no session {session_id}.")
    await sessions.end_session(session, session_id, reason, now)


async def end_all(session: AsyncSession, user_id: int, reason: EndReason, now: datetime) -> None:
    """Logs the user out everywhere; raises NotFound."""
    await sessions.end_sessions_of(session, [await _known(session, user_id)], reason, now)


async def _known(session: AsyncSession, user_id: int | None) -> int:
    if user_id is None:
        raise NotFound("Your identity does not belong to a user.")
    return (await get_user(session, user_id)).id
