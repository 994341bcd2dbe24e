"""Owns how the billing profile of an order is found: by region, the five key values and the date."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from heapq import nsmallest
from typing import Literal

from services.rating.errors import NoProfile, RegionAmbiguous, RegionRequired
from services.rating.records.billing_profiles import Key
from services.rating.rules.rate_tables import ANY, BillingProfile, Candidates, RateTable, describe
from services.rating.rules.work_orders import WorkOrder
from shared.values.text import sentence_case

RegionSource = Literal["order", "zip"]
UNKNOWN_TYPE = "(unknown)"
"""The customer type of a customer that receivables has not reported yet."""

_NEAREST = 3
_MOST_REMEMBERED = 10_000


def region_of(order: WorkOrder, table: RateTable) -> tuple[str, RegionSource]:
    """The billing region of an order, and whether it comes from the `order` or its `zip`; see `find_region`."""
    return find_region(order.region, order.served_zip, order.branch, f"work order {order.number}", table)


def find_region(
    region: str | None, served_zip: str | None, branch: str, subject: str, table: RateTable
) -> tuple[str, RegionSource]:
    """The billing region, and whether it comes from the `order` or its `zip`. `subject` names the order in a refusal.

    The region of the order if it is set, or else the region that contains the first five digits of the served ZIP.
    Raises RegionRequired without such a region, and RegionAmbiguous if there are several. Source: rating, section 3.1.
    """
    if region is not None:
        return region, "order"
    zip_code = (served_zip or "")[:5]
    regions = table.regions_of_zip.get(zip_code, ())
    if len(regions) == 1:
        return regions[0], "zip"
    if regions:
        raise RegionAmbiguous(
            f"ZIP {zip_code} of {subject} is in billing regions {' and '.join(regions)}. Set the region of the order.",
            members={"zip": zip_code, "candidates": list(regions)},
        )
    candidates = sorted({profile.key.region for profile in table.by_branch.get(branch, ())} - {ANY})
    problem = (
        f"No billing region contains ZIP {zip_code} of {subject}. Set the region of the order, or add the ZIP to one."
        if zip_code
        else f"{sentence_case(subject)} has no region and no served ZIP. Set one of them."
    )
    raise RegionRequired(
        f"{problem} Branch {branch} has rates for {', '.join(candidates) or 'no region'}.",
        members={"zip": zip_code, "candidates": candidates},
    )


def key_of(order: WorkOrder, region: str) -> Key:
    """The five key values of an order. The customer type is that of the ordering customer, not of the bill-to."""
    return Key(order.branch, order.customer_type or UNKNOWN_TYPE, order.priority, order.job_type, region)


def find_profile(key: Key, on: date, table: RateTable) -> BillingProfile | None:
    """The most specific profile that matches `key` and is in force on the date, or None.

    A profile can have `ANY` as customer type, job type, region or priority. They count in this order: a profile with a
    customer type takes precedence over every profile without, even if that one has the other three. This is one look-up
    for each combination of `ANY` that the branch uses, never a scan. Source: rating, section 3.2.
    """
    for lookup in table.lookups.get(key.branch, ()):
        periods = lookup.periods.get(lookup.pick(key))
        if periods is not None:
            found = periods.at(on)
            if found is not None:
                return found
    return None


def match_profile(order: WorkOrder, region: str, table: RateTable) -> BillingProfile:
    """The profile that matches the five key values and is in force on the service date; raises NoProfile.

    Source: rating, section 3.1-3.3.
    """
    key = key_of(order, region)
    found = find_profile(key, order.service_on, table)
    if found is not None:
        return found
    nearest = nearest_profiles(key, order.service_on, table)
    shown = "; ".join(f"profile {near.profile_id} differs in {', '.join(near.differs)}" for near in nearest)
    raise NoProfile(
        f"No billing profile matches {describe(key)} on {order.service_on}. Nearest: {shown or 'none in this branch'}.",
        members={
            "key": asdict(key),
            "service_on": order.service_on.isoformat(),
            "nearest": [asdict(near) for near in nearest],
        },
    )


@dataclass(frozen=True)
class NearProfile:
    """A profile that almost matches, and the names of the values that differ."""

    profile_id: int
    key: Key
    differs: Sequence[str]


def find_nearest(order: WorkOrder, table: RateTable) -> Sequence[NearProfile]:
    """The profiles nearest to an order if none matches it by the rates as they now are."""
    try:
        region, _ = region_of(order, table)
    except (RegionRequired, RegionAmbiguous):
        return ()
    key = key_of(order, region)
    matched = find_profile(key, order.service_on, table) is not None
    return () if matched else nearest_profiles(key, order.service_on, table)


def nearest_profiles(key: Key, on: date, table: RateTable) -> tuple[NearProfile, ...]:
    """The three profiles of the branch that differ from `key` in the fewest values; other dates count as one value."""
    candidates = table.remembered.get(key)
    if candidates is None:
        if len(table.remembered) >= _MOST_REMEMBERED:
            table.remembered.clear()
        candidates = table.remembered[key] = _candidates(key, table)
    near = (
        NearProfile(profile.id, profile.key, differs if profile.in_force(on) else (*differs, "effective dates"))
        for differs, profile in candidates
    )
    return tuple(nsmallest(_NEAREST, near, key=lambda profile: (len(profile.differs), profile.profile_id)))


def _candidates(key: Key, table: RateTable) -> Candidates:
    """The profiles that can be among the nearest on any date, because the date adds at most one difference."""
    compared = [
        (
            tuple(name for name, value in vars(key).items() if getattr(profile, name) not in {value, ANY}),
            profile,
        )
        for profile in table.by_branch.get(key.branch, ())
    ]
    fewest = nsmallest(_NEAREST, (len(differs) for differs, _ in compared))
    return [(differs, profile) for differs, profile in compared if len(differs) <= fewest[-1] + 1]
