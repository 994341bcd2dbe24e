"""Announces what customers owe, a look a second; any instance may, and a crash loses one look's work at most."""

import asyncio
from collections.abc import Awaitable, Callable

from services.receivables.actions import accounts
from shared.background import whole
from shared.database import Database

_PAUSE_SECONDS = 1.0


def job(database: Database) -> Callable[[], Awaitable[None]]:
    async def look() -> None:
        async with database.transaction() as session:
            await accounts.announce_changes(session)

    async def run() -> None:
        while True:
            await whole(look())
            # Also after work: what is posted in the next second makes one event a customer, not one a chunk.
            await asyncio.sleep(_PAUSE_SECONDS)

    return run
