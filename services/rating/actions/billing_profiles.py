"""Billing profiles: entered, changed, ended, copied, imported and listed."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.errors import ProfilesOverlap, RateTableFaulty
from services.rating.records.billing_profiles import LineEntry, ProfileEntry, ProfileHead, ProfileRow
from services.rating.rules.billing_profiles import (
    FieldFault,
    Known,
    ProfileFilter,
    find_faults_in_line,
    find_faults_in_lines,
    find_overlaps,
    find_unknown_in_key,
    find_unknown_in_line,
    own_sources,
    spell,
)
from services.rating.rules.rate_tables import BillingProfile, KeptProfile
from services.rating.store import billing_profiles, codes, rate_tables
from shared.audit import history
from shared.audit.changes import HistoryStep, changes_between
from shared.audit.history import Noted
from shared.database.pages import PageQuery
from shared.errors import Fault, NotFound
from shared.files.changes import Outcome
from shared.files.csv import Numbered, TableFile
from shared.values.fields import field_names, parts_of
from shared.values.partly import PartlyRead
from shared.values.text import shown_key
from shared.values.versions import require_version

_KIND = "billing_profile"
Rows = Sequence[Numbered[ProfileRow]]


async def list_profiles(
    session: AsyncSession, filters: ProfileFilter, query: PageQuery
) -> tuple[list[BillingProfile], str | None, int | None]:
    """One page of profiles with their lines, the cursor of the next page, and how many profiles match."""
    return await billing_profiles.list_profiles(session, filters, query)


find_profile = billing_profiles.find_profile


async def read_profile(session: AsyncSession, profile_id: int) -> KeptProfile:
    """Returns a profile with its lines; raises NotFound."""
    found = await billing_profiles.find_profile(session, profile_id)
    if found is None:
        raise NotFound(f"There is no billing profile {profile_id}.")
    return found


async def enter_profile(session: AsyncSession, entry: ProfileEntry) -> int:
    """Adds a profile and returns its id; raises RateTableFaulty or ProfilesOverlap."""
    await billing_profiles.wait_for_turn(session)
    (entry,) = await _spelled(session, [entry])
    await _require_valid(session, entry)
    (profile_id,) = await billing_profiles.insert_profiles(session, [entry])
    await history.note_one(session, _KIND, history.key_of(profile_id), "created")
    return profile_id


async def change_profile(session: AsyncSession, profile_id: int, expected_revision: int, entry: ProfileEntry) -> None:
    """Replaces a profile and its lines. Rated orders keep their lines until they are rated again.

    Raises NotFound, VersionStale, RateTableFaulty or ProfilesOverlap.
    """
    await billing_profiles.wait_for_turn(session)
    found = await read_profile(session, profile_id)
    require_version(found.revision, expected_revision, f"Billing profile {profile_id}")
    (entry,) = await _spelled(session, [entry])
    await _require_valid(session, entry, replaces=found)
    await billing_profiles.update_profile(session, profile_id, entry)
    changes = changes_between(_entry_of(found, {}), entry, parts={"lines": ("billing_item", "bill_type")})
    await history.note_one(session, _KIND, history.key_of(profile_id), "changed", changes)


async def list_history(
    session: AsyncSession, profile_id: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what was done with a profile, newest first, the next cursor, and the number of steps; raises NotFound."""
    await read_profile(session, profile_id)
    return await history.list_steps(session, _KIND, history.key_of(profile_id), query)


async def _spelled(session: AsyncSession, entries: Sequence[ProfileEntry]) -> list[ProfileEntry]:
    """The profiles with the names of their billing items, in bases too, as these are spelled: `mileage` → `Mileage`."""
    lines = [line for entry in entries for line in entry.lines or ()]
    names = {line.billing_item for line in lines} | {base for line in lines for base in line.base}
    spelled = await codes.spellings_of_items(session, names - {None})
    if not spelled:
        return list(entries)
    return [
        entry.model_copy(update={"lines": [spell(line, spelled) for line in entry.lines or ()]}) for entry in entries
    ]


async def end_profile(session: AsyncSession, profile_id: int, expected_revision: int, last_day: date | None) -> None:
    """Sets the last day on which a profile is in force; None means until further notice.

    Raises NotFound, VersionStale, RateTableFaulty or ProfilesOverlap.
    """
    found = await read_profile(session, profile_id)
    await change_profile(session, profile_id, expected_revision, _entry_of(found, {"effective_to": last_day}))


async def copy_profile(session: AsyncSession, profile_id: int, changes: Mapping[str, Any]) -> int:
    """Saves a profile with another key or other dates, and returns the id of the copy.

    `changes` are key values, `effective_from`, `effective_to` and `source`; the rest is copied.
    Raises NotFound, RateTableFaulty or ProfilesOverlap.
    """
    found = await read_profile(session, profile_id)
    return await enter_profile(session, _entry_of(found, changes))


def _entry_of(profile: BillingProfile, changes: Mapping[str, Any]) -> ProfileEntry:
    """A saved profile as an entry, with these changes."""
    head = {**parts_of(profile, ProfileHead), **changes}
    return ProfileEntry.model_construct(
        **head, lines=[LineEntry.model_construct(**parts_of(line, LineEntry)) for line in profile.lines]
    )


async def _require_valid(session: AsyncSession, entry: ProfileEntry, *, replaces: BillingProfile | None = None) -> None:
    """Raises RateTableFaulty with every field that is wrong, or ProfilesOverlap for the dates.

    A profile can keep codes that were retired after it was saved.
    """
    known = await _usable(session, replaces)
    faults = [Fault(f"/{field}", message) for field, message in find_unknown_in_key(entry.key, known)]
    faults += [
        Fault(f"/lines/{index}/{field}", message) for index, field, message in find_faults_in_lines(entry.lines, known)
    ]
    overlaps = find_overlaps([entry], await rate_tables.load(session), replaces=replaces.id if replaces else None)
    faults += [Fault(f"/{field}", message) for _, field, message in overlaps if field == "effective_to"]
    if faults:
        raise RateTableFaulty(
            f"The profile cannot be saved: {'; '.join(f'{fault.pointer} {fault.detail}' for fault in faults[:3])}.",
            faults=[*faults, *(Fault(f"/{field}", words) for _, field, words in overlaps if field != "effective_to")],
        )
    if overlaps:
        raise _overlap([Fault(f"/{field}", message) for _, field, message in overlaps])


async def _usable(session: AsyncSession, replaces: BillingProfile | None) -> dict[str, set[str]]:
    """The codes that a profile can have, by table: those that are not retired, and those of the one it replaces."""
    known = await codes.known_codes(session)
    if replaces is not None:
        for name, value in vars(replaces.key).items():
            known[name].add(value)
        known["billing_item"].update(line.billing_item for line in replaces.lines)
        known["bill_type"].update(line.bill_type for line in replaces.lines if line.bill_type is not None)
        zone_rates = [zone_rate for line in replaces.lines for zone_rate in line.zones]
        sources = {source for line in replaces.lines for source in (line.quantity_source, line.times_source)}
        known["quantity"].update(own_sources(sources))
        known["zone"].update(zone for rate in zone_rates for zone in (rate.from_zone, rate.to_zone))
    return known


async def find_unknown(session: AsyncSession, read: PartlyRead) -> list[tuple[str, str]]:
    """The faults of a profile that is invalid in other fields, by JSON pointer; a change has the profile as facts.

    Its valid lines are checked as always, and its dates if they and the key are valid.
    """
    replaces = read.facts
    (entry,) = await _spelled(session, [read.value])
    known = await _usable(session, replaces)
    lines = entry.lines or ()
    invalid = {index for index in range(len(lines)) if not read.is_valid(f"/lines/{index}")}
    overlaps: list[tuple[int, str, str]] = []
    if all(read.is_valid(f"/{name}") for name in (*vars(entry.key), "effective_from", "effective_to")):
        overlaps = find_overlaps([entry], await rate_tables.load(session), replaces=replaces.id if replaces else None)
    return [
        *((f"/{field}", message) for field, message in find_unknown_in_key(entry.key, known)),
        *(
            (f"/lines/{index}/{field}", message)
            for index, field, message in find_faults_in_lines(lines, known, invalid)
        ),
        *((f"/{field}", message) for _, field, message in overlaps),
    ]


async def find_unknown_in_copy(session: AsyncSession, read: PartlyRead) -> list[tuple[str, str]]:
    """The faults of a copy that is invalid in other fields, by JSON pointer; its facts are the profile to copy."""
    sent = {name: getattr(read.value, name) for name in read.value.model_fields_set}
    return await find_unknown(session, PartlyRead(_entry_of(read.facts, sent), read.invalid))


def _lines_that_may_lack_others(file: TableFile[ProfileRow], headless: Sequence[tuple[ProfileEntry, Rows]]) -> set[int]:
    """The lines of a file whose profile may have more lines: those beside a row whose profile is not known.

    If rows of the file cannot be read at all, that is every line.
    """
    lines = [row.line for row in file.in_order]
    if file.lost:
        return set(lines)
    unplaced = {row.line for _, rows in headless for row in rows}
    return {
        line for place in range(len(lines)) if lines[place] in unplaced for line in lines[max(place - 1, 0) : place + 2]
    }


def _alone(row: Numbered[ProfileRow], line: LineEntry, known: Known) -> Sequence[FieldFault]:
    """The faults of one line that do not depend on others; of an invalid one, its unknown names."""
    return find_unknown_in_line(line, known) if row.faulty else find_faults_in_line(line, known)


def _overlap(faults: Sequence[Fault]) -> ProfilesOverlap:
    return ProfilesOverlap(
        "The profile cannot be saved: another profile with the same key is in force at the same time.", faults=faults
    )


async def import_profiles(
    session: AsyncSession,
    file: TableFile[ProfileRow],
    entries: Sequence[tuple[ProfileEntry, Rows]],
    headless: Sequence[tuple[ProfileEntry, Rows]],
) -> Outcome:
    """Adds all billing profiles, or none.

    Each entry comes with the rows of its lines; those in `headless` have no valid key and dates. Raises ImportRefused
    for unknown codes, lines with errors, and profiles with the same key that are in force at the same time.
    """
    await billing_profiles.wait_for_turn(session)
    entries, headless = [
        [*zip(await _spelled(session, [entry for entry, _ in some]), [rows for _, rows in some], strict=True)]
        for some in (entries, headless)
    ]
    known = await codes.known_codes(session)
    faults: list[tuple[Numbered[ProfileRow], str, str]] = []
    incomplete = _lines_that_may_lack_others(file, headless)
    for entry, rows in (*entries, *headless):
        faults += [(rows[0], *fault) for fault in find_unknown_in_key(entry.key, known)]
        invalid = {index for index, row in enumerate(rows) if row.faulty}
        if incomplete.isdisjoint(row.line for row in rows):
            found = find_faults_in_lines(entry.lines, known, invalid)
        else:
            # A base may name a line that is missing here.
            found = [
                (index, *fault)
                for index in range(len(rows))
                for fault in _alone(rows[index], entry.lines[index], known)
            ]
        faults += [(rows[index], column, detail) for index, column, detail in found]
    for index, column, detail in find_overlaps([entry for entry, _ in entries], await rate_tables.load(session)):
        faults.append((entries[index][1][0], column, detail))
    file.refuse(faults)
    ids = await billing_profiles.insert_profiles(session, [entry for entry, _ in entries])
    await history.note(session, _KIND, [Noted(history.key_of(profile_id), "imported") for profile_id in ids])
    outcome = Outcome()
    for entry, rows in entries:
        shown = shown_key(astuple(entry.key))
        outcome.create(rows[0].line, shown, entry, field_names(ProfileHead))
    return outcome
