"""Servers' commission rates: read, written."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.commission_rates import CommissionRate, RateEntry
from shared.database.pages import Where
from shared.database.statements import columns, execute, fetch_all, fetch_one, fetch_values

_SELECT = "SELECT id, server, percent, effective_from, effective_to, revision FROM commission_rate"


async def list_rates(
    session: AsyncSession, servers: Sequence[str] | None = None, on: date | None = None
) -> list[CommissionRate]:
    """Rates by server and date: those of some servers, or those in force on a day."""
    where = (
        Where()
        .add("server = ANY(CAST(:servers AS text[]))", servers=None if servers is None else list(servers))
        .add("daterange(effective_from, effective_to, '[]') @> CAST(:on AS date)", on=on)
    )
    return await fetch_all(
        session, CommissionRate, f"{_SELECT} WHERE {where.sql} ORDER BY server, effective_from", **where.parameters
    )


async def hold_servers(session: AsyncSession, servers: Sequence[str]) -> None:
    """Makes changes of these servers' rates wait for each other, so that each sees what the one before has saved."""
    await execute(
        session,
        "SELECT FROM server WHERE code = ANY(CAST(:servers AS text[])) ORDER BY code FOR NO KEY UPDATE",
        servers=list(servers),
    )


async def find_rate(session: AsyncSession, rate_id: int) -> CommissionRate | None:
    """One rate, None when there is none."""
    return await fetch_one(session, CommissionRate, f"{_SELECT} WHERE id = :id", id=rate_id)


async def insert_rates(session: AsyncSession, entries: Sequence[RateEntry]) -> list[int]:
    """Adds rates in one statement and returns their ids; the database refuses an overlap."""
    return await fetch_values(
        session,
        """
        INSERT INTO commission_rate (server, percent, effective_from, effective_to)
        SELECT * FROM unnest(CAST(:server AS text[]), CAST(:percent AS numeric[]), CAST(:effective_from AS date[]),
                             CAST(:effective_to AS date[]))
        RETURNING id
        """,
        **columns(entries, "server", "percent", "effective_from", "effective_to"),
    )


async def update_rate(session: AsyncSession, rate_id: int, entry: RateEntry) -> None:
    """Writes a rate anew and raises its revision."""
    await execute(
        session,
        """
        UPDATE commission_rate
        SET percent = :percent, effective_from = :effective_from, effective_to = :effective_to, revision = revision + 1
        WHERE id = :id
        """,
        id=rate_id,
        percent=entry.percent,
        effective_from=entry.effective_from,
        effective_to=entry.effective_to,
    )
