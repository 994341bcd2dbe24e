"""Owns forgetting sessions that expired, once an hour."""

import asyncio
from collections.abc import Awaitable, Callable

from services.security.actions.tokens import delete_expired_sessions
from shared import clock
from shared.background import whole
from shared.database import Database

_PAUSE_SECONDS = 3600


def delete_sessions(database: Database) -> Callable[[], Awaitable[None]]:
    """The loop to keep running."""

    async def delete() -> None:
        async with database.transaction() as session:
            await delete_expired_sessions(session, clock.now())

    async def run() -> None:
        while True:
            await whole(delete())
            await asyncio.sleep(_PAUSE_SECONDS)

    return run
