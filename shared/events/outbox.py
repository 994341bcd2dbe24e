"""The outbox: an event is written in the transaction that makes it true."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.event import Event
from shared.database.statements import execute, fetch_one, fetch_value
from shared.process.tracing import traceparent

KEPT = timedelta(days=35)


@dataclass(frozen=True)
class Backlog:
    """The events that wait to be published; the age is 0 without any."""

    pending: int
    oldest_age_seconds: float


async def append(session: AsyncSession, *events: Event) -> None:
    """Writes events in one statement. They are published after this transaction commits, and never otherwise."""
    if not events:
        return
    await execute(
        session,
        """
        INSERT INTO outbox (event_name, data, traceparent)
        SELECT event_name, CAST(data AS json), :traceparent
        FROM unnest(CAST(:event_names AS text[]), CAST(:data AS text[])) WITH ORDINALITY AS event (event_name, data, position)
        ORDER BY position
        """,
        event_names=[event.event_name() for event in events],
        data=[event.model_dump_json() for event in events],
        traceparent=traceparent(),
    )


async def append_selected(session: AsyncSession, kind: type[Event], select_data: str, **parameters: object) -> int:
    """Writes one event for each row of `select_data`, a SELECT with the single column `data`, the event as json.

    For events made of many rows: PostgreSQL builds the JSON, with amounts as text. Returns the number of events.
    """
    return await execute(
        session,
        f"""
        INSERT INTO outbox (event_name, data, traceparent)
        SELECT :event_name, event.data, :traceparent FROM ({select_data}) AS event
        """,
        event_name=kind.event_name(),
        traceparent=traceparent(),
        **parameters,
    )


async def prune(session: AsyncSession, limit: int) -> int:
    """Deletes at most `limit` published events that are too old to be published again, and returns how many.

    It keeps the last sequence of each kind of event, by which the relay knows that the last message on its subject was
    its own.
    """
    # The age is checked again when a row is deleted: meanwhile the relay may have made it pending.
    deleted: int = await fetch_value(
        session,
        """
        WITH deleted AS (
            DELETE FROM outbox WHERE published_at < now() - CAST(:kept AS interval) AND id IN (
                SELECT id FROM outbox WHERE published_at < now() - CAST(:kept AS interval)
                ORDER BY published_at LIMIT :limit)
            RETURNING event_name, stream_sequence
        ), kept AS (
            INSERT INTO outbox_pruned (event_name, stream_sequence)
            SELECT event_name, max(stream_sequence) FROM deleted WHERE stream_sequence IS NOT NULL GROUP BY event_name
            ON CONFLICT (event_name) DO UPDATE
            SET stream_sequence = greatest(outbox_pruned.stream_sequence, excluded.stream_sequence)
        )
        SELECT count(*) FROM deleted
        """,
        kept=KEPT,
        limit=limit,
    )
    return deleted


async def read_backlog(session: AsyncSession) -> Backlog:
    """The number of events that wait to be published, and the age of the oldest."""
    found = await fetch_one(
        session,
        Backlog,
        """
        SELECT count(*) AS pending,
               coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest_age_seconds
        FROM outbox WHERE published_at IS NULL
        """,
    )
    assert found is not None
    return found
