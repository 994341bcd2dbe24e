"""Owns the coverage check: which open orders no rate table covers."""

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
    """Open orders with the same key values, ZIP and service date: how many there are, and the number of one of them."""

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
    """A combination of the five key values that open orders use and no profile covers.

    If the region is missing or ambiguous, `served_zip` is given instead.
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
    """How many orders are open, how many combinations of key values they use, and how many of them cannot be rated."""

    orders: int
    combinations: int
    waiting: int
    gaps: Sequence[Gap]


def check_coverage(open_keys: Iterable[OpenKey], table: RateTable) -> Coverage:
    """Finds every combination of key values that open orders use and no profile covers, most orders first.

    Example: 7 orders of one customer type, job type and region in SAT have priority SPECIAL, but only STANDARD has
    rates. They are one gap with 7 orders. Source: rating, section 3.9.
    """
    gaps: dict[tuple[object, ...], Gap] = {}
    combinations: set[tuple[object, ...]] = set()
    orders = 0
    for key in open_keys:
        orders += key.orders
        gap = _gap_of(key, table)
        place = (gap.reason, gap.region, gap.served_zip) if gap else ("", _region(key, table), None)
        combination = (key.branch, key.customer_type, key.priority, key.job_type, *place)
        combinations.add((*combination[:4], *place[1:]))
        if gap is not None:
            known = gaps.get(combination)
            gaps[combination] = gap if known is None else _merge(known, gap)
    ordered = sorted(gaps.values(), key=lambda gap: (-gap.orders, gap.branch, gap.example))
    return Coverage(orders, len(combinations), sum(gap.orders for gap in ordered), ordered)


def _region(open_key: OpenKey, table: RateTable) -> str:
    subject = f"work order {open_key.example}"
    region, _ = find_region(open_key.region, open_key.served_zip, open_key.branch, subject, table)
    return region


def _gap_of(open_key: OpenKey, table: RateTable) -> Gap | None:
    customer_type = open_key.customer_type or UNKNOWN_TYPE
    region: str | None = None
    nearest: Sequence[NearProfile] = ()
    try:
        region = _region(open_key, table)
    except RegionRequired:
        reason: GapReason = "REGION_REQUIRED"
    except RegionAmbiguous:
        reason = "REGION_AMBIGUOUS"
    else:
        key = Key(open_key.branch, customer_type, open_key.priority, open_key.job_type, region)
        if find_profile(key, open_key.service_on, table) is not None:
            return None
        reason, nearest = "NO_PROFILE", nearest_profiles(key, open_key.service_on, table)
    return Gap(
        reason=reason,
        branch=open_key.branch,
        customer_type=customer_type,
        priority=open_key.priority,
        job_type=open_key.job_type,
        region=region,
        served_zip=open_key.served_zip if region is None else None,
        service_from=open_key.service_on,
        service_to=open_key.service_on,
        orders=open_key.orders,
        example=open_key.example,
        nearest=nearest,
    )


def _merge(gap: Gap, other: Gap) -> Gap:
    """Merges two gaps of the same combination on different dates."""
    return Gap(
        **{
            **vars(gap),
            "service_from": min(gap.service_from, other.service_from),
            "service_to": max(gap.service_to, other.service_to),
            "orders": gap.orders + other.orders,
            "example": min(gap.example, other.example),
        }
    )
