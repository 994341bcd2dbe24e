"""Rate tables and the codes that they are made of: listed, and imported as CSV files."""

from itertools import groupby
from typing import Annotated

from fastapi import Query, Response

from services.rating.actions import rate_tables
from services.rating.rules.codes import ProfileEntry
from services.rating.schemas.orders import Imported
from services.rating.schemas.rate_tables import (
    BillingItemRow,
    BillTypeRow,
    BranchRow,
    CodeRow,
    ProfileQuery,
    ProfileRead,
    ProfileRow,
    RegionEntry,
)
from shared import access
from shared.access import Level
from shared.database import Transaction
from shared.errors import ImportRefused
from shared.listing import Count, Page, PageQueryOf, answer
from shared.operation import Router
from shared.tables import CSV_REQUEST, CSV_RESPONSE, CsvBody, Numbered, read_csv

VIEW = access.feature("rating.rate_tables", Level.VIEW)
EDIT = access.feature("rating.rate_tables", Level.EDIT)

branches = Router("branches")
bill_types = Router("bill-types")
billing_items = Router("billing-items")
regions = Router("regions")
billing_profiles = Router("billing-profiles")


@branches.get("", access=VIEW)
async def list_branches(session: Transaction) -> list[BranchRow]:
    """All branches with their AR company."""
    return [BranchRow.model_validate(row) for row in await rate_tables.list_branches(session)]


@branches.post("/import", access=EDIT, status_code=201, refuses=[ImportRefused], openapi_extra=CSV_REQUEST)
async def import_branches(file: CsvBody, session: Transaction) -> Imported:
    """Adds branches, or gives known ones new values."""
    rows = read_csv(file, BranchRow, key=lambda row: row.code)
    return Imported(imported=await rate_tables.import_branches(session, [one.row.to_branch() for one in rows]))


@bill_types.get("", access=VIEW)
async def list_bill_types(session: Transaction) -> list[BillTypeRow]:
    """What makes triggered lines fire: flags on the order, and outcomes in the field."""
    return [BillTypeRow.model_validate(row) for row in await rate_tables.list_bill_types(session)]


@bill_types.post("/import", access=EDIT, status_code=201, refuses=[ImportRefused], openapi_extra=CSV_REQUEST)
async def import_bill_types(file: CsvBody, session: Transaction) -> Imported:
    """Adds bill types, or gives known ones new values."""
    rows = read_csv(file, BillTypeRow, key=lambda row: row.code)
    return Imported(imported=await rate_tables.import_bill_types(session, [one.row.to_bill_type() for one in rows]))


@billing_items.get("", access=VIEW)
async def list_billing_items(session: Transaction) -> list[BillingItemRow]:
    """The names of charges as invoices print them."""
    return [BillingItemRow.model_validate(row) for row in await rate_tables.list_billing_items(session)]


@billing_items.post("/import", access=EDIT, status_code=201, refuses=[ImportRefused], openapi_extra=CSV_REQUEST)
async def import_billing_items(file: CsvBody, session: Transaction) -> Imported:
    """Adds billing items, or gives known ones new values."""
    rows = read_csv(file, BillingItemRow, key=lambda row: row.name)
    return Imported(imported=await rate_tables.import_billing_items(session, [one.row.to_item() for one in rows]))


@regions.get("", access=VIEW)
async def list_regions(session: Transaction) -> list[RegionEntry]:
    """Billing regions with their ZIP codes."""
    return [RegionEntry.model_validate(row) for row in await rate_tables.list_regions(session)]


@regions.post("/import", access=EDIT, status_code=201, refuses=[ImportRefused], openapi_extra=CSV_REQUEST)
async def import_regions(file: CsvBody, session: Transaction) -> Imported:
    """Adds regions; a known one gets the ZIP codes that it lacks."""
    rows = read_csv(file, RegionEntry, key=lambda row: row.code)
    return Imported(imported=await rate_tables.import_regions(session, [one.row.to_region() for one in rows]))


@billing_profiles.get("", access=VIEW, response_model=Page[ProfileRead, Count], responses=CSV_RESPONSE)
async def list_billing_profiles(
    wanted: Annotated[ProfileQuery, Query()], page: PageQueryOf, session: Transaction
) -> Page[ProfileRead, Count] | Response:
    """Rate tables with their lines, filtered by any of the five values and by a date."""
    key = wanted.model_dump(exclude={"on"})
    profiles, cursor, count = await rate_tables.list_profiles(session, key, wanted.on, page)
    items = [ProfileRead.of(profile) for profile in profiles]
    return answer(page, "billing-profiles", ProfileRead, items, cursor, Count(count=count))


@billing_profiles.post("/import", access=EDIT, status_code=201, refuses=[ImportRefused], openapi_extra=CSV_REQUEST)
async def import_billing_profiles(file: CsvBody, session: Transaction) -> Imported:
    """Adds profiles, one row a line; rows that follow one another with the same key and dates make one profile."""
    rows = read_csv(file, ProfileRow, key=lambda row: (*row.profile, row.billing_item, row.bill_type))
    entries = []
    for (key, effective_from, effective_to, source), several in groupby(rows, key=lambda one: one.row.profile):
        lines = list(several)
        entry = ProfileEntry(key, effective_from, effective_to, source, tuple(one.row.to_line() for one in lines))
        entries.append(Numbered(lines[0].line, entry))
    return Imported(imported=await rate_tables.import_profiles(session, entries))


def _plain_codes(noun: str, table: str, words: str) -> Router:
    """The list and the import of a table that is nothing but codes and names."""
    router = Router(noun)

    async def list_codes(session: Transaction) -> list[CodeRow]:
        return [CodeRow.model_validate(row) for row in await rate_tables.list_codes(session, table)]

    async def import_codes(file: CsvBody, session: Transaction) -> Imported:
        rows = read_csv(file, CodeRow, key=lambda row: row.code)
        return Imported(imported=await rate_tables.import_codes(session, table, [one.row.to_code() for one in rows]))

    list_codes.__name__, list_codes.__doc__ = f"list_{table}", f"All {words}."
    import_codes.__name__, import_codes.__doc__ = f"import_{table}", f"Adds {words}, or gives known ones new values."
    router.get("", access=VIEW)(list_codes)
    router.post("/import", access=EDIT, status_code=201, refuses=[ImportRefused], openapi_extra=CSV_REQUEST)(
        import_codes
    )
    return router


routers = (
    branches,
    bill_types,
    billing_items,
    regions,
    billing_profiles,
    _plain_codes("customer-types", "customer_type", "customer types"),
    _plain_codes("priorities", "priority", "priorities"),
    _plain_codes("job-types", "job_type", "job types"),
)
