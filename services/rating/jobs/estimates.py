"""Background estimates: what open orders would come to, one part in a transaction, by one instance at a time."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import estimates
from shared.clock import now
from shared.database.attempts import Attempts
from shared.service.jobs import Job


def estimate_job() -> Job:
    """A job that estimates open orders after they, or the rates that they depend on, have changed."""
    attempts = Attempts("estimates")

    async def estimate(session: AsyncSession) -> bool:
        return await estimates.estimate_part(session, now(), attempts)

    return Job(estimate)
