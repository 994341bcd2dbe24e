"""Owns telling the audit how many log-ins the limit refused, minute by minute."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.log_ins import tell_limited
from shared import clock
from shared.service.jobs import Job


async def _tell(session: AsyncSession) -> bool:
    return await tell_limited(session, clock.now())


limited_job = Job(_tell, pause_seconds=10)
