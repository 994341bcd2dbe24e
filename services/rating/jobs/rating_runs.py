"""Carries bulk ratings on, a part a transaction; any instance may, and a crash loses one part's work at most."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import rating_runs
from shared.clock import now
from shared.service.jobs import Job


async def _rate(session: AsyncSession) -> bool:
    return await rating_runs.rate_part(session, now())


rate_job = Job(_rate)
