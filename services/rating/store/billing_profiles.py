"""The rows of billing profiles and their lines."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.records.billing_profiles import Key, ProfileEntry
from services.rating.records.notation import Step, ZoneRate
from services.rating.rules.billing_profiles import ProfileFilter
from services.rating.rules.rate_tables import BillingProfile, KeptProfile
from services.rating.store.rate_tables import (
    LINE_TYPES,
    PROFILE_COLUMNS,
    PROFILE_TYPES,
    ProfileT,
    load_lines,
    with_lines,
)
from shared.database.columns import arrays_of, values_of
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_list_count, fetch_page
from shared.database.statements import columns, execute, fetch_one
from shared.values.fields import field_names
from shared.values.numbers import plain

SORTING = Sorting(
    fields={
        "id": ("p.id", "bigint"),
        "branch": ("p.branch", "text"),
        "effective_from": ("p.effective_from", "date"),
    },
    default="id",
    key="p.id",
)


def _where(filters: ProfileFilter) -> Where:
    where = Where().add("daterange(p.effective_from, p.effective_to, '[]') @> CAST(:on AS date)", on=filters.on)
    for name in field_names(Key):
        where.add(f"p.{name} = :{name}", **{name: getattr(filters, name)})
    return where.add(
        """
        (p.source ILIKE :pattern OR EXISTS (
            SELECT FROM profile_line l WHERE l.profile_id = p.id
                AND (l.billing_item ILIKE :pattern OR l.bill_type ILIKE :pattern OR l.comment ILIKE :pattern)))
        """,
        pattern=containing(filters.search),
    )


async def list_profiles(
    session: AsyncSession, filters: ProfileFilter, query: PageQuery
) -> tuple[list[BillingProfile], str | None, int | None]:
    """One page of profiles with their lines, the cursor of the next page, and how many match."""
    where = _where(filters)
    profiles, cursor = await fetch_page(
        session,
        BillingProfile,
        columns=f"{PROFILE_COLUMNS}, p.changed_by, p.changed_at",
        source="billing_profile p",
        where=where,
        sorting=SORTING,
        query=query,
    )
    return (
        await _with_lines(session, profiles),
        cursor,
        await fetch_list_count(session, "billing_profile p", where, query),
    )


async def wait_for_turn(session: AsyncSession) -> None:
    """Lets changes of rate tables run one after another, so that each sees what the previous one saved."""
    await execute(session, "SELECT FROM rate_table_state FOR NO KEY UPDATE")


async def find_profile(session: AsyncSession, profile_id: int) -> KeptProfile | None:
    """The profile with its lines, or None if it does not exist."""
    statement = (
        f"SELECT {PROFILE_COLUMNS}, p.changed_by, p.changed_at, p.revision FROM billing_profile p WHERE p.id = :id"
    )
    found = await fetch_one(session, KeptProfile, statement, id=profile_id)
    return None if found is None else (await _with_lines(session, [found]))[0]


async def _with_lines(session: AsyncSession, profiles: Sequence[ProfileT]) -> list[ProfileT]:
    condition = "WHERE l.profile_id = ANY(CAST(:profile_ids AS bigint[]))"
    return with_lines(profiles, await load_lines(session, condition, profile_ids=[profile.id for profile in profiles]))


async def insert_profiles(session: AsyncSession, entries: Sequence[ProfileEntry]) -> list[int]:
    """Adds profiles with their lines, in two statements, and returns their ids in the same order.

    An exclusion constraint refuses profiles with the same key that overlap in time.
    """
    names = ", ".join(PROFILE_TYPES)
    inserted = await session.execute(
        text(
            f"""
            INSERT INTO billing_profile ({names}) SELECT {names} FROM unnest({arrays_of(PROFILE_TYPES)}) AS entry ({names})
            RETURNING id, branch, customer_type, priority, job_type, region, effective_from
            """
        ),
        columns(entries, *PROFILE_TYPES),
    )
    ids = {(Key(*row[1:6]), row.effective_from): row.id for row in inserted}
    profile_ids = [ids[entry.key, entry.effective_from] for entry in entries]
    await _insert_lines(session, list(zip(profile_ids, entries, strict=True)))
    return profile_ids


async def update_profile(session: AsyncSession, profile_id: int, entry: ProfileEntry) -> None:
    """Replaces a profile and its lines, and raises its revision."""
    changes = ", ".join(f"{name} = :{name}" for name in PROFILE_TYPES)
    await execute(
        session,
        f"UPDATE billing_profile SET {changes}, revision = revision + 1 WHERE id = :id",
        id=profile_id,
        **{name: getattr(entry, name) for name in PROFILE_TYPES},
    )
    await execute(session, "DELETE FROM profile_line WHERE profile_id = :id", id=profile_id)
    await _insert_lines(session, [(profile_id, entry)])


async def _insert_lines(session: AsyncSession, profiles: Sequence[tuple[int, ProfileEntry]]) -> None:
    """Adds the lines of profiles, which are given with their ids, in one statement."""
    lines = [
        (profile_id, position, line)
        for profile_id, entry in profiles
        for position, line in enumerate(entry.lines, start=1)
    ]
    values: dict[str, list[Any]] = columns([line for _, _, line in lines], *LINE_TYPES)
    values["rate"] = [line.rate or Decimal(0) for _, _, line in lines]
    for name in ("steps", "zones", "base"):
        values[name] = [_json(getattr(line, name)) for _, _, line in lines]
    names = ", ".join(LINE_TYPES)
    await execute(
        session,
        f"""
        INSERT INTO profile_line (profile_id, position, {names})
        SELECT profile_id, position, {values_of(LINE_TYPES)}
        FROM unnest(CAST(:profile_id AS bigint[]), CAST(:position AS int[]), {arrays_of(LINE_TYPES)})
            AS line (profile_id, position, {names})
        """,
        profile_id=[profile_id for profile_id, _, _ in lines],
        position=[position for _, position, _ in lines],
        **values,
    )


def _json(parts: Sequence[Step | ZoneRate | str]) -> str:
    """Steps, zone rates or bases as a JSON document with numbers as text. Where a step begins is not stored."""
    document: list[object] = []
    for part in parts:
        if isinstance(part, Step):
            up_to = None if part.up_to is None else plain(part.up_to)
            document.append({"up_to": up_to, "amount": plain(part.amount), "rate": plain(part.rate)})
        elif isinstance(part, ZoneRate):
            document.append({"from_zone": part.from_zone, "to_zone": part.to_zone, "rate": plain(part.rate)})
        else:
            document.append(part)
    return json.dumps(document)
