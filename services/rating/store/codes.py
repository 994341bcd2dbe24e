"""The rows of codes, and of the ZIP codes of regions and zones."""

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.records.codes import Region, Zone
from services.rating.records.quantities import Quantity
from services.rating.rules.codes import CodeName
from services.rating.rules.due_days import DueDays
from services.rating.store.records import BRANCHES, CODES, QUANTITIES
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import execute
from shared.records.table import load_rows
from shared.values.names import fold


async def known_codes(session: AsyncSession) -> dict[str, set[str]]:
    """All codes that are not retired, by table. For billing items, these are the names."""
    selects = [
        f"SELECT '{name}' AS kind, {table.keys[0]} AS code FROM {name} WHERE retired_on IS NULL"
        for name, table in CODES.items()
    ]
    known: dict[str, set[str]] = {name: set() for name in CODES}
    for row in await session.execute(text(" UNION ALL ".join(selects))):
        known[row.kind].add(row.code)
    return known


async def names_of(session: AsyncSession, scope: Scope) -> dict[str, list[CodeName]]:
    """All codes with their names, by table, sorted by code; of the branches those in scope."""
    within, parameters = scope_condition(scope, branch="t.code", customer=None, ar_company="t.ar_company")
    selects = [
        f"""
        SELECT '{name}' AS kind, t.{table.keys[0]} AS code, t.name, t.retired_on IS NOT NULL AS retired FROM {name} t
        WHERE {within if name == "branch" else "true"}
        """
        for name, table in CODES.items()
    ]
    names: dict[str, list[CodeName]] = {name: [] for name in CODES}
    for row in await session.execute(text(f"{' UNION ALL '.join(selects)} ORDER BY kind, code"), parameters):
        names[row.kind].append(CodeName(row.code, row.name, row.retired))
    return names


async def spellings_of_items(session: AsyncSession, names: Collection[str]) -> dict[str, str]:
    """The names of billing items that are given in another spelling, by what is given."""
    given = sorted(names)
    found = await session.execute(
        text(
            """
            SELECT named.given, i.name
            FROM unnest(CAST(:given AS text[]), CAST(:keys AS text[])) AS named (given, key)
            JOIN billing_item i ON i.name_key = named.key
            WHERE NOT EXISTS (SELECT FROM billing_item k WHERE k.name = named.given)
            """
        ),
        {"given": given, "keys": [fold(name) for name in given]},
    )
    return {row.given: row.name for row in found}


async def companies_of_branches(session: AsyncSession) -> dict[str, int]:
    """The AR company of each branch."""
    return {branch.code: branch.ar_company for branch in await load_rows(session, BRANCHES)}


async def due_days(session: AsyncSession) -> DueDays:
    """In how many days orders of a priority or job type are due."""
    days: dict[str, dict[str, int]] = {"priority": {}, "job_type": {}}
    selects = [f"SELECT '{name}' AS kind, code, due_days FROM {name} WHERE due_days IS NOT NULL" for name in days]
    for row in await session.execute(text(" UNION ALL ".join(selects))):
        days[row.kind][row.code] = row.due_days
    return DueDays(days["priority"], days["job_type"])


async def quantities(session: AsyncSession) -> dict[str, Quantity]:
    """The quantities of the company by code, those that are retired too."""
    return {quantity.code: quantity for quantity in await load_rows(session, QUANTITIES)}


async def zones_of_branches(session: AsyncSession, otherwise: str) -> dict[str, ZoneInfo]:
    """The time zone of each branch, or the company's, which is `otherwise`."""
    return {branch.code: ZoneInfo(branch.time_zone or otherwise) for branch in await load_rows(session, BRANCHES)}


async def zones_of(session: AsyncSession, zips: Sequence[str]) -> dict[str, str]:
    """The zones of those ZIP codes that are already in a zone."""
    result = await session.execute(
        text("SELECT zip, zone FROM zone_zip WHERE zip = ANY(CAST(:zips AS text[]))"), {"zips": list(zips)}
    )
    return {row.zip: row.zone for row in result}


async def add_zips(session: AsyncSession, rows: Sequence[Region | Zone], *, name: str) -> None:
    """Adds the ZIP codes of the rows to their regions or zones (`name` is the table). Existing ones stay."""
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
    """Removes the ZIP codes that a region or zone no longer has. Any difference in ZIP codes raises its revision."""
    await execute(
        session,
        f"DELETE FROM {name}_zip WHERE {name} = :code AND zip <> ALL(CAST(:kept AS text[]))",
        code=after.code,
        kept=list(after.zips),
    )
    if set(before.zips) != set(after.zips):
        await execute(session, f"UPDATE {name} SET revision = revision + 1 WHERE code = :code", code=after.code)


async def lock_servers(session: AsyncSession, servers: Sequence[str]) -> None:
    """Lets changes of these servers' rates run one after another, so that each sees what the previous one saved."""
    await execute(
        session,
        "SELECT FROM server WHERE code = ANY(CAST(:servers AS text[])) ORDER BY code FOR NO KEY UPDATE",
        servers=list(servers),
    )
