"""The inbox, which makes a consumer handle each event once: its mark is written in the transaction of the effect."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.statements import execute, fetch_values

KEPT = timedelta(days=60)


async def take(session: AsyncSession, consumer: str, event_ids: Sequence[UUID]) -> set[UUID]:
    """Marks the events as handled by `consumer` and returns those that were not marked before."""
    taken = await fetch_values(
        session,
        """
        INSERT INTO inbox (consumer, event_id)
        SELECT :consumer, id FROM unnest(CAST(:event_ids AS uuid[])) AS id ORDER BY id
        ON CONFLICT DO NOTHING
        RETURNING event_id
        """,
        consumer=consumer,
        event_ids=list(dict.fromkeys(event_ids)),
    )
    return set(taken)


async def prune(session: AsyncSession, limit: int) -> int:
    """Deletes at most `limit` marks that are older than any event that an outbox can still repeat, and returns how many."""
    return await execute(
        session,
        """
        DELETE FROM inbox WHERE (consumer, event_id) IN (
            SELECT consumer, event_id FROM inbox WHERE received_at < now() - CAST(:kept AS interval)
            ORDER BY received_at LIMIT :limit)
        """,
        kept=KEPT,
        limit=limit,
    )
