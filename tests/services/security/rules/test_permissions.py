"""What follows from groups: effective features, the permission table, and the remaining administrator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.security.errors import LastAdministrator
from services.security.records.grants import GrantEntry, GroupGrant
from services.security.records.names import Named
from services.security.rules.me import effective_features
from services.security.rules.permissions import ActiveUser, permission_table, require_administrator
from services.security.rules.users import user_id_of
from shared.access.grants import Grant, Level, Limits, Scope, scope_for
from shared.access.identity import grants_from_claim

ENTRY = Named(1, "Order Entry")
PROOF = Named(2, "Proof")
SAT = Limits(branches=frozenset({"SAT"}))


def granted(group: Named, grant: Grant) -> GroupGrant:
    return GroupGrant(group=group, **GrantEntry.of(grant).model_dump())


EVERYWHERE = granted(ENTRY, Grant("rating.orders", Level.VIEW))
IN_SAT = granted(PROOF, Grant("rating.orders", Level.EDIT, SAT))


def test_a_user_has_the_highest_level_and_sees_which_group_gives_it() -> None:
    (orders,) = effective_features([EVERYWHERE, IN_SAT])
    assert (orders.feature, orders.level) == ("rating.orders", "edit")
    assert orders.grants == (IN_SAT, EVERYWHERE)


def test_without_groups_there_is_nothing() -> None:
    assert effective_features([]) == []


limits = st.builds(
    Limits,
    branches=st.frozensets(st.sampled_from(["SAT", "AUS"])),
    customers=st.frozensets(st.sampled_from(["1042", "1043"])),
    ar_companies=st.frozensets(st.sampled_from([1, 2])),
)
levels = st.sampled_from([Level.VIEW, Level.EDIT, Level.APPROVE, Level.ADMIN])
group_grants = st.builds(
    granted,
    st.sampled_from([ENTRY, PROOF]),
    st.builds(Grant, st.sampled_from(["rating.orders", "rating.export"]), levels, limits),
)


@given(st.lists(group_grants, max_size=12), levels, st.sampled_from(["SAT", "AUS"]), st.sampled_from(["1042", "9"]))
def test_the_table_allows_exactly_what_the_groups_grant(
    given_grants: list[GroupGrant], level: Level, branch: str, customer: str
) -> None:
    table = permission_table(3, [ActiveUser(7, "ALAMO\\ana", [1, 2])], [ENTRY, PROOF], given_grants)
    claims = [claim for group_id in table.users["7"].groups for claim in table.groups[group_id].grants]
    direct = scope_for(tuple(entry.grant for entry in given_grants), "rating.orders", level)
    through_table = scope_for(grants_from_claim(claims), "rating.orders", level)

    def covers(scope: Scope | None) -> bool:
        return scope is not None and scope.covers(branch=branch, customer=customer, ar_company=1)

    assert covers(direct) == covers(through_table)


def test_the_table_names_users_and_groups_by_their_ids() -> None:
    table = permission_table(3, [ActiveUser(7, "ALAMO\\ana", [2])], [ENTRY, PROOF], [IN_SAT])
    assert table.model_dump() == {
        "epoch": 3,
        "users": {"7": {"name": "ALAMO\\ana", "groups": ["2"]}},
        "groups": {
            "1": {"name": "Order Entry", "grants": []},
            "2": {"name": "Proof", "grants": [{"levels": {"rating.orders": "edit"}, "branches": ["SAT"]}]},
        },
    }


def test_the_last_administrator_stays() -> None:
    with pytest.raises(LastAdministrator):
        require_administrator({7}, set())
    require_administrator({7, 8}, {8})
    require_administrator({7}, {8})


def test_without_an_administrator_before_there_need_be_none_afterwards() -> None:
    require_administrator(set(), set())


@pytest.mark.parametrize(
    ("subject", "user_id"),
    [("7", 7), ("gateway", None), ("", None), ("-7", None), ("7.0", None), ("٧", None), ("9" * 19, None)],
)
def test_the_subject_of_a_user_has_only_digits(subject: str, user_id: int | None) -> None:
    assert user_id_of(subject) == user_id
