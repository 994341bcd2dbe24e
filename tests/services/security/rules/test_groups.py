"""The grants that a group may have, and who may change a group."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.security.errors import OwnGroup
from services.security.records.grants import GrantEntry
from services.security.records.names import Named
from services.security.rules.features import features_of
from services.security.rules.groups import Changer, complete_grants, find_grant_faults, require_others_groups
from shared.access.grants import Grant, Level, Limits
from tests.services.security.conftest import DOCUMENTS

FEATURES = features_of(DOCUMENTS)
SAT = Limits(branches=frozenset({"SAT"}))
PROOF = Named(1, "Proof")
BILLING = Named(2, "Billing")


def test_one_feature_may_be_granted_with_several_limits() -> None:
    grants = [Grant("rating.orders", Level.VIEW), Grant("rating.orders", Level.EDIT, SAT)]
    assert find_grant_faults([GrantEntry.of(grant) for grant in grants], FEATURES) == []


@pytest.mark.parametrize(
    ("grants", "faults"),
    [
        ([Grant("rating.ordres", Level.VIEW)], [(0, "there is no feature rating.ordres")]),
        ([Grant("", Level.VIEW)], [(0, "there is no feature ")]),
        (
            [Grant("rating.orders", Level.VIEW, SAT), Grant("rating.orders", Level.EDIT, SAT)],
            [(1, "rating.orders is listed twice with the same limits")],
        ),
        (
            [Grant("rating.export", Level.VIEW), Grant("security.users", Level.VIEW, SAT)],
            [(1, "security.users cannot be limited: what it is about belongs to no branch, customer or company")],
        ),
    ],
)
def test_an_invalid_grant_is_reported(grants: list[Grant], faults: list[tuple[int, str]]) -> None:
    found = find_grant_faults([GrantEntry.of(grant) for grant in grants], FEATURES)
    assert [(fault.position, fault.detail) for fault in found] == faults


grants_of_any_kind = st.builds(
    Grant,
    st.sampled_from(sorted(FEATURES)),
    st.sampled_from([Level.VIEW, Level.EDIT, Level.APPROVE, Level.ADMIN]),
    st.builds(Limits, branches=st.frozensets(st.sampled_from(["SAT", "AUS"]))),
).map(GrantEntry.of)


@given(st.lists(grants_of_any_kind))
def test_completing_the_administrators_adds_everything_and_removes_nothing(grants: list[GrantEntry]) -> None:
    complete = complete_grants(grants, FEATURES)
    for name in FEATURES:
        assert GrantEntry.of(Grant(name, Level.ADMIN)) in complete
    assert {grant for grant in grants if not grant.limits.unlimited} <= set(complete)
    assert set(complete_grants(complete, FEATURES)) == set(complete)


def test_nobody_can_change_their_own_groups() -> None:
    with pytest.raises(OwnGroup, match="Proof"):
        require_others_groups(Changer(7, frozenset({1})), [BILLING, PROOF])
    require_others_groups(Changer(7, frozenset({1})), [BILLING])


def test_nobody_can_add_themselves_to_a_group() -> None:
    with pytest.raises(OwnGroup, match="which groups you are in"):
        require_others_groups(Changer(7, frozenset()), [PROOF], [8, 7])
    require_others_groups(Changer(7, frozenset()), [PROOF], [8])


def test_a_caller_that_is_not_a_user_is_in_no_group() -> None:
    require_others_groups(Changer(None), [PROOF, BILLING], [7])
