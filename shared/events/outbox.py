"""Owns putting an event into the transaction that makes it true."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.event import Event
from shared.database.statements import execute, fetch_one
from shared.process.tracing import traceparent

KEPT = timedelta(days=35)


@dataclass(frozen=True)
class Backlog:
    """What waits to be published; the age is 0 when nothing does."""

    pending: int
    oldest_age_seconds: float


async def append(session: AsyncSession, *events: Event) -> None:
    """Writes events, in one statement; they are published after this transaction has committed, and never otherwise."""
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
        event_names=[one.event_name() for one in events],
        data=[one.model_dump_json() for one in events],
        traceparent=traceparent(),
    )


async def append_selected(session: AsyncSession, kind: type[Event], select_data: str, **parameters: object) -> int:
    """Writes one event for each row of `select_data`, a SELECT whose one column `data` is the event as json.

    For events made from many rows: PostgreSQL builds the JSON, with amounts as text.
    Returns the number of events.
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


async def prune(session: AsyncSession) -> None:
    """Deletes published events that are older than the inboxes of their readers need."""
    await execute(session, "DELETE FROM outbox WHERE published_at < now() - CAST(:kept AS interval)", kept=KEPT)


async def read_backlog(session: AsyncSession) -> Backlog:
    """How many events wait, and for how long the first of them has."""
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
