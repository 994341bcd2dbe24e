"""Billing profiles: listed, entered, changed, ended, saved under another key, imported and exported."""

from itertools import groupby
from typing import Annotated

from fastapi import Query, Response

from services.rating.actions import rate_tables
from services.rating.errors import ProfilesOverlap, RateTableFaulty
from services.rating.rules.profiles import ProfileEntry
from services.rating.schemas.rate_tables import (
    PROFILE_COLUMNS,
    ProfileBody,
    ProfileCopy,
    ProfileEnd,
    ProfileQuery,
    ProfileRead,
    ProfileRow,
    table_rows,
)
from shared import access
from shared.access import Level
from shared.database import Transaction
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.etag import ExpectedVersion, etag
from shared.listing import Count, Page, PageQueryOf
from shared.numbers import Id
from shared.operation import Router
from shared.tables import CSV_RESPONSE, CsvBody, read_csv, table_answer

router = Router("billing-profiles")
VIEW = access.feature("rating.rate_tables", Level.VIEW)
EDIT = access.feature("rating.rate_tables", Level.EDIT)
SAVING = [RateTableFaulty, ProfilesOverlap]
CHANGING = [NotFound, VersionMissing, VersionStale, *SAVING]


@router.get("", access=VIEW, response_model=Page[ProfileRead, Count], responses=CSV_RESPONSE)
async def list_billing_profiles(
    wanted: Annotated[ProfileQuery, Query()], page: PageQueryOf, session: Transaction
) -> Page[ProfileRead, Count] | Response:
    """Rate tables with their lines, by any of the five values, by date, by word; as CSV or XLSX as they are imported."""
    key = wanted.model_dump(exclude={"on", "search"})
    profiles, cursor, count = await rate_tables.list_profiles(session, key, wanted.on, wanted.search, page)
    if page.media_type is not None:
        return table_answer(page.media_type, "billing-profiles", PROFILE_COLUMNS, table_rows(profiles))
    items = [ProfileRead.of(profile) for profile in profiles]
    return Page(items=items, next_cursor=cursor, totals=Count(count=count))


@router.post("", access=EDIT, status_code=201, refuses=SAVING)
async def enter_billing_profile(entry: ProfileBody, response: Response, session: Transaction) -> ProfileRead:
    """Adds a rate table."""
    return await _read(session, await rate_tables.enter_profile(session, entry.to_entry()), response)


@router.imports("/import", access=EDIT)
async def import_billing_profiles(file: CsvBody, session: Transaction) -> int:
    """Adds profiles, one row a line; rows that follow one another with the same key and dates make one profile."""
    rows = read_csv(file, ProfileRow, key=lambda row: (*row.profile, row.to_line()))
    entries = []
    for (key, effective_from, effective_to, source), several in groupby(rows, key=lambda one: one.row.profile):
        numbered = list(several)
        lines = tuple(one.row.to_line() for one in numbered)
        entry = ProfileEntry(key, effective_from, effective_to, source, lines)
        entries.append((entry, [one.line for one in numbered]))
    return await rate_tables.import_profiles(session, entries)


@router.get("/{profile_id}", access=VIEW, refuses=[NotFound])
async def read_billing_profile(profile_id: Id, response: Response, session: Transaction) -> ProfileRead:
    """One rate table with its lines. The ETag is needed to change it."""
    return await _read(session, profile_id, response)


@router.put("/{profile_id}", access=EDIT, refuses=CHANGING)
async def change_billing_profile(
    profile_id: Id, entry: ProfileBody, revision: ExpectedVersion, response: Response, session: Transaction
) -> ProfileRead:
    """Writes a rate table anew. Orders that are rated keep their charges until they are rated again."""
    await rate_tables.change_profile(session, profile_id, revision, entry.to_entry())
    return await _read(session, profile_id, response)


@router.post("/{profile_id}/end", access=EDIT, refuses=CHANGING)
async def end_billing_profile(
    profile_id: Id, end: ProfileEnd, revision: ExpectedVersion, response: Response, session: Transaction
) -> ProfileRead:
    """Retires a rate table: sets the last day on which it is in force."""
    await rate_tables.end_profile(session, profile_id, revision, end.effective_to)
    return await _read(session, profile_id, response)


@router.post("/{profile_id}/copies", access=EDIT, status_code=201, refuses=[NotFound, *SAVING])
async def copy_billing_profile(
    profile_id: Id, copy: ProfileCopy, response: Response, session: Transaction
) -> ProfileRead:
    """Saves a rate table under another key or for other dates."""
    return await _read(session, await rate_tables.copy_profile(session, profile_id, copy.to_changes()), response)


async def _read(session: Transaction, profile_id: int, response: Response) -> ProfileRead:
    profile = await rate_tables.read_profile(session, profile_id)
    response.headers["etag"] = etag(profile.revision)
    return ProfileRead.of(profile)
