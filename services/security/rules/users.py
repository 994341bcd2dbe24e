"""Users: filtering them, and importing them from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from services.security.records.names import Named, Sought
from services.security.records.users import User, UserDraft, UserKind, UserRow
from services.security.rules.members import Joining, Leaving, MemberPlan
from shared.files.changes import Outcome, differing_values
from shared.files.csv import Numbered
from shared.values.filters import Filter
from shared.values.names import fold
from shared.values.numbers import Id

_LONGEST_ID = 18
_KIND_WORDS: dict[UserKind, str] = {"person": "person", "service": "service account"}


class UserFilter(Filter):
    """The filters of the list of users."""

    name: Sought | None = Field(default=None, description="The whole name; upper and lower case count as the same.")
    active: bool | None = None
    group: Id | None = Field(default=None, description="The id of a group that the users are in.")
    kind: UserKind | None = None
    search: Sought | None = Field(default=None, description="Part of the name or the display name.")


def user_id_of(subject: str) -> int | None:
    """The id of the user in the subject of an identity, or None if it is not a user, such as `gateway`.

    Example: `"17"` is user 17.
    """
    return int(subject) if subject.isascii() and subject.isdigit() and len(subject) <= _LONGEST_ID else None


def folded_name(row: UserRow) -> str:
    """What must be unique in a file of users."""
    return fold(row.name)


@dataclass(frozen=True)
class UserPlan(MemberPlan):
    """The changes that a file makes.

    `changed` are users with their new values. `flagged` are the existing users whose active flag changes, and
    `deactivated` those among them who are no longer active.
    """

    new: tuple[UserDraft, ...]
    changed: tuple[User, ...]
    flagged: tuple[int, ...]
    deactivated: tuple[int, ...]

    @property
    def changes_permissions(self) -> bool:
        """Whether the permission table changes; display names are not in it."""
        return bool(any(draft.active for draft in self.new) or self.flagged or self.joining or self.leaving)


def find_unknown_groups(
    rows: Sequence[Numbered[UserRow]], groups: Mapping[str, Named]
) -> list[tuple[Numbered[UserRow], str, str]]:
    """A fault for every group in the file that is not among `groups`, which are by folded name."""
    return [
        (numbered, "groups", f"there is no group {name}")
        for numbered in rows
        for name in numbered.row.groups
        if fold(name) not in groups
    ]


def find_other_kinds(
    rows: Sequence[Numbered[UserRow]], known: Mapping[str, User]
) -> list[tuple[Numbered[UserRow], str, str]]:
    """A fault for every existing user who has another kind in the file, because a kind never changes."""
    return [
        (numbered, "kind", f"cannot be changed: {numbered.row.name} is a {_KIND_WORDS[user.kind]}")
        for numbered in rows
        if (user := known.get(fold(numbered.row.name or ""))) is not None and numbered.row.kind not in {None, user.kind}
    ]


def plan_user_import(
    rows: Sequence[UserRow], known: Mapping[str, User], groups: Mapping[str, Named], *, sets_groups: bool
) -> UserPlan:
    """The changes that the rows make, given the existing users and the groups, both by folded name.

    A new user is active unless the file says no. `sets_groups` says whether the file has a column for groups: then the
    groups in a row become exactly the user's groups, and an empty cell leaves none. A file without that column changes
    no memberships.

    Example: with `ALAMO\\ana,Ana,,Proof;Billing`, a user in Billing and Rating joins Proof and leaves Rating.
    """
    new: list[UserDraft] = []
    changed: list[User] = []
    joining: list[Joining] = []
    leaving: list[Leaving] = []
    flagged: list[User] = []
    for row in rows:
        folded_name = fold(row.name)
        user = known.get(folded_name)
        wanted = {groups[fold(name)].id for name in row.groups}
        if user is None:
            active = row.active is not False
            draft = UserDraft(name=row.name, display_name=row.display_name, active=active, kind=row.kind or "person")
            new.append(draft)
            joining += [Joining(folded_name, group_id) for group_id in sorted(wanted)]
            continue
        active = user.active if row.active is None else row.active
        if (row.display_name, active) != (user.display_name, user.active):
            changed.append(user.model_copy(update={"display_name": row.display_name, "active": active}))
        if active != user.active:
            flagged.append(user)
        if sets_groups:
            joining += [Joining(folded_name, group_id) for group_id in sorted(wanted - user.group_ids)]
            leaving += [Leaving(user.id, group_id) for group_id in sorted(user.group_ids - wanted)]
    return UserPlan(
        tuple(joining),
        tuple(leaving),
        tuple(new),
        tuple(changed),
        flagged=tuple(user.id for user in flagged),
        deactivated=tuple(user.id for user in flagged if user.active),
    )


def count_user_import(
    rows: Sequence[Numbered[UserRow]], known: Mapping[str, User], plan: UserPlan, groups: Mapping[str, Named]
) -> Outcome:
    """Counts the users of an import, with what changes; a user with only different groups counts as changed."""
    outcome = Outcome()
    values = {user.id: user for user in plan.changed}
    names = {group.id: group.name for group in groups.values()}
    joining, leaving = _changed_groups(known, plan)
    for numbered in rows:
        user = known.get(fold(numbered.row.name))
        if user is None:
            outcome.create(numbered.line, numbered.row.name, numbered.row, UserRow.model_fields)
            continue
        differing = differing_values(user, values.get(user.id, user), ("display_name", "active"))
        if user.id in joining or user.id in leaving:
            had = {group.id: group.name for group in user.groups}
            has = (had.keys() - leaving.get(user.id, set())) | joining.get(user.id, set())
            new = sorted({**names, **had}[group_id] for group_id in has)
            differing["groups"] = (tuple(sorted(had.values())), tuple(new))
        outcome.change(numbered.line, user.name, differing)
    return outcome


def _changed_groups(known: Mapping[str, User], plan: UserPlan) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """The ids of the groups that known users join and leave, by the id of the user."""
    joining: dict[int, set[int]] = {}
    leaving: dict[int, set[int]] = {}
    for join in plan.joining:
        if join.folded_name in known:
            joining.setdefault(known[join.folded_name].id, set()).add(join.group_id)
    for leave in plan.leaving:
        leaving.setdefault(leave.user_id, set()).add(leave.group_id)
    return joining, leaving
