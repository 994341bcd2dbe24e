"""The codes that keys and charges are made of: read, written row by row or as whole files, in one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.codes import BillingItem, BillType, Branch, Code, RegionRow, Server, ZoneRow
from shared.database.pages import Where, containing
from shared.database.statements import columns, execute, fetch_all, fetch_one, fetch_values

_CODE = {"code": "text", "name": "text", "retired_on": "date"}


@dataclass(frozen=True)
class CodeTable:
    """A table of codes: its key, the SQL types of its columns, its rows, and the table that holds its ZIPs, if any."""

    key: str
    types: dict[str, str]
    kind: type[Any]
    zips: str | None = None


CODE_TABLES = {
    "branch": CodeTable("code", {**_CODE, "ar_company": "int"}, Branch),
    "customer_type": CodeTable("code", _CODE, Code),
    "priority": CodeTable("code", _CODE, Code),
    "job_type": CodeTable("code", _CODE, Code),
    "region": CodeTable("code", _CODE, RegionRow, zips="region_zip"),
    "zone": CodeTable("code", _CODE, ZoneRow, zips="zone_zip"),
    "bill_type": CodeTable("code", {**_CODE, "kind": "text"}, BillType),
    "billing_item": CodeTable(
        "name",
        {
            "name": "text",
            "income_account": "text",
            "taxable": "boolean",
            "fee_advance": "boolean",
            "retired_on": "date",
        },
        BillingItem,
    ),
    "server": CodeTable("code", {**_CODE, "receives_commission": "boolean"}, Server),
}


def _select(name: str) -> str:
    table = CODE_TABLES[name]
    shown = ", ".join(f"t.{column}" for column in (*table.types, "revision"))
    if table.zips is not None:
        shown += f", ARRAY(SELECT z.zip FROM {table.zips} z WHERE z.{name} = t.{table.key} ORDER BY z.zip) AS zips"
    return f"SELECT {shown} FROM {name} t"


async def list_rows(
    session: AsyncSession, name: str, search: str | None = None, *, retired: bool | None = None
) -> list[Any]:
    """The rows of a table of codes by code; `search` looks into code, name and ZIPs, `retired` chooses those that are or not."""
    table = CODE_TABLES[name]
    pattern = containing(search)
    found = f"t.{table.key} ILIKE :pattern OR t.name ILIKE :pattern"
    if table.zips is not None:
        found += f" OR EXISTS (SELECT FROM {table.zips} z WHERE z.{name} = t.{table.key} AND z.zip ILIKE :pattern)"
    where = Where().add(f"({found})", pattern=pattern).add("(t.retired_on IS NOT NULL) = :retired", retired=retired)
    statement = f"{_select(name)} WHERE {where.sql} ORDER BY t.{table.key}"
    return await fetch_all(session, table.kind, statement, **where.parameters)


async def find_row(session: AsyncSession, name: str, code: str, *, lock: bool = False) -> Any | None:
    """One row, None when there is none; with `lock` held against other changes."""
    table = CODE_TABLES[name]
    return await fetch_one(
        session,
        table.kind,
        f"{_select(name)} WHERE t.{table.key} = :code {'FOR NO KEY UPDATE OF t' if lock else ''}",
        code=code,
    )


async def upsert(session: AsyncSession, name: str, rows: Sequence[Any]) -> None:
    """Writes rows in one statement: new ones are added, known ones that differ take the new values."""
    table = CODE_TABLES[name]
    names = ", ".join(table.types)
    arrays = ", ".join(f"CAST(:{column} AS {kind}[])" for column, kind in table.types.items())
    values = [column for column in table.types if column != table.key]
    changes = ", ".join(f"{column} = excluded.{column}" for column in values)
    before = ", ".join(f"t.{column}" for column in values)
    after = ", ".join(f"excluded.{column}" for column in values)
    await execute(
        session,
        f"""
        INSERT INTO {name} AS t ({names}) SELECT {names} FROM unnest({arrays}) AS row ({names})
        ON CONFLICT ({table.key}) DO UPDATE SET {changes}, revision = t.revision + 1
        WHERE ({before}) IS DISTINCT FROM ({after})
        """,
        **columns(rows, *table.types),
    )


async def raise_revision(session: AsyncSession, name: str, code: str) -> None:
    table = CODE_TABLES[name]
    await execute(session, f"UPDATE {name} SET revision = revision + 1 WHERE {table.key} = :code", code=code)


async def add_zips(session: AsyncSession, name: str, pairs: Sequence[tuple[str, str]]) -> None:
    """Puts ZIPs into regions or zones; pairs of code and ZIP that are there already stay."""
    table = CODE_TABLES[name]
    await execute(
        session,
        f"""
        INSERT INTO {table.zips} ({name}, zip)
        SELECT code, zip FROM unnest(CAST(:codes AS text[]), CAST(:zips AS text[])) AS pair (code, zip)
        ON CONFLICT DO NOTHING
        """,
        codes=[code for code, _ in pairs],
        zips=[zip_code for _, zip_code in pairs],
    )


async def remove_other_zips(session: AsyncSession, name: str, code: str, kept: Sequence[str]) -> None:
    """Takes every ZIP out of a region or zone that is not among those kept."""
    table = CODE_TABLES[name]
    await execute(
        session,
        f"DELETE FROM {table.zips} WHERE {name} = :code AND zip <> ALL(CAST(:kept AS text[]))",
        code=code,
        kept=list(kept),
    )


async def zones_of(session: AsyncSession, zips: Sequence[str]) -> dict[str, str]:
    """Which of the ZIPs lie in a zone already, and in which."""
    result = await session.execute(
        text("SELECT zip, zone FROM zone_zip WHERE zip = ANY(CAST(:zips AS text[]))"), {"zips": list(zips)}
    )
    return {row.zip: row.zone for row in result}


async def list_branches(session: AsyncSession) -> list[Branch]:
    return await list_rows(session, "branch")


async def known_codes(session: AsyncSession) -> dict[str, set[str]]:
    """All codes that are not retired, by table; billing items by their name."""
    selects = [
        f"SELECT '{name}' AS kind, {table.key} AS code FROM {name} WHERE retired_on IS NULL"
        for name, table in CODE_TABLES.items()
    ]
    known: dict[str, set[str]] = {name: set() for name in CODE_TABLES}
    for row in await session.execute(text(" UNION ALL ".join(selects))):
        known[row.kind].add(row.code)
    return known


async def taken_codes(session: AsyncSession, name: str, wanted: Sequence[str]) -> set[str]:
    """Which of the codes are in use, retired ones too."""
    table = CODE_TABLES[name]
    found = await fetch_values(
        session, f"SELECT {table.key} FROM {name} WHERE {table.key} = ANY(CAST(:wanted AS text[]))", wanted=list(wanted)
    )
    return set(found)
