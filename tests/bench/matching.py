"""The speed of finding billing profiles by the index, compared with a plain scan that follows the rule literally."""

import random
import time
from collections.abc import Sequence
from dataclasses import astuple, replace
from datetime import date, timedelta

from services.rating.records.billing_profiles import Key
from services.rating.rules.matching import find_profile
from services.rating.rules.rate_tables import ANY, BillingProfile, index_rate_table
from tests.bench.figures import Comparison, Demand, Figure, Tell

ORDERS = 100_000
PROFILES = 5_000
SHARE_WITH_ANY = 0.30
SHARE_WITHOUT_MATCH = 0.05
SCANNED = 2_000
"""The number of orders for the scan, which would take minutes for all of them."""

_BEGIN = date(2026, 1, 1)
_WEIGHT = ("customer_type", "job_type", "region", "priority")
_VALUES = {
    "branch": [f"B{number}" for number in range(4)],
    "customer_type": [f"C{number}" for number in range(8)],
    "priority": [f"P{number}" for number in range(5)],
    "job_type": [f"J{number}" for number in range(12)],
    "region": [f"R{number}" for number in range(10)],
}


def make_profiles(chance: random.Random) -> list[BillingProfile]:
    """5,000 profiles with different keys, 30% of them with `ANY` in one to three values."""
    keys: set[Key] = set()
    with_any = int(PROFILES * SHARE_WITH_ANY)
    while len(keys) < PROFILES:
        key = Key(**{name: chance.choice(values) for name, values in _VALUES.items()})
        if len(keys) < with_any:
            key = replace(key, **dict.fromkeys(chance.sample(_WEIGHT, chance.randrange(1, 4)), ANY))
        keys.add(key)
    return [
        BillingProfile(id=number, effective_from=_BEGIN, lines=(), **vars(key))
        for number, key in enumerate(sorted(keys, key=astuple), start=1)
    ]


def make_orders(profiles: Sequence[BillingProfile], chance: random.Random) -> list[tuple[Key, date]]:
    """Keys and service dates; 5% of the keys are in no profile, the others are covered by some profile."""
    orders = []
    for _ in range(ORDERS):
        key = chance.choice(profiles).key
        filled = {name: chance.choice(_VALUES[name]) for name in _WEIGHT if getattr(key, name) == ANY}
        key = replace(key, **filled)
        on = _BEGIN + timedelta(days=chance.randrange(300))
        if chance.random() < SHARE_WITHOUT_MATCH:
            key = replace(key, **dict.fromkeys(_WEIGHT, "UNKNOWN"))
        orders.append((key, on))
    return orders


def scan(key: Key, on: date, profiles: Sequence[BillingProfile]) -> BillingProfile | None:
    """The most specific of all matching profiles that are in force, found by checking every one."""
    best: tuple[tuple[bool, ...], BillingProfile] | None = None
    for profile in profiles:
        if (
            profile.branch == key.branch
            and profile.customer_type in {key.customer_type, ANY}
            and profile.job_type in {key.job_type, ANY}
            and profile.region in {key.region, ANY}
            and profile.priority in {key.priority, ANY}
            and profile.in_force(on)
        ):
            weight = tuple(getattr(profile, name) != ANY for name in _WEIGHT)
            if best is None or weight > best[0]:
                best = (weight, profile)
    return None if best is None else best[1]


def run(tell: Tell) -> Comparison:
    """Finds the profiles of all orders by the index, and of a sample by the scan; both must agree."""
    tell(f"matching of {ORDERS:,} orders against {PROFILES:,} profiles")
    chance = random.Random(5)
    profiles = make_profiles(chance)
    orders = make_orders(profiles, chance)
    table = index_rate_table(profiles, [])
    began = time.perf_counter()
    found = [find_profile(key, on, table) for key, on in orders]
    by_index = ORDERS / (time.perf_counter() - began)
    began = time.perf_counter()
    scanned = [scan(key, on, profiles) for key, on in orders[:SCANNED]]
    by_scan = SCANNED / (time.perf_counter() - began)
    if found[:SCANNED] != scanned:
        raise AssertionError("the index and the scan find different profiles")
    return Comparison(
        "matching",
        "Matching",
        f"The billing profiles of {ORDERS:,} orders are found among {PROFILES:,}, of which "
        f"{sum(ANY in astuple(profile.key) for profile in profiles):,} have `ANY` somewhere; "
        f"{sum(profile is None for profile in found):,} orders match none. A plain scan of all profiles is timed on "
        f"{SCANNED:,} of the orders.",
        "orders/s",
        [Figure("Ratebook, by index", by_index), Figure("a plain scan", by_scan)],
        [Demand("times the scan", by_index / by_scan, 100, "at least")],
    )
