"""Unsuccessful attempts to log in, and the counts of those that the limit refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.rules.log_ins import MOST_OF_ACCOUNT, MOST_OF_ADDRESS, Attempts
from shared.database.statements import execute, fetch_all, fetch_one, fetch_value


@dataclass(frozen=True)
class Limited:
    """The number of log-ins of an account, or from an address, that the limit refused within a minute.

    Either `folded_name` or `address` is empty.
    """

    minute: datetime
    operation: str
    folded_name: str
    address: str
    count: int


async def take_turn(session: AsyncSession, folded_name: str) -> None:
    """Makes attempts for the same account wait for each other, until the end of their transactions.

    Otherwise two simultaneous attempts could both be the last one allowed.
    """
    await execute(session, "SELECT pg_advisory_xact_lock(hashtextextended('log-in ' || :name, 0))", name=folded_name)


async def count(session: AsyncSession, folded_name: str, address: str, since: datetime) -> Attempts:
    """The failed attempts since a moment, of the account and of the address."""
    found = await fetch_one(
        session,
        Attempts,
        """
        WITH of_account AS (
            SELECT at, failed FROM log_in_attempt WHERE folded_name = :name AND at > :since
            ORDER BY at DESC LIMIT :most_of_account
        ), of_address AS (
            SELECT at FROM log_in_attempt WHERE address = :address AND at > :since
            ORDER BY at DESC LIMIT :most_of_address
        )
        SELECT (SELECT count(*) FROM of_account)::int AS of_account,
               (SELECT count(*) FROM of_address)::int AS of_address,
               (SELECT coalesce(bool_or(failed), false) FROM of_account) AS account_failed,
               (SELECT min(at) FROM of_account) AS oldest_of_account,
               (SELECT min(at) FROM of_address) AS oldest_of_address
        """,
        name=folded_name,
        address=address,
        since=since,
        most_of_account=MOST_OF_ACCOUNT,
        most_of_address=MOST_OF_ADDRESS,
    )
    assert found is not None
    return found


async def add(session: AsyncSession, folded_name: str, address: str, now: datetime) -> int:
    """Adds an attempt and returns its id."""
    made: int = await fetch_value(
        session,
        "INSERT INTO log_in_attempt (folded_name, address, at) VALUES (:name, :address, :now) RETURNING id",
        name=folded_name,
        address=address,
        now=now,
    )
    return made


async def mark_failed(session: AsyncSession, attempt_id: int) -> None:
    """Marks an attempt whose password was wrong."""
    await execute(session, "UPDATE log_in_attempt SET failed = true WHERE id = :id", id=attempt_id)


async def take_back(session: AsyncSession, attempt_id: int) -> None:
    """Deletes an attempt that was counted before its password was checked, and was right."""
    await execute(session, "DELETE FROM log_in_attempt WHERE id = :id", id=attempt_id)


async def forget(session: AsyncSession, folded_names: Sequence[str]) -> None:
    """Deletes the attempts of accounts that have logged in or got a new password."""
    await execute(
        session,
        "DELETE FROM log_in_attempt WHERE folded_name = ANY(CAST(:names AS text[]))",
        names=list(folded_names),
    )


async def delete_before(session: AsyncSession, before: datetime, limit: int) -> int:
    """Deletes at most `limit` attempts that were made before this time, and returns how many."""
    return await execute(
        session,
        "DELETE FROM log_in_attempt WHERE id IN (SELECT id FROM log_in_attempt WHERE at < :before ORDER BY at LIMIT :limit)",
        before=before,
        limit=limit,
    )


async def count_limited(session: AsyncSession, operation: str, folded_name: str, address: str, now: datetime) -> None:
    """Counts an attempt that a limit refused, by the minute."""
    await execute(
        session,
        """
        INSERT INTO limited_log_in (minute, operation, folded_name, address, count)
        VALUES (:minute, :operation, :name, :address, 1)
        ON CONFLICT (minute, operation, folded_name, address) DO UPDATE SET count = limited_log_in.count + 1
        """,
        minute=now.replace(second=0, microsecond=0),
        operation=operation,
        name=folded_name,
        address=address,
    )


async def take_limited_before(session: AsyncSession, before: datetime, at_most: int) -> list[Limited]:
    """Removes and returns the counts of earlier minutes. Two processes that ask at once get different ones."""
    return await fetch_all(
        session,
        Limited,
        """
        DELETE FROM limited_log_in USING (
            SELECT ctid AS place FROM limited_log_in WHERE minute < :before
            ORDER BY minute LIMIT :at_most FOR UPDATE SKIP LOCKED
        ) AS taken
        WHERE limited_log_in.ctid = taken.place
        RETURNING minute, operation, folded_name, address, count
        """,
        before=before,
        at_most=at_most,
    )
