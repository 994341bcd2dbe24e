"""Carries bulk ratings on, a part a transaction; any instance may, and a crash loses one part's work at most."""

import asyncio
from collections.abc import Awaitable, Callable

from services.rating.actions import rating_runs
from shared.clock import now
from shared.database import Database

_IDLE_SECONDS = 0.05


def job(database: Database) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        while True:
            async with database.transaction() as session:
                under_way = await rating_runs.rate_part(session, now())
            if not under_way:
                await asyncio.sleep(_IDLE_SECONDS)

    return run
