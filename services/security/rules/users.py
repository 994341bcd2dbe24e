"""Owns users: who they are, what is known of them, and loading them from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.security.rules.groups import GroupName
from services.security.rules.names import fold
from shared.errors import Fault

_LONGEST_ID = 18


class Kind(Enum):
    """What is behind an account: somebody who logs in, or another system that shows a credential."""

    PERSON = "person"
    SERVICE = "service"


@dataclass(frozen=True)
class UserDraft:
    """A user as somebody wants it; `name` is `DOMAIN\\name`, `kind` the value of a Kind."""

    name: str
    display_name: str
    active: bool
    kind: str = Kind.PERSON.value


@dataclass(frozen=True)
class UserChange:
    """What shall be different; None leaves it as it is."""

    display_name: str | None = None
    active: bool | None = None


@dataclass(frozen=True)
class User:
    """A user as it is; lists are in the order of the groups' names. `revision` counts changes of its own fields."""

    id: int
    kind: str
    name: str
    display_name: str
    active: bool
    has_password: bool
    password_changed_at: datetime | None
    revision: int
    created_at: datetime
    group_ids: list[int]
    group_names: list[str]

    @property
    def groups(self) -> tuple[GroupName, ...]:
        return tuple(GroupName(*pair) for pair in zip(self.group_ids, self.group_names, strict=True))


@dataclass(frozen=True)
class UserFilter:
    """Which users are asked for; None asks for all."""

    name: str | None = None
    active: bool | None = None
    group_id: int | None = None
    kind: str | None = None
    search: str | None = None


def user_id_of(subject: str) -> int | None:
    """The user behind the subject of an identity; None for a subject that is no user, such as `gateway`.

    Example: `"17"` is user 17.
    """
    return int(subject) if subject.isascii() and subject.isdigit() and len(subject) <= _LONGEST_ID else None


@dataclass(frozen=True)
class UserRow:
    """One line of the file. `active` None and no `groups` leave a known user as he is in that respect."""

    line: int
    name: str
    display_name: str
    active: bool | None
    groups: tuple[str, ...]
    kind: str | None = None


@dataclass(frozen=True)
class KnownUser:
    id: int
    folded_name: str
    kind: str
    display_name: str
    active: bool
    group_ids: list[int]


@dataclass(frozen=True)
class ChangedUser:
    """A user with what he has afterwards."""

    id: int
    display_name: str
    active: bool


@dataclass(frozen=True)
class Joining:
    """A user, by folded name because he may be new, who joins a group."""

    folded_name: str
    group_id: int


@dataclass(frozen=True)
class Leaving:
    user_id: int
    group_id: int


@dataclass(frozen=True)
class UserPlan:
    """What a file changes. `flagged` are the known users whose active flag changes, `deactivated` some of them."""

    new: tuple[UserDraft, ...]
    changed: tuple[ChangedUser, ...]
    joining: tuple[Joining, ...]
    leaving: tuple[Leaving, ...]
    flagged: tuple[int, ...]
    deactivated: tuple[int, ...]

    @property
    def changes_permissions(self) -> bool:
        """Whether the permission table is different afterwards; a display name is not in it."""
        return bool(any(draft.active for draft in self.new) or self.flagged or self.joining or self.leaving)

    @property
    def changed_group_ids(self) -> set[int]:
        return {one.group_id for one in self.joining} | {one.group_id for one in self.leaving}

    def changed_member_ids(self, known: Mapping[str, KnownUser]) -> set[int]:
        """The known users whose groups change."""
        joining = {known[one.folded_name].id for one in self.joining if one.folded_name in known}
        return joining | {one.user_id for one in self.leaving}


@dataclass(frozen=True)
class UserImport:
    """How many users a file made, changed, and found as they were."""

    created: int
    changed: int
    unchanged: int


def find_unknown_groups(rows: Sequence[UserRow], groups: Mapping[str, GroupName]) -> list[Fault]:
    """A fault for every group in the file that is not among `groups`, which are by folded name."""
    return [
        Fault(f"line {row.line}, column groups", f"there is no group {name}")
        for row in rows
        for name in row.groups
        if fold(name) not in groups
    ]


def find_other_kinds(rows: Sequence[UserRow], known: Mapping[str, KnownUser]) -> list[Fault]:
    """A fault for every known user, by folded name, whom the file wants to be of another kind; a kind never changes."""
    return [
        Fault(f"line {row.line}, column kind", f"{row.name} is a {known[fold(row.name)].kind} and stays one")
        for row in rows
        if row.kind is not None and fold(row.name) in known and known[fold(row.name)].kind != row.kind
    ]


def plan_user_import(
    rows: Sequence[UserRow], known: Mapping[str, KnownUser], groups: Mapping[str, GroupName]
) -> UserPlan:
    """What the rows change, given the known users and the groups, both by folded name.

    A new user is active unless the file says no. A row that names groups puts its user into exactly these; an empty
    cell leaves his groups alone, so that a file without that column can never empty a group.

    Example: `ALAMO\\ana,Ana,,Proof;Billing` for a user in Billing and Rating: he joins Proof and leaves Rating.
    """
    new: list[UserDraft] = []
    changed: list[ChangedUser] = []
    joining: list[Joining] = []
    leaving: list[Leaving] = []
    flagged: list[KnownUser] = []
    for row in rows:
        folded_name = fold(row.name)
        user = known.get(folded_name)
        wanted = {groups[fold(name)].id for name in row.groups}
        if user is None:
            new.append(UserDraft(row.name, row.display_name, row.active is not False, row.kind or Kind.PERSON.value))
            joining += [Joining(folded_name, group_id) for group_id in sorted(wanted)]
            continue
        active = user.active if row.active is None else row.active
        if (row.display_name, active) != (user.display_name, user.active):
            changed.append(ChangedUser(user.id, row.display_name, active))
        if active != user.active:
            flagged.append(user)
        if wanted:
            joining += [Joining(folded_name, group_id) for group_id in sorted(wanted - set(user.group_ids))]
            leaving += [Leaving(user.id, group_id) for group_id in sorted(set(user.group_ids) - wanted)]
    return UserPlan(
        tuple(new),
        tuple(changed),
        tuple(joining),
        tuple(leaving),
        flagged=tuple(user.id for user in flagged),
        deactivated=tuple(user.id for user in flagged if user.active),
    )


def count_user_import(rows: Sequence[UserRow], known: Mapping[str, KnownUser], plan: UserPlan) -> UserImport:
    """A user whose groups alone change counts as changed."""
    changed = {one.id for one in plan.changed} | plan.changed_member_ids(known)
    return UserImport(len(plan.new), len(changed), len(rows) - len(plan.new) - len(changed))
