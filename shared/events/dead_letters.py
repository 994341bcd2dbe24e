"""Messages that could not be handled: kept with the reason, listed, and replayed on command."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import execute, fetch_all, fetch_one

KEPT = timedelta(days=90)
"""How long a dead letter is kept after its replay. One that was not replayed is kept until somebody decides."""


@dataclass(frozen=True)
class DeadLetter:
    """A message that was set aside."""

    id: int
    consumer: str
    subject: str
    stream_sequence: int
    payload: bytes
    reason: str
    deliveries: int
    created_at: datetime
    replayed_at: datetime | None

    def shown_payload(self) -> Any:
        """The message as people read it: as JSON if it is, else as text."""
        text = self.payload.decode(errors="replace")
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text


@dataclass(frozen=True)
class _Count:
    consumer: str
    letters: int


async def keep(
    session: AsyncSession,
    *,
    consumer: str,
    subject: str,
    stream_sequence: int,
    payload: bytes,
    reason: str,
    deliveries: int,
) -> None:
    """Sets a message aside with the reason."""
    await execute(
        session,
        """
        INSERT INTO dead_letter (consumer, subject, stream_sequence, payload, reason, deliveries)
        VALUES (:consumer, :subject, :stream_sequence, :payload, :reason, :deliveries)
        """,
        consumer=consumer,
        subject=subject,
        stream_sequence=stream_sequence,
        payload=payload,
        reason=reason,
        deliveries=deliveries,
    )


async def waiting(session: AsyncSession) -> list[DeadLetter]:
    """The dead letters that have not been replayed, oldest first."""
    return await fetch_all(session, DeadLetter, "SELECT * FROM dead_letter WHERE replayed_at IS NULL ORDER BY id")


async def count_waiting(session: AsyncSession) -> dict[str, int]:
    """The number of dead letters that have not been replayed, by consumer."""
    counts = await fetch_all(
        session,
        _Count,
        "SELECT consumer, count(*) AS letters FROM dead_letter WHERE replayed_at IS NULL GROUP BY consumer",
    )
    return {count.consumer: count.letters for count in counts}


SORTING = Sorting({"id": ("letter.id", "bigint")}, default="id", key="letter.id")
_SHOWN_BYTES = 64 * 1024
_LISTED = f"""
    letter.id, letter.consumer, letter.subject, letter.stream_sequence, substring(letter.payload FOR {_SHOWN_BYTES}) AS payload,
    letter.reason, letter.deliveries, letter.created_at, letter.replayed_at
"""


async def list_waiting(session: AsyncSession, query: PageQuery) -> tuple[list[DeadLetter], str | None, int | None]:
    """One page of the dead letters that have not been replayed, the cursor of the next page, and how many there are.

    Of a large message there is only the beginning, so that a page has a size that can be read.
    """
    source, where = "dead_letter letter", Where().add("letter.replayed_at IS NULL")
    found, cursor = await fetch_page(
        session, DeadLetter, columns=_LISTED, source=source, where=where, sorting=SORTING, query=query
    )
    return found, cursor, await fetch_list_count(session, source, where, query)


async def lock_waiting(session: AsyncSession, dead_letter_id: int) -> DeadLetter | None:
    """The dead letter with this id, unless it has been replayed; other replays of it wait for this transaction."""
    return await fetch_one(
        session,
        DeadLetter,
        "SELECT * FROM dead_letter WHERE id = :id AND replayed_at IS NULL FOR UPDATE",
        id=dead_letter_id,
    )


async def find(session: AsyncSession, dead_letter_id: int) -> DeadLetter | None:
    """The dead letter with this id, or None."""
    return await fetch_one(session, DeadLetter, "SELECT * FROM dead_letter WHERE id = :id", id=dead_letter_id)


async def replay(
    session: AsyncSession, letter: DeadLetter, handle: Callable[[AsyncSession, bytes], Awaitable[None]]
) -> None:
    """Handles the message again in this transaction and marks it as replayed. When that fails, nothing changes."""
    await handle(session, letter.payload)
    await close(session, letter)


async def close(session: AsyncSession, letter: DeadLetter) -> None:
    """Marks the message as done."""
    await execute(session, "UPDATE dead_letter SET replayed_at = now() WHERE id = :id", id=letter.id)


async def prune(session: AsyncSession, limit: int) -> int:
    """Deletes at most `limit` messages that were replayed or closed long ago, and returns how many."""
    return await execute(
        session,
        """
        DELETE FROM dead_letter WHERE id IN (
            SELECT id FROM dead_letter WHERE replayed_at < now() - CAST(:kept AS interval) ORDER BY id LIMIT :limit)
        """,
        kept=KEPT,
        limit=limit,
    )
