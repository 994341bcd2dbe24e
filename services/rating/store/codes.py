"""The codes that keys and charges are made of: which there are, and the ZIPs of regions and zones."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.records.codes import Region, Zone
from services.rating.store.records import BRANCHES, CODES
from shared.database.statements import execute
from shared.records.table import load_rows


async def known_codes(session: AsyncSession) -> dict[str, set[str]]:
    """All codes that are not retired, by table; billing items by their name."""
    selects = [
        f"SELECT '{name}' AS kind, {table.keys[0]} AS code FROM {name} WHERE retired_on IS NULL"
        for name, table in CODES.items()
    ]
    known: dict[str, set[str]] = {name: set() for name in CODES}
    for row in await session.execute(text(" UNION ALL ".join(selects))):
        known[row.kind].add(row.code)
    return known


async def companies_of_branches(session: AsyncSession) -> dict[str, int]:
    """The AR company of each branch."""
    return {branch.code: branch.ar_company for branch in await load_rows(session, BRANCHES)}


async def zones_of(session: AsyncSession, zips: Sequence[str]) -> dict[str, str]:
    """Which of the ZIPs lie in a zone already, and in which."""
    result = await session.execute(
        text("SELECT zip, zone FROM zone_zip WHERE zip = ANY(CAST(:zips AS text[]))"), {"zips": list(zips)}
    )
    return {row.zip: row.zone for row in result}


async def add_zips(session: AsyncSession, rows: Sequence[Region | Zone], *, name: str) -> None:
    """Puts the ZIPs of rows into their regions or zones (`name` says which); those that are there already stay."""
    pairs = [(row.code, zip_code) for row in rows for zip_code in row.zips]
    await execute(
        session,
        f"""
        INSERT INTO {name}_zip ({name}, zip)
        SELECT code, zip FROM unnest(CAST(:codes AS text[]), CAST(:zips AS text[])) AS pair (code, zip)
        ON CONFLICT DO NOTHING
        """,
        codes=[code for code, _ in pairs],
        zips=[zip_code for _, zip_code in pairs],
    )


async def remove_other_zips(session: AsyncSession, before: Region | Zone, after: Region | Zone, *, name: str) -> None:
    """Takes every ZIP out of a region or zone that it is not to have any more; other ZIPs raise its revision as well."""
    await execute(
        session,
        f"DELETE FROM {name}_zip WHERE {name} = :code AND zip <> ALL(CAST(:kept AS text[]))",
        code=after.code,
        kept=list(after.zips),
    )
    if set(before.zips) != set(after.zips):
        await execute(session, f"UPDATE {name} SET revision = revision + 1 WHERE code = :code", code=after.code)


async def hold_servers(session: AsyncSession, servers: Sequence[str]) -> None:
    """Makes changes of these servers' rates wait for each other, so that each sees what the one before has saved."""
    await execute(
        session,
        "SELECT FROM server WHERE code = ANY(CAST(:servers AS text[])) ORDER BY code FOR NO KEY UPDATE",
        servers=list(servers),
    )
