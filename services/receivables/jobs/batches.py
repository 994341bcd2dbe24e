"""Validates and posts the batches that clerks submitted."""

import logging
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import batches, posting
from shared.clock import local_date, now
from shared.database.attempts import Attempts
from shared.service.jobs import Job

_CHECK_SECONDS = 30.0
_ABANDONED_SECONDS = 120.0

log = logging.getLogger(__name__)


def validate_job(time_zone: str) -> Job:
    """Validates batches. Each is claimed first, in its own transaction.

    An interrupted validation is not repeated, in case the batch itself stops the process. Instead `reopen_job` opens
    the batch again.
    """
    worker = uuid4().hex

    async def validate(session: AsyncSession) -> bool:
        return await batches.validate_part(session, worker, local_date(now(), time_zone))

    return Job(validate)


def post_job(time_zone: str) -> Job:
    """Posts batches part by part. Any instance continues after an interrupted part."""
    attempts = Attempts("posting")

    async def post(session: AsyncSession) -> bool:
        moment = now()
        return await posting.post_part(session, moment, local_date(moment, time_zone), attempts)

    return Job(post)


async def _reopen(session: AsyncSession) -> bool:
    for batch_id in await batches.reopen_interrupted(session, _ABANDONED_SECONDS):
        log.warning("the validation of batch %s was interrupted; the batch is open again", batch_id)
    return False


reopen_job = Job(_reopen, _CHECK_SECONDS)
