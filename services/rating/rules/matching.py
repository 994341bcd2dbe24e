"""Owns finding the billing profile of an order: the region, the five keys, the date, and the nearest misses."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from heapq import nsmallest
from typing import Literal

from services.rating.errors import NoProfile, RegionAmbiguous, RegionRequired
from services.rating.records.billing_profiles import Key
from services.rating.rules.rate_tables import ANY, BillingProfile, Candidates, RateTable, describe
from services.rating.rules.work_orders import WorkOrder

RegionSource = Literal["order", "zip"]
UNKNOWN_TYPE = "(unknown)"
"""Stands for the customer type of a customer that receivables has not announced."""

_NEAREST = 3
_MOST_REMEMBERED = 10_000


def region_of(order: WorkOrder, table: RateTable) -> tuple[str, RegionSource]:
    """The billing region of an order and where it comes from: `order` or `zip`; see `find_region`."""
    return find_region(order.region, order.served_zip, order.branch, f"work order {order.number}", table)


def find_region(
    region: str | None, served_zip: str | None, branch: str, subject: str, table: RateTable
) -> tuple[str, RegionSource]:
    """The billing region and where it comes from: `order` or `zip`; `subject` names what asks, for the refusal.

    The order's own region if set, else the one that holds the served ZIP (its first five digits); none is
    `REGION_REQUIRED`, several are `REGION_AMBIGUOUS`. Source: rating, section 3.1.
    """
    if region is not None:
        return region, "order"
    zip_code = (served_zip or "")[:5]
    regions = table.regions_of_zip.get(zip_code, ())
    if len(regions) == 1:
        return regions[0], "zip"
    if regions:
        raise RegionAmbiguous(
            f"ZIP {zip_code} of {subject} lies in {' and '.join(regions)}: set the order's region.",
            members={"zip": zip_code, "candidates": list(regions)},
        )
    candidates = sorted({profile.key.region for profile in table.by_branch.get(branch, ())} - {ANY})
    raise RegionRequired(
        f"No billing region holds ZIP {zip_code or '(none)'} of {subject}; branch {branch} has "
        f"rates for {', '.join(candidates) or 'no region'}.",
        members={"zip": zip_code, "candidates": candidates},
    )


def key_of(order: WorkOrder, region: str) -> Key:
    """The five values of an order. The customer type is the ordering customer's, even when the bill-to is another."""
    return Key(order.branch, order.customer_type or UNKNOWN_TYPE, order.priority, order.job_type, region)


def find_profile(key: Key, on: date, table: RateTable) -> BillingProfile | None:
    """The most specific profile that fits `key` and is in force on the date.

    A profile may hold `ANY` in customer type, job type, region and priority; they weigh in this order: a profile that
    says the customer type beats every one that leaves it open, whatever else that one says. One look-up for each
    combination that the branch uses, never a scan. Source: rating, section 3.2.
    """
    for lookup in table.lookups.get(key.branch, ()):
        periods = lookup.periods.get(lookup.pick(key))
        if periods is not None:
            found = periods.at(on)
            if found is not None:
                return found
    return None


def match_profile(order: WorkOrder, region: str, table: RateTable) -> BillingProfile:
    """The profile for all five keys that is in force on the service date; none is `NO_PROFILE`.

    Source: rating, section 3.1-3.3.
    """
    key = key_of(order, region)
    found = find_profile(key, order.service_on, table)
    if found is not None:
        return found
    nearest = nearest_profiles(key, order.service_on, table)
    shown = "; ".join(f"profile {one.profile_id} differs in {', '.join(one.differs)}" for one in nearest)
    raise NoProfile(
        f"No billing profile fits {describe(key)} on {order.service_on}. Nearest: {shown or 'none in this branch'}.",
        members={
            "key": asdict(key),
            "service_on": order.service_on.isoformat(),
            "nearest": [asdict(one) for one in nearest],
        },
    )


@dataclass(frozen=True)
class NearProfile:
    """A profile that nearly fits, and the names of the values that differ."""

    profile_id: int
    key: Key
    differs: Sequence[str]


def nearest_profiles(key: Key, on: date, table: RateTable) -> tuple[NearProfile, ...]:
    """The profiles of the branch that differ from `key` in the fewest values; dates out of force count as one."""
    candidates = table.remembered.get(key)
    if candidates is None:
        if len(table.remembered) >= _MOST_REMEMBERED:
            table.remembered.clear()
        candidates = table.remembered[key] = _candidates(key, table)
    near = (
        NearProfile(profile.id, profile.key, differs if profile.in_force(on) else (*differs, "effective dates"))
        for differs, profile in candidates
    )
    return tuple(nsmallest(_NEAREST, near, key=lambda one: (len(one.differs), one.profile_id)))


def _candidates(key: Key, table: RateTable) -> Candidates:
    """Every profile that can be among the nearest on some date: dates add at most one difference."""
    compared = [
        (
            tuple(name for name, mine in vars(key).items() if getattr(profile, name) not in {mine, ANY}),
            profile,
        )
        for profile in table.by_branch.get(key.branch, ())
    ]
    fewest = nsmallest(_NEAREST, (len(differs) for differs, _ in compared))
    return [one for one in compared if len(one[0]) <= fewest[-1] + 1]
