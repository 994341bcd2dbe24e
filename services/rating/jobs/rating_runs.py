"""Background rating: one part of a bulk rating per transaction, by any instance. A crash loses at most one part."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import rating_runs
from shared.clock import now
from shared.service.jobs import Job


async def _rate(session: AsyncSession) -> bool:
    return await rating_runs.rate_part(session, now())


rate_job = Job(_rate)
