"""Billing profiles over HTTP."""

from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import billing_profiles
from services.rating.errors import ProfilesOverlap, RateTableFaulty
from services.rating.records.billing_profiles import ProfileEntry, ProfileRow
from services.rating.rules.billing_profiles import ProfileFilter
from services.rating.rules.rate_tables import KeptProfile, ShownProfile
from services.rating.schemas.billing_profiles import (
    HEAD_FIELDS,
    CopiedHead,
    ProfileCopy,
    ProfileEnd,
    profiles_of,
    rows_of,
    whole_line,
)
from shared.access import declared
from shared.access.grants import Level
from shared.audit.changes import HistoryStep
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.files.changes import Outcome
from shared.files.csv import read_csv
from shared.http.etag import ExpectedVersion, Tagged, tagged
from shared.http.files import CSV_RESPONSE, CsvBody, table_answer
from shared.http.operation import Naming, Router
from shared.http.pages import Count, FixedPageQueryOf, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.numbers import Id

router = Router("billing-profiles")
VIEW = declared.feature("rating.rate_tables", Level.VIEW)
EDIT = declared.feature("rating.rate_tables", Level.EDIT)
SAVING = [RateTableFaulty, ProfilesOverlap]
CHANGING = [NotFound, VersionMissing, VersionStale, *SAVING]


@router.get("", access=VIEW, response_model=Page[ShownProfile, Count], responses=CSV_RESPONSE)
async def list_billing_profiles(
    filters: Annotated[ProfileFilter, Query()], page: PageQueryOf, session: Transaction
) -> Page[ShownProfile, Count] | Response:
    """Billing profiles with their lines, by any of the five key values, by date or by text.

    CSV and XLSX contain all profiles that match and use the import format.
    """
    profiles, cursor, count = await billing_profiles.list_profiles(session, filters, page)
    if page.media_type is not None:
        return table_answer(page.media_type, "billing-profiles", field_names(ProfileRow), rows_of(profiles))
    return Page(items=[*profiles], next_cursor=cursor, totals=Count.of(count))


@router.post(
    "", access=EDIT, status_code=201, refuses=SAVING, naming=Naming(ProfileEntry, billing_profiles.find_unknown)
)
async def enter_billing_profile(entry: ProfileEntry, response: Tagged, session: Transaction) -> ShownProfile:
    """Adds a billing profile with its lines."""
    return await _read(session, await billing_profiles.enter_profile(session, entry), response)


@router.imports("/import", access=EDIT)
async def import_billing_profiles(file: CsvBody, session: Transaction) -> Outcome:
    """Adds billing profiles, one row per line. Consecutive rows with the same key and dates are one profile."""
    table = await read_csv(file, ProfileRow, key=whole_line)
    placed = [numbered for numbered in table.in_order if HEAD_FIELDS.isdisjoint(numbered.faulty)]
    headless = [numbered for numbered in table.in_order if not HEAD_FIELDS.isdisjoint(numbered.faulty)]
    return await billing_profiles.import_profiles(
        session, table, list(profiles_of(placed)), list(profiles_of(headless))
    )


@router.get("/{profile_id}", access=VIEW, refuses=[NotFound])
async def read_billing_profile(profile_id: Id, response: Tagged, session: Transaction) -> ShownProfile:
    """One billing profile with its lines. You need the ETag to change it."""
    return await _read(session, profile_id, response)


@router.get("/{profile_id}/history", access=VIEW, refuses=[NotFound])
async def read_billing_profile_history(
    profile_id: Id, page: FixedPageQueryOf, session: Transaction
) -> Page[HistoryStep, Count]:
    """Who did what with it and when, newest first."""
    steps, cursor, count = await billing_profiles.list_history(session, profile_id, page)
    return Page(items=steps, next_cursor=cursor, totals=Count.of(count))


async def _profile_in_path(request: Request, session: AsyncSession) -> KeptProfile | None:
    return await billing_profiles.find_profile(session, int(request.path_params["profile_id"]))


@router.put(
    "/{profile_id}",
    access=EDIT,
    refuses=CHANGING,
    naming=Naming(ProfileEntry, billing_profiles.find_unknown, _profile_in_path),
)
async def change_billing_profile(
    profile_id: Id, entry: ProfileEntry, revision: ExpectedVersion, response: Tagged, session: Transaction
) -> ShownProfile:
    """Replaces a billing profile and its lines. Rated orders keep their charges until they are rated again."""
    await billing_profiles.change_profile(session, profile_id, revision, entry)
    return await _read(session, profile_id, response)


@router.post("/{profile_id}/end", access=EDIT, refuses=CHANGING)
async def end_billing_profile(
    profile_id: Id, end: ProfileEnd, revision: ExpectedVersion, response: Tagged, session: Transaction
) -> ShownProfile:
    """Sets the last day on which a billing profile is in force."""
    await billing_profiles.end_profile(session, profile_id, revision, end.effective_to)
    return await _read(session, profile_id, response)


@router.post(
    "/{profile_id}/copies",
    access=EDIT,
    status_code=201,
    refuses=[NotFound, *SAVING],
    naming=Naming(CopiedHead, billing_profiles.find_unknown_in_copy, _profile_in_path),
)
async def copy_billing_profile(
    profile_id: Id, copy: ProfileCopy, response: Tagged, session: Transaction
) -> ShownProfile:
    """Saves a billing profile with another key or other dates, as a new profile."""
    return await _read(session, await billing_profiles.copy_profile(session, profile_id, copy), response)


async def _read(session: Transaction, profile_id: int, response: Tagged) -> ShownProfile:
    return tagged(response, await billing_profiles.read_profile(session, profile_id))
