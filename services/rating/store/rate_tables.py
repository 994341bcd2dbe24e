"""Rate tables: profiles with their lines, read as a whole and kept in memory until they change."""

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
_kept: dict[UUID, RateTable] = {}
"""The rate table that this process used last, by what the database says of its contents; one at a time."""


async def load(session: AsyncSession) -> RateTable:
    """The rate table as it now is: one statement while it has not changed, five when it has, however large it is."""
    content: UUID = await fetch_value(session, "SELECT content FROM rate_table_state")
    kept = _kept.get(content)
    if kept is not None:
        return kept
    # What is read below may be newer than `content`, never older; then the next caller reads again.
    profiles = await fetch_all(
        session, BillingProfile, f"SELECT {PROFILE_COLUMNS} FROM billing_profile p ORDER BY p.id"
    )
    lines = await load_lines(session, "")
    regions = await session.execute(text("SELECT region, zip FROM region_zip"))
    zones = await session.execute(text("SELECT zone, zip FROM zone_zip"))
    table = index_rate_table(
        with_lines(profiles, lines), [(row.region, row.zip) for row in regions], [(row.zone, row.zip) for row in zones]
    )
    _kept.clear()
    _kept[content] = table
    return table


async def load_lines(session: AsyncSession, condition: str, **parameters: object) -> list[tuple[int, ProfileLine]]:
    """Lines with the id of their profile, in the order of their positions."""
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
        Step(None if one["up_to"] is None else Decimal(one["up_to"]), Decimal(one["amount"]), Decimal(one["rate"]))
        for one in row["steps"]
    )
    row["zones"] = tuple(ZoneRate(one["from_zone"], one["to_zone"], Decimal(one["rate"])) for one in row["zones"])
    row["base"] = tuple(row["base"])
    return profile_id, ProfileLine.model_construct(**row)


def with_lines(profiles: Sequence[ProfileT], lines: Sequence[tuple[int, ProfileLine]]) -> list[ProfileT]:
    """Profiles that were read without lines, with theirs."""
    of_profile: dict[int, list[ProfileLine]] = defaultdict(list)
    for profile_id, line in lines:
        of_profile[profile_id].append(line)
    return [one.model_copy(update={"lines": tuple(of_profile[one.id])}) for one in profiles]
