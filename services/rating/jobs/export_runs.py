"""Carries export runs on, a chunk a transaction, and asks again for chunks that stay without an answer."""

import asyncio
from collections.abc import Awaitable, Callable

from services.rating.actions import exports
from shared.background import whole
from shared.database import Database

_IDLE_SECONDS = 0.05
_REMIND_SECONDS = 5.0

Job = Callable[[Database], Callable[[], Awaitable[None]]]


def send_job(chunk_orders: int) -> Job:
    """Cuts runs into chunks of at most `chunk_orders` and sends them."""

    def job(database: Database) -> Callable[[], Awaitable[None]]:
        async def send() -> bool:
            async with database.transaction() as session:
                return await exports.send_part(session, chunk_orders)

        async def run() -> None:
            while True:
                if not await whole(send()):
                    await asyncio.sleep(_IDLE_SECONDS)

        return run

    return job


def remind_job(patience_seconds: float) -> Job:
    """Sends chunks again that have had no answer for `patience_seconds`."""

    def job(database: Database) -> Callable[[], Awaitable[None]]:
        async def remind() -> bool:
            async with database.transaction() as session:
                return await exports.ask_again(session, patience_seconds)

        async def run() -> None:
            while True:
                if not await whole(remind()):
                    await asyncio.sleep(min(_REMIND_SECONDS, patience_seconds))

        return run

    return job
