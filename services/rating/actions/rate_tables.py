"""Rate tables and codes: imported as whole files, and listed."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.codes import (
    BillingItem,
    BillType,
    Branch,
    Code,
    ProfileEntry,
    RegionRow,
    faults_in_line,
    overlapping,
    unknown_in_key,
)
from services.rating.rules.rate_tables import BillingProfile
from services.rating.store import rate_tables
from shared.database import constraint_of
from shared.errors import Fault
from shared.listing import PageQuery
from shared.tables import Numbered, refuse_import

_CODE = {"code": "text", "name": "text", "retired_on": "date"}


async def import_codes(session: AsyncSession, table: str, rows: Sequence[Code]) -> int:
    """Adds codes, or gives known ones their new values; `table` is one of the plain code tables."""
    await rate_tables.upsert(session, table, "code", rows, _CODE)
    return len(rows)


async def import_branches(session: AsyncSession, rows: Sequence[Branch]) -> int:
    await rate_tables.upsert(session, "branch", "code", rows, {**_CODE, "ar_company": "int"})
    return len(rows)


async def import_bill_types(session: AsyncSession, rows: Sequence[BillType]) -> int:
    await rate_tables.upsert(session, "bill_type", "code", rows, {**_CODE, "kind": "text"})
    return len(rows)


async def import_billing_items(session: AsyncSession, rows: Sequence[BillingItem]) -> int:
    types = {
        "name": "text",
        "income_account": "text",
        "taxable": "boolean",
        "fee_advance": "boolean",
        "retired_on": "date",
    }
    await rate_tables.upsert(session, "billing_item", "name", rows, types)
    return len(rows)


async def import_regions(session: AsyncSession, rows: Sequence[RegionRow]) -> int:
    """Adds regions with their ZIPs; a region that is known keeps its ZIPs and gets the new ones."""
    await rate_tables.upsert(session, "region", "code", rows, _CODE)
    await rate_tables.add_region_zips(session, [(row.code, zip_code) for row in rows for zip_code in row.zips])
    return len(rows)


async def import_profiles(session: AsyncSession, entries: Sequence[Numbered[ProfileEntry]]) -> int:
    """Adds billing profiles, all or none; returns their number.

    Each entry carries the line of the file where it begins; its lines follow there, one a row. Raises ImportRefused
    for unknown codes, faulty lines, and profiles of one key that would be in force at the same time.
    """
    known = await rate_tables.known_codes(session)
    table = await rate_tables.load(session, sorted({one.row.key.branch for one in entries}))
    faults: list[Fault] = []
    for one in entries:
        faults += [one.fault(column, words) for column, words in unknown_in_key(one.row.key, known)]
        for offset, line in enumerate(one.row.lines):
            place = Numbered(one.line + offset, line)
            faults += [place.fault(column, words) for column, words in faults_in_line(line, known)]
    for index, words in overlapping([one.row for one in entries], table):
        faults.append(entries[index].fault("effective_from", words))
    refuse_import(faults)
    try:
        await rate_tables.insert_profiles(session, [one.row for one in entries])
    except IntegrityError as error:
        if constraint_of(error) == "billing_profile_overlap":
            refuse_import([Fault("file", "somebody else has just added a profile of one of these keys; import again")])
        raise
    return len(entries)


async def list_profiles(
    session: AsyncSession, key: dict[str, str | None], on: date | None, query: PageQuery
) -> tuple[list[BillingProfile], str | None, int]:
    """Profiles with their lines, and how many fit."""
    return await rate_tables.list_profiles(session, key, on, query)


async def list_codes(session: AsyncSession, table: str) -> list[Code]:
    return await rate_tables.list_codes(session, table)


async def list_branches(session: AsyncSession) -> list[Branch]:
    return await rate_tables.list_branches(session)


async def list_bill_types(session: AsyncSession) -> list[BillType]:
    return await rate_tables.list_bill_types(session)


async def list_billing_items(session: AsyncSession) -> list[BillingItem]:
    return await rate_tables.list_billing_items(session)


async def list_regions(session: AsyncSession) -> list[RegionRow]:
    return await rate_tables.list_regions(session)
