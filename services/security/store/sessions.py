"""Sessions and the digests of their refresh tokens."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.rules.sessions import Device, EndReason, OpenSession, Shown
from services.security.rules.tokens import LoggedIn
from services.security.store.users import Credentials
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import execute, fetch_one, fetch_value

_OPEN = """
    WITH account AS (
        SELECT id, name FROM user_account
        WHERE id = :user_id AND active AND kind = 'person' AND {condition} FOR SHARE
    ), opened AS (
        INSERT INTO session (user_id, created_at, expires_at, user_agent, address)
        SELECT id, :now, :expires_at, :user_agent, :address FROM account
        RETURNING id, user_id, expires_at
    )
    SELECT opened.id AS session_id, opened.user_id, account.name AS user_name, opened.expires_at
    FROM opened, account
"""


async def open_session(
    session: AsyncSession, credentials: Credentials, device: Device, now: datetime, expires_at: datetime
) -> LoggedIn | None:
    """Opens a session for these credentials; None if they are no longer valid.

    The share lock makes a deactivation or a new password wait, and then it ends this session too.
    """
    return await fetch_one(
        session,
        LoggedIn,
        _OPEN.format(condition="password_hash = :password_hash"),
        user_id=credentials.user_id,
        password_hash=credentials.password_hash,
        now=now,
        expires_at=expires_at,
        **vars(device),
    )


async def open_session_of(
    session: AsyncSession, user_id: int, device: Device, now: datetime, expires_at: datetime
) -> LoggedIn | None:
    """Opens a session for a user authenticated by a directory or an identity provider; None unless an active person."""
    return await fetch_one(
        session,
        LoggedIn,
        _OPEN.format(condition="true"),
        user_id=user_id,
        now=now,
        expires_at=expires_at,
        **vars(device),
    )


async def insert_refresh_token(session: AsyncSession, session_id: int, digest: bytes, now: datetime) -> None:
    """Adds a refresh token to a session; only its digest is stored."""
    await execute(
        session,
        "INSERT INTO refresh_token (digest, session_id, issued_at) VALUES (:digest, :session_id, :now)",
        digest=digest,
        session_id=session_id,
        now=now,
    )


async def mark_used(session: AsyncSession, digest: bytes, now: datetime) -> None:
    """Marks a refresh token as used."""
    await execute(session, "UPDATE refresh_token SET used_at = :now WHERE digest = :digest", digest=digest, now=now)


async def lock_session_of(session: AsyncSession, digest: bytes) -> int | None:
    """Locks the session of the token, so that other uses of its tokens wait; None if the token is unknown."""
    session_id: int | None = await fetch_value(
        session,
        """
        SELECT session.id FROM session JOIN refresh_token ON refresh_token.session_id = session.id
        WHERE refresh_token.digest = :digest FOR UPDATE OF session
        """,
        digest=digest,
    )
    return session_id


async def find_shown(session: AsyncSession, digest: bytes) -> Shown | None:
    """A refresh token and its session, or None."""
    return await fetch_one(
        session,
        Shown,
        """
        SELECT session.id AS session_id, session.user_id, user_account.name AS user_name,
               user_account.active AS user_active, session.expires_at, session.ended_at, shown.used_at,
               current.digest AS current_digest
        FROM refresh_token AS shown
        JOIN session ON session.id = shown.session_id
        JOIN user_account ON user_account.id = session.user_id
        LEFT JOIN refresh_token AS current ON current.session_id = session.id AND current.used_at IS NULL
        WHERE shown.digest = :digest
        """,
        digest=digest,
    )


_USED = """
    session JOIN LATERAL (
        SELECT max(t.issued_at) AS last_used_at FROM refresh_token t WHERE t.session_id = session.id
    ) AS used ON used.last_used_at IS NOT NULL
"""
SORTING = Sorting({"last_used_at": ("used.last_used_at", "timestamptz")}, default="-last_used_at", key="session.id")


async def list_open(
    session: AsyncSession, user_id: int, current: str, now: datetime, query: PageQuery
) -> tuple[list[OpenSession], str | None, int | None]:
    """One page of the user's open sessions, the cursor of the next page, and how many there are.

    `current` is the id of the session that asks, as text.
    """
    where = (
        Where()
        .add("session.user_id = :user_id", user_id=user_id)
        .add("session.ended_at IS NULL AND session.expires_at > :now", now=now)
    )
    listed = replace(where, parameters={**where.parameters, "current": current})
    found, cursor = await fetch_page(
        session,
        OpenSession,
        columns="""
            session.id, session.created_at, used.last_used_at, session.expires_at,
            CAST(session.id AS text) = :current AS current, session.user_agent, session.address
        """,
        source=_USED,
        where=listed,
        sorting=SORTING,
        query=query,
    )
    return found, cursor, await fetch_list_count(session, _USED, where, query)


async def is_session_of(session: AsyncSession, session_id: int, user_id: int) -> bool:
    """Whether the session belongs to the user."""
    return bool(
        await fetch_value(
            session,
            "SELECT EXISTS (SELECT FROM session WHERE id = :id AND user_id = :user_id)",
            id=session_id,
            user_id=user_id,
        )
    )


async def end_session(session: AsyncSession, session_id: int, reason: EndReason, now: datetime) -> None:
    """Ends a session, unless it has ended."""
    await execute(
        session,
        "UPDATE session SET ended_at = :now, end_reason = :reason WHERE id = :session_id AND ended_at IS NULL",
        session_id=session_id,
        reason=reason,
        now=now,
    )


async def end_sessions_of(session: AsyncSession, user_ids: Sequence[int], reason: EndReason, now: datetime) -> None:
    """Ends every open session of these users."""
    await execute(
        session,
        """
        UPDATE session SET ended_at = :now, end_reason = :reason
        WHERE user_id = ANY(CAST(:user_ids AS bigint[])) AND ended_at IS NULL AND expires_at > :now
        """,
        user_ids=list(user_ids),
        reason=reason,
        now=now,
    )


async def delete_expired(session: AsyncSession, before: datetime, limit: int) -> int:
    """Deletes at most `limit` sessions that expired before this time, with their refresh tokens; returns how many."""
    return await execute(
        session,
        """
        DELETE FROM session WHERE id IN (
            SELECT id FROM session WHERE expires_at < :before ORDER BY expires_at LIMIT :limit)
        """,
        before=before,
        limit=limit,
    )
