"""Carries bulk ratings on, a part a transaction; any instance may, and a crash loses one part's work at most."""

import asyncio
from collections.abc import Awaitable, Callable

from services.rating.actions import rating_runs
from shared.background import whole
from shared.clock import now
from shared.database import Database

_IDLE_SECONDS = 0.05


def job(database: Database) -> Callable[[], Awaitable[None]]:
    async def rate() -> bool:
        async with database.transaction() as session:
            return await rating_runs.rate_part(session, now())

    async def run() -> None:
        while True:
            if not await whole(rate()):
                await asyncio.sleep(_IDLE_SECONDS)

    return run
