"""Rows that fail: they fail alone, are named, and everything else continues."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.failures import is_passing
from shared.process.metrics import GIVEN_UP

log = logging.getLogger(__name__)
T = TypeVar("T")
PAUSES_SECONDS = (1.0, 10.0)
"""The pauses before the second and the third try of a row. After the third it is given up."""
GIVEN_UP_SECONDS = 600.0


async def isolate(
    session: AsyncSession, rows: Sequence[T], work: Callable[[Sequence[T]], Awaitable[object]]
) -> list[tuple[T, Exception]]:
    """Does `work` for all rows at once. If that fails, does it for each half, until only the rows at fault are left.

    Returns those, each with its error; nothing was done for them. Work without a failure costs one savepoint. What is
    worth repeating as a whole, such as a deadlock, is raised.
    """
    if not rows:
        return []
    try:
        async with session.begin_nested():
            await work(rows)
    except Exception as error:
        if is_passing(error):
            raise
        if len(rows) == 1:
            return [(rows[0], error)]
        middle = len(rows) // 2
        return [*await isolate(session, rows[:middle], work), *await isolate(session, rows[middle:], work)]
    return []


@dataclass
class _Setback:
    error: Exception
    failures: int = 0
    until: float = 0


class Attempts:
    """The rows that a job of this process leaves out for a while because they failed, so that the others get their turn.

    A row that fails is tried again after a second, and then after ten. The third failure gives it up: an error in the
    log names it, the metric counts it, and it is tried again every ten minutes, in case its cause was removed.
    """

    def __init__(self, job: str, pauses_seconds: Sequence[float] = PAUSES_SECONDS):
        self._job = job
        # Reported as 0 from the start, so that an alert sees the first one.
        self._given_up = GIVEN_UP.labels(job)
        self._pauses = pauses_seconds
        self._setbacks: dict[int, _Setback] = {}

    @property
    def left_out(self) -> list[int]:
        """The ids of the rows not to be tried now."""
        now = time.monotonic()
        return [row for row, setback in self._setbacks.items() if setback.until > now]

    @asynccontextmanager
    async def attempt(self, session: AsyncSession, row: int, name: str) -> AsyncIterator[None]:
        """Runs the block in a savepoint. If it fails, nothing of it remains, and the row is left out for a while.

        What is worth repeating as a whole, such as a deadlock, is raised and does not count.
        """
        try:
            async with session.begin_nested():
                yield
        except Exception as error:
            if is_passing(error):
                raise
            self.note_failure(row, name, error)
        else:
            self._setbacks.pop(row, None)

    def note_failure(self, row: int, name: str, error: Exception) -> None:
        """Leaves the row out for a while, longer after each failure."""
        setback = self._setbacks.setdefault(row, _Setback(error))
        setback.error = error
        setback.failures += 1
        given_up = setback.failures > len(self._pauses)
        pause = GIVEN_UP_SECONDS if given_up else self._pauses[setback.failures - 1]
        setback.until = time.monotonic() + pause
        if given_up:
            self._given_up.inc()
            log.error("%s: %s was given up after %d tries: %r", self._job, name, setback.failures, error)
        else:
            log.warning("%s: %s failed and is tried again in %.0f s: %r", self._job, name, pause, error)

    @property
    def given_up(self) -> dict[int, Exception]:
        """The last errors of the rows that were given up and have not succeeded since, by id."""
        return {row: setback.error for row, setback in self._setbacks.items() if setback.failures > len(self._pauses)}
