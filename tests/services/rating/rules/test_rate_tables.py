"""How the region and the profile of an order are found, and what a refusal says."""

from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rating.errors import NoProfile, RegionAmbiguous, RegionRequired
from services.rating.records.billing_profiles import Key, LineEntry, ProfileEntry
from services.rating.rules.billing_profiles import find_faults_in_line, find_overlaps
from services.rating.rules.matching import match_profile, region_of
from services.rating.rules.rate_tables import (
    BillingProfile,
    RateChanges,
    RateTable,
    change_rate_table,
    index_rate_table,
)
from tests.fixtures.rate_tables import entry_of, order, profile_of

KEY = Key("SAT", "LAW", "STANDARD", "CITATION", "BEXAR")


def profile(number: int, begin: str, end: str | None = None, key: Key = KEY) -> BillingProfile:
    return profile_of(number, key, begin, end)


TABLE = index_rate_table(
    [
        profile(1, "2020-01-01", "2023-12-31"),
        profile(2, "2024-01-01"),
        profile(3, "2020-01-01", key=replace(KEY, priority="RUSH")),
    ],
    [("BEXAR", "78205"), ("BEXAR", "78201"), ("COMAL", "78201")],
)


@pytest.mark.parametrize(
    ("service_on", "number"), [("2020-01-01", 1), ("2023-12-31", 1), ("2024-01-01", 2), ("2031-07-01", 2)]
)
def test_the_profile_in_force_on_the_service_date_is_used(service_on: str, number: int) -> None:
    assert match_profile(order(service_on=date.fromisoformat(service_on)), "BEXAR", TABLE).id == number


def test_before_the_first_profile_the_nearest_one_differs_in_its_dates() -> None:
    with pytest.raises(NoProfile) as refused:
        match_profile(order(service_on=date(2019, 12, 31)), "BEXAR", TABLE)
    members: dict[str, Any] = refused.value.members
    assert members["nearest"][0] == {
        "profile_id": 1,
        "key": asdict(KEY),
        "differs": ("effective dates",),
    }


@pytest.mark.parametrize("name", ["customer_type", "priority", "job_type"])
def test_a_profile_must_match_every_key_value(name: str) -> None:
    with pytest.raises(NoProfile) as refused:
        match_profile(order(**{name: "OTHER"}), "BEXAR", TABLE)
    members: dict[str, Any] = refused.value.members
    assert name in members["nearest"][0]["differs"]


def test_a_customer_that_receivables_has_not_reported_has_no_type_and_no_profile() -> None:
    with pytest.raises(NoProfile, match="unknown"):
        match_profile(order(customer_type=None), "BEXAR", TABLE)


def test_the_orders_own_region_takes_precedence() -> None:
    assert region_of(order(region="COMAL", served_zip="78205"), TABLE) == ("COMAL", "order")


@pytest.mark.parametrize("zip_code", ["78205", "78205-0001"])
def test_the_region_that_contains_the_served_zip_is_the_default(zip_code: str) -> None:
    assert region_of(order(served_zip=zip_code), TABLE) == ("BEXAR", "zip")


def test_a_zip_in_two_regions_is_refused_with_both_named() -> None:
    with pytest.raises(RegionAmbiguous) as refused:
        region_of(order(served_zip="78201"), TABLE)
    assert refused.value.members == {"zip": "78201", "candidates": ["BEXAR", "COMAL"]}


@pytest.mark.parametrize("zip_code", ["10007", None])
def test_without_a_region_the_candidates_of_the_branch_are_named(zip_code: str | None) -> None:
    with pytest.raises(RegionRequired) as refused:
        region_of(order(served_zip=zip_code), TABLE)
    assert refused.value.members["candidates"] == ["BEXAR"]


def entry(begin: str, end: str | None = None, key: Key = KEY) -> ProfileEntry:
    return entry_of(key, begin, end)


@pytest.mark.parametrize(
    ("begin", "end", "overlaps"),
    [
        ("2019-01-01", "2019-12-31", False),
        ("2019-01-01", "2020-01-01", True),
        ("2023-12-31", "2023-12-31", True),
        ("2021-01-01", "2021-12-31", True),
        ("2019-01-01", None, True),
        ("2030-01-01", None, True),
        ("2022-05-01", "2022-04-30", True),
    ],
)
def test_profiles_with_one_key_can_follow_one_another_but_not_overlap(
    begin: str, end: str | None, overlaps: bool
) -> None:
    assert bool(find_overlaps([entry(begin, end)], TABLE)) == overlaps


def test_profiles_in_one_file_are_checked_against_each_other() -> None:
    other = replace(KEY, region="COMAL")
    faults = find_overlaps([entry("2020-01-01", "2020-06-30", other), entry("2020-06-30", None, other)], TABLE)
    assert [index for index, *_ in faults] == [1]


KNOWN = {"billing_item": {"Mileage"}, "bill_type": {"RUSH"}, "quantity": {"COPIES"}}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"billing_item": "Milage"}, "billing_item"),
        ({"mode": "triggered"}, "bill_type"),
        ({"bill_type": "RUSH"}, "bill_type"),
        ({"mode": "triggered", "bill_type": "SOON"}, "bill_type"),
        ({"rate": Decimal(-1)}, "rate"),
        ({"included_units": Decimal(-1)}, "included_units"),
        ({"method": "flat"}, "method"),
        ({"quantity_source": "leagues"}, "quantity_source"),
        ({}, None),
    ],
)
def test_an_invalid_line_names_its_field(facts: dict[str, Any], field: str | None) -> None:
    good = {
        "billing_item": "Mileage",
        "method": "per_unit",
        "rate": Decimal(1),
        "quantity_source": "miles",
    }
    faults = find_faults_in_line(LineEntry.model_validate({**good, **facts}), KNOWN)
    assert [name for name, _ in faults] == ([] if field is None else [field])


# Each profile id has a year of its own, so that no two of them overlap whatever their keys are.
_KEYS = st.builds(
    Key,
    st.sampled_from(["SAT", "DAL"]),
    st.sampled_from(["LAW", "ANY"]),
    st.sampled_from(["RUSH", "ANY"]),
    st.just("CITATION"),
    st.sampled_from(["BEXAR", "COMAL", "ANY"]),
)
_ZIPS = st.sampled_from(["78201", "78202", "78203"])


@given(
    before=st.dictionaries(st.integers(1, 9), _KEYS),
    changed=st.dictionaries(st.integers(1, 9), st.none() | _KEYS),
    regions=st.dictionaries(_ZIPS, st.sets(st.sampled_from(["BEXAR", "COMAL"]))),
    changed_regions=st.dictionaries(_ZIPS, st.sets(st.sampled_from(["BEXAR", "COMAL"]))),
    zones=st.dictionaries(_ZIPS, st.sampled_from(["A", "B"])),
    changed_zones=st.dictionaries(_ZIPS, st.none() | st.sampled_from(["A", "B"])),
)
def test_a_changed_rate_table_is_the_one_that_would_be_loaded_from_scratch(
    before: dict[int, Key],
    changed: dict[int, Key | None],
    regions: dict[str, set[str]],
    changed_regions: dict[str, set[str]],
    zones: dict[str, str],
    changed_zones: dict[str, str | None],
) -> None:
    def made(number: int, key: Key) -> BillingProfile:
        return profile(number, f"20{number:02}-01-01", f"20{number:02}-12-31", key)

    def table(keys: dict[int, Key | None], of_zips: dict[str, set[str]], zone_of: dict[str, str | None]) -> RateTable:
        return index_rate_table(
            [made(number, key) for number, key in sorted(keys.items()) if key is not None],
            [(region, zip_code) for zip_code, several in of_zips.items() for region in several],
            [(zone, zip_code) for zip_code, zone in zone_of.items() if zone is not None],
        )

    old = table({**before}, regions, {**zones})
    changes = RateChanges(
        {number: None if key is None else made(number, key) for number, key in changed.items()},
        {zip_code: tuple(sorted(several)) for zip_code, several in changed_regions.items()},
        changed_zones,
    )
    assert change_rate_table(old, changes) == table(
        {**before, **changed}, {**regions, **changed_regions}, {**zones, **changed_zones}
    )
