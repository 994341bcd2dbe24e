"""Deleting expired sessions, once an hour."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.tokens import delete_expired_sessions
from shared import clock
from shared.service.jobs import Job


async def _delete(session: AsyncSession) -> bool:
    await delete_expired_sessions(session, clock.now())
    return False


deletion_job = Job(_delete, pause_seconds=3600)
