"""Importing users from a file: new and changed users, and their memberships."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from services.security.records.names import Named
from services.security.records.users import User, UserDraft, UserRow
from services.security.rules.members import Joining, Leaving
from services.security.rules.users import count_user_import, find_unknown_groups, plan_user_import
from shared.files.changes import ValueChange
from shared.files.csv import Numbered
from shared.values.names import fold
from tests.services.security.conftest import NOON

GROUPS = {"proof": Named(1, "Proof"), "billing": Named(2, "Billing"), "rating": Named(3, "Rating")}


def user(user_id: int, name: str, display_name: str, group_ids: Iterable[int], *, active: bool = True) -> User:
    return User(
        id=user_id,
        name=name,
        display_name=display_name,
        active=active,
        has_password=False,
        password_changed_at=None,
        revision=1,
        created_at=NOON,
        groups=tuple(one for one in GROUPS.values() if one.id in set(group_ids)),
    )


KNOWN = {fold("ALAMO\\ana"): user(7, "ALAMO\\ana", "Ana", [2, 3])}


def row(*groups: str, name: str = "alamo\\ANA", display_name: str = "Ana", active: bool | None = None) -> UserRow:
    return UserRow(name=name, display_name=display_name, active=active, groups=groups)


def test_an_unknown_name_is_a_new_active_user() -> None:
    plan = plan_user_import([row("Proof", name="ALAMO\\ben", display_name="Ben")], KNOWN, GROUPS, sets_groups=True)
    assert plan.new == (UserDraft(name="ALAMO\\ben", display_name="Ben", active=True),)
    assert plan.joining == (Joining("alamo\\ben", 1),)
    assert plan.changes_permissions


def test_a_new_user_who_is_inactive_changes_no_permissions() -> None:
    plan = plan_user_import([row(name="ALAMO\\ben", display_name="Ben", active=False)], KNOWN, GROUPS, sets_groups=True)
    assert plan.new == (UserDraft(name="ALAMO\\ben", display_name="Ben", active=False),)
    assert not plan.changes_permissions


def test_groups_in_a_row_become_exactly_the_users_groups() -> None:
    plan = plan_user_import([row("PROOF", "Billing")], KNOWN, GROUPS, sets_groups=True)
    assert (plan.joining, plan.leaving) == ((Joining("alamo\\ana", 1),), (Leaving(7, 3),))
    assert plan.changed_group_ids == {1, 3}
    assert plan.changed_member_ids(KNOWN) == {7}
    assert not plan.changed


def test_a_file_without_a_column_for_groups_changes_no_memberships() -> None:
    plan = plan_user_import([row()], KNOWN, GROUPS, sets_groups=False)
    assert (plan.new, plan.changed, plan.joining, plan.leaving) == ((), (), (), ())
    assert not plan.changes_permissions
    done = count_user_import([Numbered(2, row())], KNOWN, plan, GROUPS)
    assert (done.created, done.changed, done.unchanged) == (0, 0, 1)


def test_an_empty_cell_for_groups_leaves_the_user_in_none() -> None:
    plan = plan_user_import([row()], KNOWN, GROUPS, sets_groups=True)
    assert plan.leaving == (Leaving(7, 2), Leaving(7, 3))
    (shown,) = count_user_import([Numbered(2, row())], KNOWN, plan, {}).shown
    assert shown.values == [ValueChange("groups", "Billing; Rating", "")]


def test_a_new_display_name_changes_no_permission() -> None:
    plan = plan_user_import([row(display_name="Ana María")], KNOWN, GROUPS, sets_groups=False)
    assert [(one.id, one.display_name, one.active) for one in plan.changed] == [(7, "Ana María", True)]
    assert not plan.changes_permissions


def test_a_deactivated_user_is_reported() -> None:
    plan = plan_user_import([row(active=False)], KNOWN, GROUPS, sets_groups=False)
    assert (plan.flagged, plan.deactivated) == ((7,), (7,))
    assert plan.changes_permissions


def test_unknown_groups_are_reported_with_their_lines() -> None:
    faults = find_unknown_groups([Numbered(2, row("Proof", "Prof"))], GROUPS)
    assert [(numbered.line, *fault) for numbered, *fault in faults] == [(2, "groups", "there is no group Prof")]


names = st.sampled_from(["Proof", "Billing", "Rating"])
known_users = st.lists(st.sets(st.sampled_from([1, 2, 3])), max_size=4).map(
    lambda memberships: {
        fold(f"ALAMO\\u{number}"): user(number, f"ALAMO\\u{number}", "U", groups)
        for number, groups in enumerate(memberships)
    }
)


@given(known_users, st.lists(st.tuples(st.none() | st.booleans(), st.sets(names)), max_size=6))
def test_importing_a_file_again_changes_nothing(
    known: dict[str, User], wanted: list[tuple[bool | None, set[str]]]
) -> None:
    rows = [
        UserRow(name=f"ALAMO\\u{n}", display_name="U", active=active, groups=tuple(sorted(groups)))
        for n, (active, groups) in enumerate(wanted)
    ]
    plan = plan_user_import(rows, known, GROUPS, sets_groups=True)
    after: dict[str, User] = dict(known)
    for number, draft in enumerate(plan.new):
        after[fold(draft.name)] = user(100 + number, draft.name, draft.display_name, [], active=draft.active)
    for one in plan.changed:
        after[fold(one.name)] = one
    for folded_name, kept in list(after.items()):
        joined = {one.group_id for one in plan.joining if one.folded_name == folded_name}
        left = {one.group_id for one in plan.leaving if one.user_id == kept.id}
        after[folded_name] = user(
            kept.id, kept.name, kept.display_name, (kept.group_ids | joined) - left, active=kept.active
        )
    again = plan_user_import(rows, after, GROUPS, sets_groups=True)
    assert (again.new, again.changed, again.joining, again.leaving) == ((), (), (), ())
