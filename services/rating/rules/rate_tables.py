"""Owns finding the billing profile of an order: the region, the five keys, the date, and the nearest misses."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from heapq import nsmallest
from typing import NamedTuple

from services.rating.errors import NoProfile, RegionAmbiguous, RegionRequired
from services.rating.rules.orders import WorkOrder

_NEAREST = 3


class Key(NamedTuple):
    """The five values that choose a profile, in the field's order."""

    branch: str
    customer_type: str
    priority: str
    job_type: str
    region: str


@dataclass(frozen=True)
class ProfileLine:
    """One line of a rate table. `rate` is the price of one unit, `included_units` are free of charge."""

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


@dataclass(frozen=True)
class BillingProfile:
    """The rate table of one key, in force from `effective_from` to `effective_to`, both included."""

    id: int
    key: Key
    effective_from: date
    effective_to: date | None
    source: str
    lines: tuple[ProfileLine, ...]

    def in_force(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


@dataclass(frozen=True)
class RateTable:
    """All profiles and regions, indexed for look-up."""

    profiles: Mapping[Key, tuple[BillingProfile, ...]]
    regions_of_zip: Mapping[str, tuple[str, ...]]
    by_branch: Mapping[str, tuple[BillingProfile, ...]] = field(repr=False)


def index_rate_table(profiles: Iterable[BillingProfile], region_zips: Iterable[tuple[str, str]]) -> RateTable:
    """Builds the index; `region_zips` are pairs of region and ZIP."""
    by_key: dict[Key, list[BillingProfile]] = defaultdict(list)
    by_branch: dict[str, list[BillingProfile]] = defaultdict(list)
    for profile in profiles:
        by_key[profile.key].append(profile)
        by_branch[profile.key.branch].append(profile)
    zips: dict[str, list[str]] = defaultdict(list)
    for region, zip_code in region_zips:
        zips[zip_code].append(region)
    return RateTable(
        {key: tuple(several) for key, several in by_key.items()},
        {zip_code: tuple(sorted(regions)) for zip_code, regions in zips.items()},
        {branch: tuple(several) for branch, several in by_branch.items()},
    )


def region_of(order: WorkOrder, table: RateTable) -> tuple[str, str]:
    """The billing region of an order and where it comes from: `order` or `zip`.

    The order's own region if set, else the one that holds the served ZIP (its first five digits); none is
    `REGION_REQUIRED`, several are `REGION_AMBIGUOUS`. Source: rating, section 3.1.
    """
    if order.region is not None:
        return order.region, "order"
    zip_code = (order.served_zip or "")[:5]
    regions = table.regions_of_zip.get(zip_code, ())
    if len(regions) == 1:
        return regions[0], "zip"
    if regions:
        raise RegionAmbiguous(
            f"ZIP {zip_code} of work order {order.number} lies in {' and '.join(regions)}: set the order's region.",
            members={"zip": zip_code, "candidates": list(regions)},
        )
    candidates = sorted({profile.key.region for profile in table.by_branch.get(order.branch, ())})
    raise RegionRequired(
        f"No billing region holds ZIP {zip_code or '(none)'} of work order {order.number}; branch {order.branch} has "
        f"rates for {', '.join(candidates) or 'no region'}.",
        members={"zip": zip_code, "candidates": candidates},
    )


def match_profile(order: WorkOrder, region: str, table: RateTable) -> BillingProfile:
    """The profile for all five keys that is in force on the service date; none is `NO_PROFILE`.

    The customer type is the ordering customer's, even when the bill-to is another. Source: rating, section 3.1-3.3.
    """
    key = Key(order.branch, order.customer_type or "(unknown)", order.priority, order.job_type, region)
    for profile in table.profiles.get(key, ()):
        if profile.in_force(order.service_on):
            return profile
    nearest = nearest_profiles(key, order.service_on, table)
    shown = "; ".join(f"profile {one.profile_id} differs in {', '.join(one.differs)}" for one in nearest)
    raise NoProfile(
        f"No billing profile fits {describe(key)} on {order.service_on}. Nearest: {shown or 'none in this branch'}.",
        members={
            "key": key._asdict(),
            "service_on": order.service_on.isoformat(),
            "nearest": [{**asdict(one), "key": one.key._asdict()} for one in nearest],
        },
    )


def describe(key: Key) -> str:
    """The key for people: `SAT / LAW / RUSH / CITATION / BEXAR`."""
    return " / ".join(key)


@dataclass(frozen=True)
class NearProfile:
    """A profile that nearly fits, and the names of the values that differ."""

    profile_id: int
    key: Key
    differs: tuple[str, ...]


def nearest_profiles(key: Key, on: date, table: RateTable) -> list[NearProfile]:
    """The profiles of the branch that differ from `key` in the fewest values; dates out of force count as one."""
    near = []
    for profile in table.by_branch.get(key.branch, ()):
        differs = [name for name, mine, its in zip(Key._fields, key, profile.key, strict=True) if mine != its]
        if not profile.in_force(on):
            differs.append("effective dates")
        near.append(NearProfile(profile.id, profile.key, tuple(differs)))
    return nsmallest(_NEAREST, near, key=lambda one: (len(one.differs), one.profile_id))
