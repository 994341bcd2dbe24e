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


async def prune(session: AsyncSession) -> None:
    """Deletes marks older than any event that the broker or an outbox can still repeat."""
    await execute(session, "DELETE FROM inbox WHERE received_at < now() - CAST(:kept AS interval)", kept=KEPT)
