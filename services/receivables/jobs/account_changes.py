"""Publishes what customers owe and which months are open, once a second. Any instance can do it."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import accounts
from shared.service.jobs import Job


async def _announce(session: AsyncSession) -> bool:
    await accounts.announce_changes(session)
    # Wait a second even after work: what is posted meanwhile makes one event per customer, not one per chunk.
    return False


announce_job = Job(_announce)
