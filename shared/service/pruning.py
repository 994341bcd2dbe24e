"""Pruning: rows that are no longer needed are deleted in small parts, by one instance at a time."""

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.statements import try_turn
from shared.events import dead_letters, inbox, outbox
from shared.http import idempotency
from shared.service.jobs import Job

Prune = Callable[[AsyncSession, int], Awaitable[int]]
"""Deletes at most so many rows that are too old, and returns how many it has deleted."""

PART_ROWS = 1_000
_PAUSE_SECONDS = 3600

OF_EVERY_SERVICE: Mapping[str, Prune] = {
    "outbox": outbox.prune,
    "inbox": inbox.prune,
    "dead letters": dead_letters.prune,
    "answers kept for repeated commands": idempotency.prune,
}


def prune_jobs(prunes: Mapping[str, Prune], part_rows: int = PART_ROWS) -> dict[str, Job]:
    """A job for each kind of row, by its name: a failure in one does not stop the others.

    Each part is a transaction of at most `part_rows` rows, so that no request waits for it. Once an hour it continues
    until nothing is left.
    """
    return {
        f"prune {name}": Job(_part(name, prune, part_rows), pause_seconds=_PAUSE_SECONDS, hears_bell=False)
        for name, prune in prunes.items()
    }


def _part(name: str, prune: Prune, rows: int) -> Callable[[AsyncSession], Awaitable[bool]]:
    async def part(session: AsyncSession) -> bool:
        if not await try_turn(session, f"prune {name}"):
            return False
        return await prune(session, rows) >= rows

    return part
