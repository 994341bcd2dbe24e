"""Deleting expired sessions and password links, and old attempts to log in."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions import password_links, tokens
from shared import clock
from shared.service.pruning import Prune


async def _sessions(session: AsyncSession, limit: int) -> int:
    return await tokens.delete_expired_sessions(session, clock.now(), limit)


async def _attempts(session: AsyncSession, limit: int) -> int:
    return await tokens.delete_old_attempts(session, clock.now(), limit)


async def _links(session: AsyncSession, limit: int) -> int:
    return await password_links.delete_expired_links(session, clock.now(), limit)


PRUNES: Mapping[str, Prune] = {"sessions": _sessions, "attempts to log in": _attempts, "password links": _links}
