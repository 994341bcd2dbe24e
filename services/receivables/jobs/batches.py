"""Carries batches on: validates what was sent to be validated, posts what was sent to be posted."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from services.receivables.actions import batch_posting, batches
from shared.background import whole
from shared.clock import local_date, now
from shared.database import Database

_IDLE_SECONDS = 0.1
_ABANDONED_SECONDS = 120.0

log = logging.getLogger(__name__)

Job = Callable[[Database], Callable[[], Awaitable[None]]]


async def validate_next(database: Database, time_zone: str) -> bool:
    """Validates the next batch that waits for it; False when none does.

    It is claimed in a transaction of its own: a validation that is interrupted is not taken up again, its batch is
    opened again instead.
    """
    async with database.transaction() as session:
        batch_id = await batches.claim_validation(session)
    if batch_id is None:
        return False
    async with database.transaction() as session:
        await batches.validate_batch(session, batch_id, local_date(now(), time_zone))
    return True


async def post_next(database: Database, time_zone: str) -> bool:
    """Posts the next part of a batch that is on its way; False when none is."""
    async with database.transaction() as session:
        return await batch_posting.post_part(session, now(), local_date(now(), time_zone))


def validate_job(time_zone: str) -> Job:
    def job(database: Database) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            while True:
                if not await whole(validate_next(database, time_zone)):
                    await asyncio.sleep(_IDLE_SECONDS)

        return run

    return job


def post_job(time_zone: str) -> Job:
    def job(database: Database) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            while True:
                if not await whole(post_next(database, time_zone)):
                    await asyncio.sleep(_IDLE_SECONDS)

        return run

    return job


def reopen_job(database: Database) -> Callable[[], Awaitable[None]]:
    """Opens batches again whose validation was interrupted."""

    async def reopen() -> None:
        async with database.transaction() as session:
            for batch_id in await batches.reopen_interrupted(session, _ABANDONED_SECONDS):
                log.warning("the validation of batch %s was interrupted; it is open again", batch_id)

    async def run() -> None:
        while True:
            await whole(reopen())
            await asyncio.sleep(_ABANDONED_SECONDS / 4)

    return run
