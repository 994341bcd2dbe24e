"""Recording in the audit how many log-ins the limit refused, minute by minute."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.log_ins import record_limited
from shared import clock
from shared.service.jobs import Job


async def _record(session: AsyncSession) -> bool:
    return await record_limited(session, clock.now())


limited_job = Job(_record, pause_seconds=10)
