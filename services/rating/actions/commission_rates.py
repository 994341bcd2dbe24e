"""Servers' commission rates: entered, changed, imported as whole files, listed."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.errors import CommissionRateFaulty, CommissionRatesOverlap
from services.rating.rules.commission_rates import CommissionRate, RateEntry, faults_in_rate, overlapping_rates
from services.rating.store import codes, commission_rates
from shared.errors import Fault, NotFound
from shared.files.csv import Numbered, refuse_import
from shared.values.versions import require_version


async def list_rates(session: AsyncSession, server: str | None, on: date | None) -> list[CommissionRate]:
    return await commission_rates.list_rates(session, None if server is None else [server], on)


async def read_rate(session: AsyncSession, rate_id: int) -> CommissionRate:
    """One rate; raises NotFound."""
    found = await commission_rates.find_rate(session, rate_id)
    if found is None:
        raise NotFound(f"There is no commission rate {rate_id}.")
    return found


async def enter_rate(session: AsyncSession, entry: RateEntry) -> int:
    """Adds a rate and returns its id; raises CommissionRateFaulty, CommissionRatesOverlap."""
    await commission_rates.hold_servers(session, [entry.server])
    await _require_good(session, entry)
    (rate_id,) = await commission_rates.insert_rates(session, [entry])
    return rate_id


async def change_rate(session: AsyncSession, rate_id: int, expected_revision: int, entry: RateEntry) -> None:
    """Gives a rate another percentage or other dates; what was earned already stays.

    Raises NotFound, VersionStale, CommissionRateFaulty, CommissionRatesOverlap.
    """
    await commission_rates.hold_servers(session, [(await read_rate(session, rate_id)).server])
    found = await read_rate(session, rate_id)
    require_version(found.revision, expected_revision, f"Commission rate {rate_id}")
    await _require_good(session, entry, replaces=found)
    await commission_rates.update_rate(session, rate_id, entry)


async def import_rates(session: AsyncSession, rows: Sequence[Numbered[RateEntry]]) -> int:
    """Adds rates, all or none; returns their number. Raises ImportRefused that names every faulty row."""
    servers = (await codes.known_codes(session))["server"]
    entries = [one.row for one in rows]
    faults = [one.fault(field, words) for one in rows for field, words in faults_in_rate(one.row, servers)]
    concerned = sorted({one.server for one in entries})
    await commission_rates.hold_servers(session, concerned)
    saved = await commission_rates.list_rates(session, concerned)
    faults += [rows[index].fault("effective_from", words) for index, words in overlapping_rates(entries, saved)]
    refuse_import(faults)
    await commission_rates.insert_rates(session, entries)
    return len(entries)


async def _require_good(session: AsyncSession, entry: RateEntry, *, replaces: CommissionRate | None = None) -> None:
    """A rate keeps its server; one of a server who was retired since then may still be changed."""
    known = (await codes.known_codes(session))["server"] if replaces is None else {replaces.server}
    faults = [Fault(f"/{field}", words) for field, words in faults_in_rate(entry, known)]
    if faults:
        raise CommissionRateFaulty(
            f"This commission rate cannot be saved: {'; '.join(one.detail for one in faults)}.", faults=faults
        )
    saved = await commission_rates.list_rates(session, [entry.server])
    overlaps = overlapping_rates([entry], saved, replaces=None if replaces is None else replaces.id)
    if overlaps:
        raise _overlap(overlaps[0][1])


def _overlap(words: str) -> CommissionRatesOverlap:
    return CommissionRatesOverlap(
        f"Two commission rates of a server cannot be in force at once: {words}.",
        faults=[Fault("/effective_from", words)],
    )
