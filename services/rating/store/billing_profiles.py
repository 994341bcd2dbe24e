"""Billing profiles: listed, read and written."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.billing_profiles import ProfileEntry
from services.rating.rules.rate_tables import (
    BillingProfile,
    Key,
    Step,
    ZoneRate,
)
from services.rating.store.rate_tables import LINE_TYPES, ProfileHead, assemble, load_lines
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_count, fetch_page
from shared.database.statements import columns, execute, fetch_one
from shared.values.numbers import plain

_PROFILE_SORTING = Sorting(
    fields={
        "id": ("p.id", "bigint"),
        "branch": ("p.branch", "text"),
        "effective_from": ("p.effective_from", "date"),
    },
    default="id",
    key="p.id",
)


def _profile_where(key: dict[str, str | None], on: date | None, search: str | None) -> Where:
    where = Where().add("daterange(p.effective_from, p.effective_to, '[]') @> CAST(:on AS date)", on=on)
    for name in Key._fields:
        where.add(f"p.{name} = :{name}", **{name: key.get(name)})
    pattern = containing(search)
    return where.add(
        """
        (p.source ILIKE :pattern OR EXISTS (
            SELECT FROM profile_line l WHERE l.profile_id = p.id
                AND (l.billing_item ILIKE :pattern OR l.bill_type ILIKE :pattern OR l.comment ILIKE :pattern)))
        """,
        pattern=pattern,
    )


async def list_profiles(
    session: AsyncSession, key: dict[str, str | None], on: date | None, search: str | None, query: PageQuery
) -> tuple[list[BillingProfile], str | None, int]:
    """One page of profiles with their lines, and how many fit.

    `key` filters by any of the five values; `search` looks into the source and into the lines.
    """
    where = _profile_where(key, on, search)
    profiles, cursor = await fetch_page(
        session,
        ProfileHead,
        columns="p.*",
        source="billing_profile p",
        where=where,
        sorting=_PROFILE_SORTING,
        query=query,
    )
    return await _with_lines(session, profiles), cursor, await fetch_count(session, "billing_profile p", where)


async def take_turns(session: AsyncSession) -> None:
    """Makes changes of the rate table wait for each other, so that each sees what the one before has saved."""
    await execute(session, "SELECT FROM rate_table_state FOR NO KEY UPDATE")


async def find_profile(session: AsyncSession, profile_id: int) -> BillingProfile | None:
    """One profile with its lines, None when there is none."""
    found = await fetch_one(session, ProfileHead, "SELECT * FROM billing_profile WHERE id = :id", id=profile_id)
    return None if found is None else (await _with_lines(session, [found]))[0]


async def _with_lines(session: AsyncSession, profiles: Sequence[ProfileHead]) -> list[BillingProfile]:
    condition = "WHERE l.profile_id = ANY(CAST(:profile_ids AS bigint[]))"
    lines = await load_lines(session, condition, profile_ids=[one.id for one in profiles])
    return assemble(profiles, lines)


async def insert_profiles(session: AsyncSession, entries: Sequence[ProfileEntry]) -> list[int]:
    """Adds profiles with their lines, in two statements, and returns their ids in the same order.

    The database refuses an overlap in key and time.
    """
    dates: dict[str, list[Any]] = columns(entries, "effective_from", "effective_to", "source")
    keys = {name: [getattr(entry.key, name) for entry in entries] for name in Key._fields}
    made = await session.execute(
        text(
            """
            INSERT INTO billing_profile
                (branch, customer_type, priority, job_type, region, effective_from, effective_to, source)
            SELECT * FROM unnest(
                CAST(:branch AS text[]), CAST(:customer_type AS text[]), CAST(:priority AS text[]),
                CAST(:job_type AS text[]), CAST(:region AS text[]), CAST(:effective_from AS date[]),
                CAST(:effective_to AS date[]), CAST(:source AS text[])
            )
            RETURNING id, branch, customer_type, priority, job_type, region, effective_from
            """
        ),
        {**keys, **dates},
    )
    ids = {(Key(*row[1:6]), row.effective_from): row.id for row in made}
    placed = [ids[entry.key, entry.effective_from] for entry in entries]
    await _insert_lines(session, list(zip(placed, entries, strict=True)))
    return placed


async def update_profile(session: AsyncSession, profile_id: int, entry: ProfileEntry) -> None:
    """Writes a profile anew, with other lines, and raises its revision."""
    await execute(
        session,
        """
        UPDATE billing_profile
        SET branch = :branch, customer_type = :customer_type, priority = :priority, job_type = :job_type,
            region = :region, effective_from = :effective_from, effective_to = :effective_to, source = :source,
            revision = revision + 1
        WHERE id = :id
        """,
        id=profile_id,
        effective_from=entry.effective_from,
        effective_to=entry.effective_to,
        source=entry.source,
        **entry.key._asdict(),
    )
    await execute(session, "DELETE FROM profile_line WHERE profile_id = :id", id=profile_id)
    await _insert_lines(session, [(profile_id, entry)])


async def _insert_lines(session: AsyncSession, placed: Sequence[tuple[int, ProfileEntry]]) -> None:
    """Writes the lines of profiles, given with their ids, in one statement."""
    lines = [
        (profile_id, position, line)
        for profile_id, entry in placed
        for position, line in enumerate(entry.lines, start=1)
    ]
    values: dict[str, list[Any]] = columns([line for _, _, line in lines], *LINE_TYPES)
    values["rate"] = [line.rate or Decimal(0) for _, _, line in lines]
    for name in ("steps", "zones", "base"):
        values[name] = [_json(getattr(line, name)) for _, _, line in lines]
    names = ", ".join(LINE_TYPES)
    # An array of documents travels as text, because the driver would take it for one document.
    arrays = ", ".join(f"CAST(:{name} AS {'text' if kind == 'jsonb' else kind}[])" for name, kind in LINE_TYPES.items())
    read = ", ".join(f"CAST({name} AS {kind})" if kind == "jsonb" else name for name, kind in LINE_TYPES.items())
    await execute(
        session,
        f"""
        INSERT INTO profile_line (profile_id, position, {names})
        SELECT profile_id, position, {read}
        FROM unnest(CAST(:profile_id AS bigint[]), CAST(:position AS int[]), {arrays})
            AS line (profile_id, position, {names})
        """,
        profile_id=[profile_id for profile_id, _, _ in lines],
        position=[position for _, position, _ in lines],
        **values,
    )


def _json(parts: Sequence[Step | ZoneRate | str]) -> str:
    """Tiers, zones and bases as a document, numbers as text; where a step begins is only checked, never kept."""
    kept: list[object] = []
    for part in parts:
        if isinstance(part, Step):
            up_to = None if part.up_to is None else plain(part.up_to)
            kept.append({"up_to": up_to, "amount": plain(part.amount), "rate": plain(part.rate)})
        elif isinstance(part, ZoneRate):
            kept.append({"from_zone": part.from_zone, "to_zone": part.to_zone, "rate": plain(part.rate)})
        else:
            kept.append(part)
    return json.dumps(kept)
