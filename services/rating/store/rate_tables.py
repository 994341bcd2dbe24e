"""Rate tables: profiles with their lines, regions with their ZIPs, and the codes that keys are made of."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.codes import BillingItem, BillType, Branch, Code, ProfileEntry, RegionRow
from services.rating.rules.rate_tables import BillingProfile, Key, ProfileLine, RateTable, index_rate_table
from shared.database import columns, execute, fetch_all
from shared.listing import PageQuery, Sorting, Where, fetch_count, fetch_page

_LINE_COLUMNS = ("billing_item", "mode", "bill_type", "method", "rate", "included_units", "quantity_source")
CODE_TABLES = ("branch", "customer_type", "priority", "job_type", "region", "bill_type")


@dataclass(frozen=True)
class _Profile:
    id: int
    branch: str
    customer_type: str
    priority: str
    job_type: str
    region: str
    effective_from: date
    effective_to: date | None
    source: str


@dataclass(frozen=True)
class _Line:
    profile_id: int
    position: int
    billing_item: str
    income_account: str
    taxable: bool
    fee_advance: bool
    mode: str
    bill_type: str | None
    bill_kind: str | None
    method: str
    rate: Decimal
    included_units: Decimal
    quantity_source: str


async def load(session: AsyncSession, branches: Sequence[str] | None = None) -> RateTable:
    """The rate table of the branches, of all without; three statements, however large it is."""
    condition = "" if branches is None else "WHERE p.branch = ANY(CAST(:branches AS text[]))"
    parameters = {} if branches is None else {"branches": list(branches)}
    profiles = await fetch_all(session, _Profile, f"SELECT p.* FROM billing_profile p {condition}", **parameters)
    lines = await _load_lines(session, condition, **parameters)
    zips = await session.execute(text("SELECT region, zip FROM region_zip"))
    return index_rate_table(_assemble(profiles, lines), [(row.region, row.zip) for row in zips])


async def _load_lines(session: AsyncSession, condition: str, **parameters: object) -> list[_Line]:
    return await fetch_all(
        session,
        _Line,
        f"""
        SELECT l.profile_id, l.position, l.billing_item, i.income_account, i.taxable, i.fee_advance, l.mode,
               l.bill_type, t.kind AS bill_kind, l.method, l.rate, l.included_units, l.quantity_source
        FROM profile_line l
        JOIN billing_profile p ON p.id = l.profile_id
        JOIN billing_item i ON i.name = l.billing_item
        LEFT JOIN bill_type t ON t.code = l.bill_type
        {condition} ORDER BY l.profile_id, l.position
        """,
        **parameters,
    )


def _assemble(profiles: Sequence[_Profile], lines: Sequence[_Line]) -> list[BillingProfile]:
    of_profile: dict[int, list[ProfileLine]] = defaultdict(list)
    for line in lines:
        facts = {name: value for name, value in vars(line).items() if name != "profile_id"}
        of_profile[line.profile_id].append(ProfileLine(**facts))
    return [
        BillingProfile(
            id=one.id,
            key=Key(one.branch, one.customer_type, one.priority, one.job_type, one.region),
            effective_from=one.effective_from,
            effective_to=one.effective_to,
            source=one.source,
            lines=tuple(of_profile[one.id]),
        )
        for one in profiles
    ]


_PROFILE_SORTING = Sorting(
    fields={
        "id": ("p.id", "bigint"),
        "branch": ("p.branch", "text"),
        "effective_from": ("p.effective_from", "date"),
    },
    default="id",
    key="p.id",
)


def _profile_where(key: dict[str, str | None], on: date | None) -> Where:
    where = Where().add("daterange(p.effective_from, p.effective_to, '[]') @> CAST(:on AS date)", on=on)
    for name in Key._fields:
        where.add(f"p.{name} = :{name}", **{name: key.get(name)})
    return where


async def list_profiles(
    session: AsyncSession, key: dict[str, str | None], on: date | None, query: PageQuery
) -> tuple[list[BillingProfile], str | None, int]:
    """One page of profiles with their lines, and how many fit; `key` filters by any of the five values."""
    where = _profile_where(key, on)
    profiles, cursor = await fetch_page(
        session,
        _Profile,
        columns="p.*",
        source="billing_profile p",
        where=where,
        sorting=_PROFILE_SORTING,
        query=query,
    )
    condition = "WHERE l.profile_id = ANY(CAST(:profile_ids AS bigint[]))"
    lines = await _load_lines(session, condition, profile_ids=[one.id for one in profiles])
    return _assemble(profiles, lines), cursor, await fetch_count(session, "billing_profile p", where)


async def list_codes(session: AsyncSession, table: str) -> list[Code]:
    """All codes of a table, retired ones too, by code."""
    assert table in CODE_TABLES
    return await fetch_all(session, Code, f"SELECT code, name, retired_on FROM {table} ORDER BY code")


async def list_branches(session: AsyncSession) -> list[Branch]:
    return await fetch_all(session, Branch, "SELECT code, name, retired_on, ar_company FROM branch ORDER BY code")


async def list_bill_types(session: AsyncSession) -> list[BillType]:
    return await fetch_all(session, BillType, "SELECT code, name, retired_on, kind FROM bill_type ORDER BY code")


async def list_billing_items(session: AsyncSession) -> list[BillingItem]:
    return await fetch_all(session, BillingItem, "SELECT * FROM billing_item ORDER BY name")


async def list_regions(session: AsyncSession) -> list[RegionRow]:
    return await fetch_all(
        session,
        RegionRow,
        """
        SELECT r.code, r.name, r.retired_on,
               coalesce(array_agg(z.zip ORDER BY z.zip) FILTER (WHERE z.zip IS NOT NULL), '{}') AS zips
        FROM region r LEFT JOIN region_zip z ON z.region = r.code GROUP BY r.code ORDER BY r.code
        """,
    )


async def upsert(session: AsyncSession, table: str, key: str, rows: Sequence[Any], types: dict[str, str]) -> None:
    """Writes rows of a code table, in one statement: new ones are added, known ones take the new values.

    `types` gives each column's SQL type; `key` is the primary key.
    """
    names = ", ".join(types)
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in types.items())
    changes = ", ".join(f"{name} = excluded.{name}" for name in types if name != key)
    await execute(
        session,
        f"""
        INSERT INTO {table} ({names}) SELECT {names} FROM unnest({arrays}) AS row ({names})
        ON CONFLICT ({key}) DO UPDATE SET {changes}
        """,
        **columns(rows, *types),
    )


async def add_region_zips(session: AsyncSession, pairs: Sequence[tuple[str, str]]) -> None:
    """Puts ZIPs into regions; pairs of region and ZIP that are there already stay."""
    await execute(
        session,
        """
        INSERT INTO region_zip (region, zip)
        SELECT region, zip FROM unnest(CAST(:regions AS text[]), CAST(:zips AS text[])) AS pair (region, zip)
        ON CONFLICT DO NOTHING
        """,
        regions=[region for region, _ in pairs],
        zips=[zip_code for _, zip_code in pairs],
    )


async def insert_profiles(session: AsyncSession, entries: Sequence[ProfileEntry]) -> None:
    """Adds profiles with their lines, in two statements; the database refuses an overlap in key and time."""
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
    placed = [
        (ids[entry.key, entry.effective_from], position, line)
        for entry in entries
        for position, line in enumerate(entry.lines, start=1)
    ]
    await execute(
        session,
        """
        INSERT INTO profile_line
            (profile_id, position, billing_item, mode, bill_type, method, rate, included_units, quantity_source)
        SELECT * FROM unnest(
            CAST(:profile_id AS bigint[]), CAST(:position AS int[]), CAST(:billing_item AS text[]),
            CAST(:mode AS text[]), CAST(:bill_type AS text[]), CAST(:method AS text[]), CAST(:rate AS numeric[]),
            CAST(:included_units AS numeric[]), CAST(:quantity_source AS text[])
        )
        """,
        profile_id=[profile_id for profile_id, _, _ in placed],
        position=[position for _, position, _ in placed],
        **columns([line for _, _, line in placed], *_LINE_COLUMNS),
    )


async def known_codes(session: AsyncSession) -> dict[str, set[str]]:
    """All codes that are not retired, by table; billing items stand under `billing_item`."""
    selects = [f"SELECT '{table}' AS kind, code FROM {table} WHERE retired_on IS NULL" for table in CODE_TABLES]
    selects.append("SELECT 'billing_item' AS kind, name AS code FROM billing_item WHERE retired_on IS NULL")
    result = await session.execute(text(" UNION ALL ".join(selects)))
    known: dict[str, set[str]] = {table: set() for table in (*CODE_TABLES, "billing_item")}
    for row in result:
        known[row.kind].add(row.code)
    return known
