"""Announces what customers owe and which months are open, a look a second; any instance may, and a crash loses one look's work at most."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import accounts
from shared.service.jobs import Job


async def _look(session: AsyncSession) -> bool:
    await accounts.announce_changes(session)
    # Also after work: what is posted in the next second makes one event a customer, not one a chunk.
    return False


announce_job = Job(_look)
