"""Jobs: work that no request waits for, done part by part, each part in its own transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.pool import Database
from shared.process.background import whole

_CHANNEL = "jobs"
_SILENCE_SECONDS = 5.0


class Bell:
    """Rings in every process of a service when one of them has committed work for jobs (`ddl.bell_v1`)."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def next_ring(self) -> asyncio.Event:
        """The event that the next ring sets. Get it before looking for work, so that no ring in between is missed."""
        return self._next

    def ring(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    async def listen(self, database: Database) -> None:
        """Rings for every notification of the database; ends when the connection does."""
        connection = await database.connect("bell")
        try:
            await connection.add_listener(_CHANNEL, lambda *_: self.ring())
            while not connection.is_closed():
                await connection.fetchval("SELECT 1", timeout=_SILENCE_SECONDS)
                await asyncio.sleep(_SILENCE_SECONDS)
        finally:
            # Without a time limit, a dead server would block the shutdown.
            await connection.close(timeout=2)


@dataclass(frozen=True)
class Job:
    """A job: repeats `part` until it returns False because there is nothing left to do.

    Then it waits for the bell, or for `pause_seconds`, because a ring may be lost with its connection. Without
    `hears_bell` it waits for the pause alone: its work does not come from commands. Any number of processes may run the
    same job. Nobody waits for it, so a statement of it may take `statement_seconds`. A crash
    loses only the part that is in progress.
    """

    part: Callable[[AsyncSession], Awaitable[bool]]
    pause_seconds: float = 1.0
    statement_seconds: int = 600
    hears_bell: bool = True

    async def run(self, database: Database, bell: Bell) -> None:
        """Works forever; when it fails, shared.process.background starts it again."""
        while True:
            rung = bell.next_ring() if self.hears_bell else asyncio.Event()
            if not await whole(self._do_part(database)):
                with suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), self.pause_seconds)

    async def _do_part(self, database: Database) -> bool:
        async with database.transaction(statement_seconds=self.statement_seconds) as session:
            return await self.part(session)
