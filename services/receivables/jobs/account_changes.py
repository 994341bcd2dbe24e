"""Publishes what customers owe and which months are open, once a second. Any instance can do it."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import accounts
from shared.database.attempts import Attempts
from shared.service.jobs import Job


def announce_job() -> Job:
    """A job that publishes what changed. An account that fails does not stop the others."""
    attempts = Attempts("account changes")

    async def announce(session: AsyncSession) -> bool:
        await accounts.announce_changes(session, attempts)
        # Wait a second even after work: what is posted meanwhile makes one event per customer, not one per chunk.
        return False

    return Job(announce)
