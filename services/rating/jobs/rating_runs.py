"""Background rating: one part of a bulk rating per transaction, by any instance. A crash loses at most one part."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import rating_runs
from shared.clock import now
from shared.database.attempts import Attempts
from shared.service.jobs import Job


def rate_job() -> Job:
    """A job that rates the parts of bulk ratings. A run that fails leaves the others their turn."""
    attempts = Attempts("rating runs")

    async def rate(session: AsyncSession) -> bool:
        return await rating_runs.rate_part(session, now(), attempts)

    return Job(rate)
