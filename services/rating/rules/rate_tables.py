"""Owns rate tables: profiles with their lines, regions and zones of ZIP codes, and quantities, indexed for look-up."""

import hashlib
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple, TypeVar

from services.rating.records.billing_profiles import Key, LineEntry, ProfileHead
from services.rating.records.codes import BillKind
from services.rating.rules.quantities import NO_DEFINITIONS, Definitions, definitions_used, units_of
from shared.values.columns import Changed, Rate
from shared.values.numbers import plain

ValueT = TypeVar("ValueT")
ANY = "ANY"
"""Matches every value. A profile can have it as customer type, priority, job type or region, but not as branch."""

FEE_ADVANCES = "fee_advances"
CHARGES = "charges"
BASE_WORDS = (FEE_ADVANCES, CHARGES)
"""What the base of a `percent_of` or `multiplier` line can name besides billing items and lines.

`fee_advances` is all money laid out for the client, `charges` all charges that do not depend on other lines.
"""

DEPENDENT = frozenset({"percent_of", "multiplier"})
"""The pricing methods whose amounts depend on other lines."""

_ZIP_DIGITS = (5, 4, 3)


class ShownLine(LineEntry):
    """A line with its position, and with the account and the flags of its billing item."""

    position: int
    income_account: str
    taxable: bool
    fee_advance: bool


class ProfileLine(ShownLine):
    """A line as it is priced. `rate` is a price, for `percent_of` a percentage, for `multiplier` the factor."""

    rate: Rate
    bill_kind: BillKind | None
    print_zero: bool = False


class ShownProfile(Changed, ProfileHead):
    """A billing profile: its key, the dates in force, the source of its figures, and its lines."""

    id: int
    lines: Sequence[ShownLine]


class BillingProfile(ShownProfile):
    """A billing profile for pricing, in force from `effective_from` to `effective_to`, both included."""

    lines: Sequence[ProfileLine]

    def in_force(self, on: date) -> bool:
        """Whether the profile is in force on a date."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


class KeptProfile(BillingProfile):
    """A billing profile as it is stored. Its revision grows with each change."""

    revision: int


class Mask(NamedTuple):
    """Which of the four values a profile specifies, instead of `ANY`. The first ones take precedence."""

    customer_type: bool
    job_type: bool
    region: bool
    priority: bool


def mask_of(key: Key) -> Mask:
    """Which values the key specifies, instead of `ANY`."""
    return Mask(key.customer_type != ANY, key.job_type != ANY, key.region != ANY, key.priority != ANY)


@dataclass(frozen=True)
class Periods:
    """The profiles with one key, sorted by date. They never overlap."""

    begins: tuple[date, ...]
    profiles: tuple[BillingProfile, ...]

    def at(self, on: date) -> BillingProfile | None:
        """The profile that is in force on a date, or None."""
        place = bisect_right(self.begins, on)
        if place == 0:
            return None
        found = self.profiles[place - 1]
        return found if found.in_force(on) else None


@dataclass(frozen=True)
class Lookup:
    """The profiles that specify the same values. `pick` takes the values of these out of the key of an order."""

    mask: Mask
    pick: Callable[[Key], Hashable] = field(compare=False)
    periods: Mapping[Hashable, Periods]


def lookup_of(mask: Mask, by_key: Mapping[Key, Periods]) -> Lookup:
    """The look-up over the keys in `by_key`, which all have this mask."""
    pick: Callable[[Key], Hashable] = attrgetter("branch", *(name for name in Mask._fields if getattr(mask, name)))
    return Lookup(mask, pick, {pick(key): periods for key, periods in by_key.items()})


def periods_of(profiles: Iterable[BillingProfile]) -> Periods:
    """Sorts the profiles of one key by date."""
    ordered = tuple(sorted(profiles, key=lambda profile: profile.effective_from))
    return Periods(tuple(profile.effective_from for profile in ordered), ordered)


Candidates = Sequence[tuple[tuple[str, ...], BillingProfile]]
"""Profiles that almost match a key, each with the names of the values that differ."""


@dataclass(frozen=True)
class RateTable:
    """All profiles, regions, zones and quantities of the company at one point in time, indexed for look-up.

    `lookups` has one look-up for each mask that the profiles of a branch have, the most specific first. `remembered`
    caches the nearest profiles of keys without a profile, because a bulk rating needs the same ones many times;
    `digests` those of the rates, by profile id.
    """

    profiles: Mapping[Key, Periods]
    lookups: Mapping[str, tuple[Lookup, ...]] = field(repr=False)
    by_branch: Mapping[str, tuple[BillingProfile, ...]] = field(repr=False)
    regions_of_zip: Mapping[str, tuple[str, ...]] = field(repr=False)
    zone_of_zip: Mapping[str, str] = field(repr=False)
    quantities: Definitions = field(default_factory=dict, repr=False)
    remembered: dict[Key, Candidates] = field(default_factory=dict, repr=False, compare=False)
    digests: dict[int, str] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def units(self) -> Mapping[str, str]:
        """How invoices write the unit of each quantity that has one."""
        return units_of(self.quantities)


def index_rate_table(
    profiles: Iterable[BillingProfile],
    region_zips: Iterable[tuple[str, str]],
    zone_zips: Iterable[tuple[str, str]] = (),
    quantities: Definitions = NO_DEFINITIONS,
) -> RateTable:
    """Builds the index. `region_zips` are pairs of region and ZIP, `zone_zips` pairs of zone and ZIP or ZIP prefix."""
    by_key: dict[Key, list[BillingProfile]] = defaultdict(list)
    by_branch: dict[str, list[BillingProfile]] = defaultdict(list)
    for profile in profiles:
        by_key[profile.key].append(profile)
        by_branch[profile.key.branch].append(profile)
    regions: dict[str, list[str]] = defaultdict(list)
    for region, zip_code in region_zips:
        regions[zip_code].append(region)
    periods = {key: periods_of(several) for key, several in by_key.items()}
    return RateTable(
        profiles=periods,
        lookups={
            branch: _lookups({profile.key: periods[profile.key] for profile in several})
            for branch, several in by_branch.items()
        },
        by_branch={branch: tuple(several) for branch, several in by_branch.items()},
        regions_of_zip={zip_code: tuple(sorted(several)) for zip_code, several in regions.items()},
        zone_of_zip={zip_code: zone for zone, zip_code in zone_zips},
        quantities=quantities,
    )


@dataclass(frozen=True)
class RateChanges:
    """What changed since a rate table was loaded: profiles by id, and the regions and the zone of ZIPs, as they are now.

    A profile is None if it does not exist any more, and so is the zone of a ZIP without one. `quantities` are all of the
    company, or None if none of them changed.
    """

    profiles: Mapping[int, BillingProfile | None]
    regions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zones: Mapping[str, str | None] = field(default_factory=dict)
    quantities: Definitions | None = None


def change_rate_table(table: RateTable, changes: RateChanges) -> RateTable:
    """The rate table after these changes, as `index_rate_table` would build it. What did not change is not built again."""
    changed = changes.profiles
    profiles, by_branch, lookups = dict(table.profiles), dict(table.by_branch), dict(table.lookups)
    new_by_key: dict[Key, list[BillingProfile]] = defaultdict(list)
    for profile in changed.values():
        if profile is not None:
            new_by_key[profile.key].append(profile)
    # A changed profile may have had another key, even in another branch.
    old = [profile for several in by_branch.values() for profile in several if profile.id in changed]
    keys_by_branch: dict[str, set[Key]] = defaultdict(set)
    for key in {*new_by_key, *(profile.key for profile in old)}:
        keys_by_branch[key.branch].add(key)
        left = profiles.pop(key).profiles if key in profiles else ()
        periods = periods_of([*(profile for profile in left if profile.id not in changed), *new_by_key.get(key, ())])
        if periods.profiles:
            profiles[key] = periods
    for branch, keys in keys_by_branch.items():
        kept = [profile for profile in by_branch.pop(branch, ()) if profile.id not in changed]
        several = sorted([*kept, *(new for key in keys for new in new_by_key.get(key, ()))], key=attrgetter("id"))
        if several:
            by_branch[branch] = tuple(several)
        found = _change_lookups(lookups.pop(branch, ()), keys, profiles)
        if found:
            lookups[branch] = found
    return RateTable(
        profiles=profiles,
        lookups=lookups,
        by_branch=by_branch,
        regions_of_zip=_with(
            table.regions_of_zip, {zip_code: several or None for zip_code, several in changes.regions.items()}
        ),
        zone_of_zip=_with(table.zone_of_zip, changes.zones),
        quantities=table.quantities if changes.quantities is None else changes.quantities,
        digests={
            profile_id: digest
            for profile_id, digest in table.digests.items()
            if profile_id not in changed and changes.quantities is None
        },
    )


def _with(known: Mapping[str, ValueT], changes: Mapping[str, ValueT | None]) -> dict[str, ValueT]:
    """The values with those that changed; None removes one."""
    left = {key: value for key, value in known.items() if key not in changes} if changes else known
    return {**left, **{key: value for key, value in changes.items() if value is not None}}


def _change_lookups(
    lookups: Sequence[Lookup], keys: Iterable[Key], profiles: Mapping[Key, Periods]
) -> tuple[Lookup, ...]:
    """The look-ups of one branch after the profiles of these keys changed, the most specific first."""
    by_mask = {lookup.mask: lookup for lookup in lookups}
    changed: dict[Mask, list[Key]] = defaultdict(list)
    for key in keys:
        changed[mask_of(key)].append(key)
    for mask, several in changed.items():
        before = by_mask.pop(mask, None)
        lookup = lookup_of(mask, {key: profiles[key] for key in several if key in profiles})
        gone = {lookup.pick(key) for key in several}
        kept = {} if before is None else {at: periods for at, periods in before.periods.items() if at not in gone}
        if kept or lookup.periods:
            by_mask[mask] = Lookup(mask, lookup.pick, {**kept, **lookup.periods})
    return tuple(by_mask[mask] for mask in sorted(by_mask, reverse=True))


def _lookups(periods: Mapping[Key, Periods]) -> tuple[Lookup, ...]:
    """The look-ups of one branch, the most specific first."""
    by_mask: dict[Mask, dict[Key, Periods]] = defaultdict(dict)
    for key, several in periods.items():
        by_mask[mask_of(key)][key] = several
    return tuple(lookup_of(mask, by_mask[mask]) for mask in sorted(by_mask, reverse=True))


def digest_of_rates(profile: BillingProfile, table: RateTable | None = None) -> str:
    """A text that differs if any line of the profile has other rates, conditions, accounts or flags.

    It also differs if a quantity of the company that a line uses is derived in another way. Two profiles with the same
    lines have the same one, so a copy that continues a profile changes nothing.
    """
    known = None if table is None else table.digests.get(profile.id)
    if known is not None:
        return known
    lines = [line.model_dump(exclude_defaults=True) for line in profile.lines]
    words = json.dumps(lines, default=lambda value: plain(value) if isinstance(value, Decimal) else str(value))
    sources = [source for line in profile.lines for source in (line.quantity_source, line.times_source or "")]
    words += definitions_used(sources, NO_DEFINITIONS if table is None else table.quantities)
    found = hashlib.sha256(words.encode()).hexdigest()
    if table is not None:
        table.digests[profile.id] = found
    return found


def zone_of(zip_code: str, table: RateTable) -> str | None:
    """The zone that contains a ZIP, by its five digits, or else by its first four or three. None without a zone."""
    for digits in _ZIP_DIGITS:
        zone = table.zone_of_zip.get(zip_code[:digits])
        if zone is not None:
            return zone
    return None


def describe(key: Key) -> str:
    """The key for people: `SAT / LAW / RUSH / CITATION / BEXAR`."""
    return " / ".join(astuple(key))
