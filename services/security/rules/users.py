"""Owns users: which are asked for, and loading them from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from services.security.records.names import Named, Sought, fold
from services.security.records.users import User, UserDraft, UserKind, UserRow
from services.security.rules.members import Joining, Leaving, MemberPlan
from shared.errors import Fault
from shared.files.csv import Numbered
from shared.values.filters import Filter
from shared.values.numbers import Id

_LONGEST_ID = 18


class UserFilter(Filter):
    """Which users are asked for."""

    name: Sought | None = Field(default=None, description="The whole name, without regard to case.")
    active: bool | None = None
    group: Id | None = Field(default=None, description="The id of a group they are in.")
    kind: UserKind | None = None
    search: Sought | None = Field(default=None, description="Part of the name or the display name.")


def user_id_of(subject: str) -> int | None:
    """The user behind the subject of an identity; None for a subject that is no user, such as `gateway`.

    Example: `"17"` is user 17.
    """
    return int(subject) if subject.isascii() and subject.isdigit() and len(subject) <= _LONGEST_ID else None


@dataclass(frozen=True)
class UserPlan(MemberPlan):
    """What a file changes. `changed` are users with what they have afterwards; `flagged` are the known users whose
    active flag changes, `deactivated` some of them.
    """

    new: tuple[UserDraft, ...]
    changed: tuple[User, ...]
    flagged: tuple[int, ...]
    deactivated: tuple[int, ...]

    @property
    def changes_permissions(self) -> bool:
        """Whether the permission table is different afterwards; a display name is not in it."""
        return bool(any(draft.active for draft in self.new) or self.flagged or self.joining or self.leaving)


@dataclass(frozen=True)
class UserImport:
    """How many users the file made, changed, and found as they were."""

    created: int
    changed: int
    unchanged: int


def find_unknown_groups(rows: Sequence[Numbered[UserRow]], groups: Mapping[str, Named]) -> list[Fault]:
    """A fault for every group in the file that is not among `groups`, which are by folded name."""
    return [
        one.fault("groups", f"there is no group {name}")
        for one in rows
        for name in one.row.groups
        if fold(name) not in groups
    ]


def find_other_kinds(rows: Sequence[Numbered[UserRow]], known: Mapping[str, User]) -> list[Fault]:
    """A fault for every known user, by folded name, whom the file wants to be of another kind; a kind never changes."""
    return [
        one.fault("kind", f"{one.row.name} is a {user.kind} and stays one")
        for one in rows
        if (user := known.get(fold(one.row.name))) is not None and one.row.kind not in {None, user.kind}
    ]


def plan_user_import(rows: Sequence[UserRow], known: Mapping[str, User], groups: Mapping[str, Named]) -> UserPlan:
    """What the rows change, given the known users and the groups, both by folded name.

    A new user is active unless the file says no. A row that names groups puts its user into exactly these; an empty
    cell leaves his groups alone, so that a file without that column can never empty a group.

    Example: `ALAMO\\ana,Ana,,Proof;Billing` for a user in Billing and Rating: he joins Proof and leaves Rating.
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
        if wanted:
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


def count_user_import(rows: Sequence[UserRow], known: Mapping[str, User], plan: UserPlan) -> UserImport:
    """A user whose groups alone change counts as changed."""
    changed = {one.id for one in plan.changed} | plan.changed_member_ids(known)
    return UserImport(len(plan.new), len(changed), len(rows) - len(plan.new) - len(changed))
