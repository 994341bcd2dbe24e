"""The links with which users choose a password once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.statements import execute, fetch_one


@dataclass(frozen=True)
class LinkedUser:
    """The user of a link that can be used."""

    user_id: int
    name: str


async def keep(session: AsyncSession, user_id: int, digest: bytes, expires_at: datetime) -> None:
    """Gives the user a link; one before it can no longer be used."""
    await execute(
        session,
        """
        INSERT INTO password_link (digest, user_id, expires_at) VALUES (:digest, :user_id, :expires_at)
        ON CONFLICT (user_id) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at
        """,
        digest=digest,
        user_id=user_id,
        expires_at=expires_at,
    )


async def find_user(session: AsyncSession, digest: bytes, now: datetime) -> LinkedUser | None:
    """The user of a link, locked until this transaction ends; None if it is unknown, used or expired."""
    return await fetch_one(
        session,
        LinkedUser,
        """
        SELECT user_account.id AS user_id, user_account.name
        FROM password_link JOIN user_account ON user_account.id = password_link.user_id
        WHERE password_link.digest = :digest AND password_link.expires_at > :now
          AND user_account.active AND user_account.kind = 'person'
        FOR UPDATE OF password_link
        """,
        digest=digest,
        now=now,
    )


async def forget(session: AsyncSession, user_id: int) -> None:
    """Takes the user's link away, if there is one."""
    await execute(session, "DELETE FROM password_link WHERE user_id = :user_id", user_id=user_id)


async def delete_expired(session: AsyncSession, before: datetime, limit: int) -> int:
    """Deletes at most `limit` links that expired before this time, and returns how many."""
    return await execute(
        session,
        """
        DELETE FROM password_link WHERE user_id IN (
            SELECT user_id FROM password_link WHERE expires_at < :before LIMIT :limit)
        """,
        before=before,
        limit=limit,
    )
