"""Loading users from a file: who is new, who changes, who joins and leaves."""

from hypothesis import given
from hypothesis import strategies as st

from services.security.rules.groups import GroupName
from services.security.rules.names import fold
from services.security.rules.users import (
    Joining,
    KnownUser,
    Leaving,
    UserDraft,
    UserRow,
    count_user_import,
    find_unknown_groups,
    plan_user_import,
)

GROUPS = {"proof": GroupName(1, "Proof"), "billing": GroupName(2, "Billing"), "rating": GroupName(3, "Rating")}
ANA = KnownUser(7, fold("ALAMO\\ana"), "person", "Ana", active=True, group_ids=[2, 3])
KNOWN = {ANA.folded_name: ANA}


def row(*groups: str, name: str = "alamo\\ANA", display_name: str = "Ana", active: bool | None = None) -> UserRow:
    return UserRow(2, name, display_name, active, groups)


def test_an_unknown_name_is_a_new_active_user() -> None:
    plan = plan_user_import([row("Proof", name="ALAMO\\ben", display_name="Ben")], KNOWN, GROUPS)
    assert plan.new == (UserDraft("ALAMO\\ben", "Ben", active=True),)
    assert plan.joining == (Joining("alamo\\ben", 1),)
    assert plan.changes_permissions


def test_a_new_user_may_be_inactive_and_then_permits_nothing() -> None:
    plan = plan_user_import([row(name="ALAMO\\ben", display_name="Ben", active=False)], KNOWN, GROUPS)
    assert plan.new == (UserDraft("ALAMO\\ben", "Ben", active=False),)
    assert not plan.changes_permissions


def test_naming_groups_makes_them_exactly_the_users_groups() -> None:
    plan = plan_user_import([row("PROOF", "Billing")], KNOWN, GROUPS)
    assert (plan.joining, plan.leaving) == ((Joining("alamo\\ana", 1),), (Leaving(7, 3),))
    assert plan.changed_group_ids == {1, 3}
    assert plan.changed_member_ids(KNOWN) == {7}
    assert not plan.changed


def test_naming_no_groups_leaves_them_alone() -> None:
    plan = plan_user_import([row()], KNOWN, GROUPS)
    assert (plan.new, plan.changed, plan.joining, plan.leaving) == ((), (), (), ())
    assert not plan.changes_permissions
    done = count_user_import([row()], KNOWN, plan)
    assert (done.created, done.changed, done.unchanged) == (0, 0, 1)


def test_a_new_display_name_changes_no_permission() -> None:
    plan = plan_user_import([row(display_name="Ana María")], KNOWN, GROUPS)
    assert [(one.id, one.display_name, one.active) for one in plan.changed] == [(7, "Ana María", True)]
    assert not plan.changes_permissions


def test_deactivating_is_noticed() -> None:
    plan = plan_user_import([row(active=False)], KNOWN, GROUPS)
    assert (plan.flagged, plan.deactivated) == ((7,), (7,))
    assert plan.changes_permissions


def test_unknown_groups_are_named_with_their_lines() -> None:
    faults = find_unknown_groups([row("Proof", "Prof")], GROUPS)
    assert [(fault.pointer, fault.detail) for fault in faults] == [("line 2, column groups", "there is no group Prof")]


names = st.sampled_from(["Proof", "Billing", "Rating"])
known_users = st.lists(st.sets(st.sampled_from([1, 2, 3])), max_size=4).map(
    lambda memberships: {
        fold(f"ALAMO\\u{number}"): KnownUser(number, fold(f"ALAMO\\u{number}"), "person", "U", True, sorted(groups))
        for number, groups in enumerate(memberships)
    }
)


@given(known_users, st.lists(st.tuples(st.none() | st.booleans(), st.sets(names)), max_size=6))
def test_a_file_loaded_twice_changes_nothing_the_second_time(known, wanted) -> None:
    rows = [UserRow(2, f"ALAMO\\u{n}", "U", active, tuple(sorted(groups))) for n, (active, groups) in enumerate(wanted)]
    plan = plan_user_import(rows, known, GROUPS)
    after: dict[str, KnownUser] = dict(known)
    for number, draft in enumerate(plan.new):
        after[fold(draft.name)] = KnownUser(
            100 + number, fold(draft.name), "person", draft.display_name, draft.active, []
        )
    for one in plan.changed:
        (user,) = [user for user in after.values() if user.id == one.id]
        after[user.folded_name] = KnownUser(
            user.id, user.folded_name, "person", one.display_name, one.active, user.group_ids
        )
    for folded_name, user in list(after.items()):
        joined = {one.group_id for one in plan.joining if one.folded_name == folded_name}
        left = {one.group_id for one in plan.leaving if one.user_id == user.id}
        after[folded_name] = KnownUser(
            user.id,
            folded_name,
            "person",
            user.display_name,
            user.active,
            sorted((set(user.group_ids) | joined) - left),
        )
    again = plan_user_import(rows, after, GROUPS)
    assert (again.new, again.changed, again.joining, again.leaving) == ((), (), (), ())
