"""Rate tables, which are read as a whole and cached in memory until they change."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.models import metadata
from services.rating.records.billing_profiles import LineEntry, ProfileHead
from services.rating.records.notation import Step, ZoneRate
from services.rating.rules.rate_tables import (
    BillingProfile,
    ProfileLine,
    RateChanges,
    RateTable,
    change_rate_table,
    index_rate_table,
)
from services.rating.store import codes
from shared.database.columns import column_types
from shared.database.statements import fetch_all, fetch_value

ProfileT = TypeVar("ProfileT", bound=BillingProfile)
PROFILE_TYPES = column_types(metadata.tables["billing_profile"], ProfileHead)
LINE_TYPES = column_types(metadata.tables["profile_line"], LineEntry)
PROFILE_COLUMNS = ", ".join(["p.id", *(f"p.{name}" for name in PROFILE_TYPES)])
_cached: dict[UUID, RateTable] = {}
"""The rate table that this process used last, by the random value that the database changes along with it."""


async def load(session: AsyncSession) -> RateTable:
    """The current rate table. One statement if it has not changed since the last call.

    Otherwise what changed since then is loaded, or everything if that is not known any more: at most seven statements, for
    any size.
    """
    content: UUID = await fetch_value(session, "SELECT content FROM rate_table_state")
    cached = _cached.get(content)
    if cached is not None:
        return cached
    # What is read below can be newer than `content`, but never older. If it is newer, the next call reads it again.
    known = next(iter(_cached.items()), None)
    table = None if known is None else await _catch_up(session, *known)
    table = table or await _load_all(session)
    _cached.clear()
    _cached[content] = table
    return table


async def _catch_up(session: AsyncSession, content: UUID, table: RateTable) -> RateTable | None:
    """The rate table after the changes since `content`, or None if they are not known.

    A content that was rolled back, and one that is older than the changes that are kept, are not among them.
    """
    rows = await session.execute(
        text(
            """
            SELECT DISTINCT kind, name FROM rate_table_change
            WHERE id >= (SELECT max(id) FROM rate_table_change WHERE content = :content)
            """
        ),
        {"content": content},
    )
    names: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        names[row.kind].append(row.name)
    if not names:
        return None
    profiles: dict[int, BillingProfile | None] = {int(name): None for name in names["billing_profile"]}
    if profiles:
        profiles |= {profile.id: profile for profile in await _load_profiles(session, list(profiles))}
    regions: dict[str, tuple[str, ...]] = dict.fromkeys(names["region_zip"], ())
    if regions:
        for region, zip_code in sorted(await _regions(session, list(regions))):
            regions[zip_code] += (region,)
    zones: dict[str, str | None] = dict.fromkeys(names["zone_zip"])
    if zones:
        zones |= {zip_code: zone for zone, zip_code in await _zones(session, list(zones))}
    quantities = await codes.quantities(session) if names["quantity"] else None
    return change_rate_table(table, RateChanges(profiles, regions, zones, quantities))


async def _load_all(session: AsyncSession) -> RateTable:
    return index_rate_table(
        await _load_profiles(session), await _regions(session), await _zones(session), await codes.quantities(session)
    )


async def _load_profiles(session: AsyncSession, profile_ids: Sequence[int] | None = None) -> list[BillingProfile]:
    """The profiles with these ids, or all, with their lines, sorted by id."""
    condition, parameters = _one_of("p.id", "bigint", profile_ids)
    profiles = await fetch_all(
        session,
        BillingProfile,
        f"SELECT {PROFILE_COLUMNS} FROM billing_profile p {condition} ORDER BY p.id",
        **parameters,
    )
    condition, parameters = _one_of("l.profile_id", "bigint", profile_ids)
    return with_lines(profiles, await load_lines(session, condition, **parameters))


async def _regions(session: AsyncSession, zips: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """Pairs of region and ZIP, of these ZIPs or of all."""
    condition, parameters = _one_of("zip", "text", zips)
    found = await session.execute(text(f"SELECT region, zip FROM region_zip {condition}"), parameters)
    return [(row.region, row.zip) for row in found]


async def _zones(session: AsyncSession, zips: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """Pairs of zone and ZIP or ZIP prefix, of these or of all."""
    condition, parameters = _one_of("zip", "text", zips)
    found = await session.execute(text(f"SELECT zone, zip FROM zone_zip {condition}"), parameters)
    return [(row.zone, row.zip) for row in found]


def _one_of(column: str, kind: str, chosen: Sequence[Any] | None) -> tuple[str, dict[str, object]]:
    """The WHERE clause for rows that have one of these values, or any, with its parameters."""
    if chosen is None:
        return "", {}
    return f"WHERE {column} = ANY(CAST(:chosen AS {kind}[]))", {"chosen": list(chosen)}


async def load_lines(session: AsyncSession, condition: str, **parameters: object) -> list[tuple[int, ProfileLine]]:
    """Lines with the ids of their profiles, sorted by profile and position."""
    names = ", ".join(f"l.{name}" for name in LINE_TYPES)
    result = await session.execute(
        text(
            f"""
            SELECT l.profile_id, l.position, i.income_account, i.taxable, i.fee_advance, i.print_zero, t.kind AS bill_kind, {names}
            FROM profile_line l
            JOIN billing_item i ON i.name = l.billing_item
            LEFT JOIN bill_type t ON t.code = l.bill_type
            {condition} ORDER BY l.profile_id, l.position
            """
        ),
        parameters,
    )
    return [_line(dict(row)) for row in result.mappings()]


def _line(row: dict[str, Any]) -> tuple[int, ProfileLine]:
    profile_id = row.pop("profile_id")
    row["steps"] = tuple(
        Step(None if step["up_to"] is None else Decimal(step["up_to"]), Decimal(step["amount"]), Decimal(step["rate"]))
        for step in row["steps"]
    )
    row["zones"] = tuple(ZoneRate(zone["from_zone"], zone["to_zone"], Decimal(zone["rate"])) for zone in row["zones"])
    row["base"] = tuple(row["base"])
    return profile_id, ProfileLine.model_construct(**row)


def with_lines(profiles: Sequence[ProfileT], lines: Sequence[tuple[int, ProfileLine]]) -> list[ProfileT]:
    """Adds the lines to profiles that were read without them."""
    by_profile: dict[int, list[ProfileLine]] = defaultdict(list)
    for profile_id, line in lines:
        by_profile[profile_id].append(line)
    return [profile.model_copy(update={"lines": tuple(by_profile[profile.id])}) for profile in profiles]
