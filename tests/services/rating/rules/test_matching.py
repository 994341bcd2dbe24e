"""Profiles with ANY: the most specific one wins. Customer type counts most, then job type, region and priority."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rating.errors import NoProfile
from services.rating.records.billing_profiles import Key
from services.rating.rules.billing_profiles import find_overlaps
from services.rating.rules.matching import find_profile, match_profile, nearest_profiles
from services.rating.rules.rate_tables import ANY, BillingProfile, RateTable, index_rate_table
from tests.fixtures.rate_tables import entry_of, order
from tests.fixtures.rate_tables import profile_of as profile

WEIGHT = ("customer_type", "job_type", "region", "priority")
FULL = Key("SAT", "LAW", "STANDARD", "CITATION", "BEXAR")
DAY = date(2026, 11, 2)


def with_any(*names: str) -> Key:
    return replace(FULL, **dict.fromkeys(names, ANY))


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ((), ("priority",)),
        (("priority",), ("region",)),
        (("region", "priority"), ("job_type",)),
        (("job_type", "region", "priority"), ("customer_type",)),
        (("job_type",), ("customer_type",)),
        (WEIGHT[1:], WEIGHT),
    ],
)
def test_the_more_important_value_takes_precedence(better: tuple[str, ...], worse: tuple[str, ...]) -> None:
    table = index_rate_table([profile(1, with_any(*worse)), profile(2, with_any(*better))], [])
    assert match_profile(order(), "BEXAR", table).id == 2


def test_if_a_specific_profile_has_expired_a_general_one_is_used() -> None:
    table = index_rate_table([profile(1, FULL, end="2025-12-31"), profile(2, with_any(*WEIGHT))], [])
    assert match_profile(order(), "BEXAR", table).id == 2
    assert match_profile(order(service_on=date(2025, 12, 31)), "BEXAR", table).id == 1


def test_the_branch_must_always_match() -> None:
    table = index_rate_table([profile(1, replace(with_any(*WEIGHT), branch="LAX"))], [])
    with pytest.raises(NoProfile) as refused:
        match_profile(order(), "BEXAR", table)
    assert refused.value.members["nearest"] == []


def test_any_is_not_a_difference_among_the_nearest_profiles() -> None:
    table = index_rate_table([profile(1, replace(with_any("region"), priority="RUSH"))], [])
    (near,) = nearest_profiles(FULL, DAY, table)
    assert near.differs == ("priority",)


def test_the_nearest_profiles_have_the_fewest_differences_including_dates() -> None:
    profiles = [
        profile(1, replace(FULL, priority="RUSH", region="COMAL")),
        profile(2, FULL, end="2021-12-31"),
        profile(3, replace(FULL, priority="RUSH"), end="2021-12-31"),
        profile(4, replace(FULL, priority="RUSH")),
        profile(5, replace(FULL, priority="RUSH", region="COMAL", job_type="WRIT")),
    ]
    table = index_rate_table(profiles, [])
    own_key = replace(FULL, customer_type="LAW")
    for _ in range(2):
        assert [near.profile_id for near in nearest_profiles(own_key, DAY, table)] == [2, 4, 1]
        assert [near.profile_id for near in nearest_profiles(own_key, date(2021, 5, 1), table)] == [2, 3, 4]


def test_two_equally_specific_profiles_cannot_be_saved_and_others_can() -> None:
    table = index_rate_table([profile(1, with_any("priority"))], [])
    again = entry_of(with_any("priority"), DAY.isoformat())
    other = entry_of(with_any("region"), DAY.isoformat())
    assert find_overlaps([again], table)
    assert not find_overlaps([other], table)
    assert not find_overlaps([again], table, replaces=1)


values = {name: st.sampled_from([ANY, "A", "B"]) for name in WEIGHT}
keys = st.builds(Key, branch=st.sampled_from(["SAT", "LAX"]), **values)
days = st.integers(0, 60).map(lambda offset: DAY + timedelta(days=offset))


@st.composite
def tables(draw: st.DrawFn) -> list[BillingProfile]:
    """Profiles; those with the same key follow one another in time."""
    made: list[BillingProfile] = []
    for key in draw(st.sets(keys, max_size=40)):
        begin, end = sorted([draw(days), draw(days)])
        made.append(profile(len(made) + 1, key, begin.isoformat(), end.isoformat()))
        if draw(st.booleans()):
            after = end + timedelta(days=1 + draw(st.integers(0, 5)))
            made.append(profile(len(made) + 1, key, after.isoformat()))
    return made


def scan(key: Key, on: date, profiles: list[BillingProfile]) -> BillingProfile | None:
    """The rule as it is written: of all profiles that match and are in force, the most specific one."""
    matching = [
        profile
        for profile in profiles
        if profile.in_force(on) and all(getattr(profile, name) in {value, ANY} for name, value in vars(key).items())
    ]
    return max(matching, key=lambda profile: [getattr(profile.key, name) != ANY for name in WEIGHT], default=None)


@given(tables(), st.randoms())
def test_the_index_finds_what_a_scan_finds(profiles: list[BillingProfile], chance: Random) -> None:
    shuffled = list(profiles)
    chance.shuffle(shuffled)
    table: RateTable = index_rate_table(shuffled, [])
    for branch, *parts in product(["SAT"], "AB", "AB", "AB", "ABC"):
        key = Key(branch, *parts)
        for offset in (0, 15, 30, 60):
            on = DAY + timedelta(days=offset)
            assert find_profile(key, on, table) is scan(key, on, profiles)
