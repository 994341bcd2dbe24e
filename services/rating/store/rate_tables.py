"""Rate tables: profiles with their lines, read as a whole and kept in memory until they change."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.billing_profiles import LineEntry
from services.rating.rules.rate_tables import (
    BillingProfile,
    Key,
    ProfileLine,
    RateTable,
    Step,
    ZoneRate,
    index_rate_table,
)
from shared.database.statements import fetch_all, fetch_value

LINE_TYPES = {
    "billing_item": "text",
    "mode": "text",
    "bill_type": "text",
    "method": "text",
    "rate": "numeric",
    "included_units": "numeric",
    "quantity_source": "text",
    "unit_size": "numeric",
    "whole_units": "boolean",
    "times_source": "text",
    "steps": "jsonb",
    "zones": "jsonb",
    "base": "jsonb",
    "minimum": "numeric",
    "maximum": "numeric",
    "comment": "text",
    "commission_method": "text",
    "commission_rate": "numeric",
}


assert set(LINE_TYPES) == {one.name for one in fields(LineEntry)}


_kept: dict[UUID, RateTable] = {}
"""The rate table that this process used last, by what the database says of its contents; one at a time."""


@dataclass(frozen=True)
class ProfileHead:
    id: int
    branch: str
    customer_type: str
    priority: str
    job_type: str
    region: str
    effective_from: date
    effective_to: date | None
    source: str
    revision: int


async def load(session: AsyncSession) -> RateTable:
    """The rate table as it now is: one statement while it has not changed, five when it has, however large it is."""
    content: UUID = await fetch_value(session, "SELECT content FROM rate_table_state")
    kept = _kept.get(content)
    if kept is not None:
        return kept
    # What is read below may be newer than `content`, never older; then the next caller reads again.
    profiles = await fetch_all(session, ProfileHead, "SELECT * FROM billing_profile ORDER BY id")
    lines = await load_lines(session, "")
    regions = await session.execute(text("SELECT region, zip FROM region_zip"))
    zones = await session.execute(text("SELECT zone, zip FROM zone_zip"))
    table = index_rate_table(
        assemble(profiles, lines), [(row.region, row.zip) for row in regions], [(row.zone, row.zip) for row in zones]
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
    return profile_id, ProfileLine(**row)


def assemble(profiles: Sequence[ProfileHead], lines: Sequence[tuple[int, ProfileLine]]) -> list[BillingProfile]:
    of_profile: dict[int, list[ProfileLine]] = defaultdict(list)
    for profile_id, line in lines:
        of_profile[profile_id].append(line)
    return [
        BillingProfile(
            id=one.id,
            key=Key(one.branch, one.customer_type, one.priority, one.job_type, one.region),
            effective_from=one.effective_from,
            effective_to=one.effective_to,
            source=one.source,
            lines=tuple(of_profile[one.id]),
            revision=one.revision,
        )
        for one in profiles
    ]
