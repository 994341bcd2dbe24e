"""Owns the coverage check: what open orders ask of the rate tables and do not find."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.rating.errors import RegionAmbiguous, RegionRequired
from services.rating.records.billing_profiles import Key
from services.rating.rules.matching import UNKNOWN_TYPE, NearProfile, find_profile, find_region, nearest_profiles
from services.rating.rules.rate_tables import RateTable

GapReason = Literal["NO_PROFILE", "REGION_REQUIRED", "REGION_AMBIGUOUS"]


@dataclass(frozen=True)
class OpenKey:
    """Open orders that ask for the same: how many wait, and the number of one of them."""

    branch: str
    customer_type: str | None
    priority: str
    job_type: str
    region: str | None
    served_zip: str | None
    service_on: date
    orders: int
    example: str


@dataclass(frozen=True)
class Gap:
    """A combination of the five keys that open orders use and no profile covers.

    Where the region is what is missing, `served_zip` names the ZIP in its place.
    """

    reason: GapReason
    branch: str
    customer_type: str
    priority: str
    job_type: str
    region: str | None
    served_zip: str | None
    service_from: date
    service_to: date
    orders: int
    example: Annotated[str, Field(description="The number of one of the orders.")]
    nearest: Sequence[NearProfile]


@dataclass(frozen=True)
class Coverage:
    """`orders` are open and use `combinations` of the five keys; `waiting` of them cannot be rated, for the gaps named."""

    orders: int
    combinations: int
    waiting: int
    gaps: Sequence[Gap]


def check_coverage(open_keys: Iterable[OpenKey], table: RateTable) -> Coverage:
    """Every combination of the five keys used by open orders that has no profile, those with most orders first.

    Source: rating, section 3.9. Example: 7 orders of priority SPECIAL in SAT, where only STANDARD has rates, are one gap
    of 7 waiting orders for each customer type, job type and region.
    """
    gaps: dict[tuple[object, ...], Gap] = {}
    combinations: set[tuple[object, ...]] = set()
    orders = 0
    for one in open_keys:
        orders += one.orders
        gap = _gap_of(one, table)
        place = (gap.reason, gap.region, gap.served_zip) if gap else ("", _region(one, table), None)
        combination = (one.branch, one.customer_type, one.priority, one.job_type, *place)
        combinations.add((*combination[:4], *place[1:]))
        if gap is not None:
            known = gaps.get(combination)
            gaps[combination] = gap if known is None else _together(known, gap)
    ordered = sorted(gaps.values(), key=lambda gap: (-gap.orders, gap.branch, gap.example))
    return Coverage(orders, len(combinations), sum(gap.orders for gap in ordered), ordered)


def _region(one: OpenKey, table: RateTable) -> str:
    return find_region(one.region, one.served_zip, one.branch, f"work order {one.example}", table)[0]


def _gap_of(one: OpenKey, table: RateTable) -> Gap | None:
    customer_type = one.customer_type or UNKNOWN_TYPE
    region: str | None = None
    nearest: Sequence[NearProfile] = ()
    try:
        region = _region(one, table)
    except RegionRequired:
        reason: GapReason = "REGION_REQUIRED"
    except RegionAmbiguous:
        reason = "REGION_AMBIGUOUS"
    else:
        key = Key(one.branch, customer_type, one.priority, one.job_type, region)
        if find_profile(key, one.service_on, table) is not None:
            return None
        reason, nearest = "NO_PROFILE", nearest_profiles(key, one.service_on, table)
    return Gap(
        reason=reason,
        branch=one.branch,
        customer_type=customer_type,
        priority=one.priority,
        job_type=one.job_type,
        region=region,
        served_zip=one.served_zip if region is None else None,
        service_from=one.service_on,
        service_to=one.service_on,
        orders=one.orders,
        example=one.example,
        nearest=nearest,
    )


def _together(one: Gap, other: Gap) -> Gap:
    """Two gaps of the same combination on different dates."""
    return Gap(
        **{
            **vars(one),
            "service_from": min(one.service_from, other.service_from),
            "service_to": max(one.service_to, other.service_to),
            "orders": one.orders + other.orders,
            "example": min(one.example, other.example),
        }
    )
