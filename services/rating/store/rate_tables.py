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
from services.rating.rules.rate_tables import BillingProfile, ProfileLine, RateTable, index_rate_table
from shared.database.columns import column_types
from shared.database.statements import fetch_all, fetch_value

ProfileT = TypeVar("ProfileT", bound=BillingProfile)
PROFILE_TYPES = column_types(metadata.tables["billing_profile"], ProfileHead)
LINE_TYPES = column_types(metadata.tables["profile_line"], LineEntry)
PROFILE_COLUMNS = ", ".join(["p.id", *(f"p.{name}" for name in PROFILE_TYPES)])
_cached: dict[UUID, RateTable] = {}
"""The rate table that this process used last, by the random value that the database changes along with it."""


async def load(session: AsyncSession) -> RateTable:
    """The current rate table. One statement if it has not changed since the last call, or else five, for any size."""
    content: UUID = await fetch_value(session, "SELECT content FROM rate_table_state")
    cached = _cached.get(content)
    if cached is not None:
        return cached
    # What is read below can be newer than `content`, but never older. If it is newer, the next call reads it again.
    profiles = await fetch_all(
        session, BillingProfile, f"SELECT {PROFILE_COLUMNS} FROM billing_profile p ORDER BY p.id"
    )
    lines = await load_lines(session, "")
    regions = await session.execute(text("SELECT region, zip FROM region_zip"))
    zones = await session.execute(text("SELECT zone, zip FROM zone_zip"))
    table = index_rate_table(
        with_lines(profiles, lines), [(row.region, row.zip) for row in regions], [(row.zone, row.zip) for row in zones]
    )
    _cached.clear()
    _cached[content] = table
    return table


async def load_lines(session: AsyncSession, condition: str, **parameters: object) -> list[tuple[int, ProfileLine]]:
    """Lines with the ids of their profiles, sorted by profile and position."""
    names = ", ".join(f"l.{name}" for name in LINE_TYPES)
    result = await session.execute(
        text(
            f"""
            SELECT l.profile_id, l.position, i.income_account, i.taxable, i.fee_advance, t.kind AS bill_kind, {names}
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
