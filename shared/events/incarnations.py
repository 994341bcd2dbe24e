"""The lives of the services' databases: each restore begins a new one, by which older messages are recognized."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.statements import execute, fetch_value

RELAY_LOCK = 8_400_001
"""The advisory lock of the one relay that publishes the outbox of this database."""


async def find_known(session: AsyncSession, service: str) -> UUID | None:
    """The incarnation of a service's database as this database knows it; None for another one before any restore."""
    known: UUID | None = await fetch_value(
        session, "SELECT id FROM incarnation WHERE service = :service", service=service
    )
    return known


async def hold(session: AsyncSession) -> bool:
    """Keeps the relay and the consumers of a service that starts now waiting until the transaction ends.

    False, if a process of the service is connected already.
    """
    if await _is_in_use(session):
        return False
    if not await fetch_value(session, "SELECT pg_try_advisory_xact_lock(:lock)", lock=RELAY_LOCK):
        return False
    await execute(session, "LOCK TABLE incarnation IN ACCESS EXCLUSIVE MODE")
    return not await _is_in_use(session)


async def _is_in_use(session: AsyncSession) -> bool:
    found: bool = await fetch_value(
        session,
        """
        SELECT EXISTS (SELECT FROM pg_stat_activity
                       WHERE datname = current_database() AND application_name LIKE 'ratebook-%')
        """,
    )
    return found


async def begin(session: AsyncSession, incarnations: Mapping[str, UUID]) -> int:
    """Begins a new life: saves the incarnations of all services, and makes published events pending again.

    Returns how many events will be published again. The caller is the owner of the database.
    """
    await execute(session, "DELETE FROM incarnation")
    await execute(
        session,
        """
        INSERT INTO incarnation (service, id)
        SELECT service, id FROM unnest(CAST(:services AS text[]), CAST(:ids AS uuid[])) AS new (service, id)
        """,
        services=list(incarnations),
        ids=list(incarnations.values()),
    )
    return await execute(
        session,
        """
        UPDATE outbox SET published_at = NULL, stream_sequence = NULL, publication = publication + 1
        WHERE published_at IS NOT NULL
        """,
    )
