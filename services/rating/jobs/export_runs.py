"""Carries export runs on, a chunk a transaction, and asks again for chunks that stay without an answer."""

import asyncio
from collections.abc import Awaitable, Callable

from services.rating.actions import exports
from shared.database import Database

_IDLE_SECONDS = 0.2
_REMIND_SECONDS = 5.0


def send_job(database: Database) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        while True:
            async with database.transaction() as session:
                under_way = await exports.send_part(session)
            if not under_way:
                await asyncio.sleep(_IDLE_SECONDS)

    return run


def remind_job(database: Database) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        while True:
            async with database.transaction() as session:
                asked = await exports.ask_again(session)
            if not asked:
                await asyncio.sleep(_REMIND_SECONDS)

    return run
