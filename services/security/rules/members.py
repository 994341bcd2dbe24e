"""Memberships of groups: in lists and in files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.security.records.names import GroupName, Named, UserName
from services.security.records.users import User
from shared.files.changes import Outcome
from shared.files.csv import Numbered
from shared.values.columns import Record
from shared.values.filters import Filter
from shared.values.names import fold
from shared.values.numbers import Id


@dataclass(frozen=True)
class Member:
    """A user in a group."""

    group: Named
    user: Named


class MemberFilter(Filter):
    """The filters of the list of memberships."""

    group: Id | None = None
    user: Id | None = None


class MemberRow(Record):
    """A user in a group, as a row of a file; a row without a user only names its group, which then has no members."""

    group: GroupName
    user: UserName | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What must be unique in a file."""
        return fold(self.group), fold(self.user or "")


@dataclass(frozen=True)
class Joining:
    """A user who joins a group, by folded name because the user may be new."""

    folded_name: str
    group_id: int


@dataclass(frozen=True)
class Leaving:
    """A user who leaves a group."""

    user_id: int
    group_id: int


@dataclass(frozen=True)
class MemberPlan:
    """The users who join and leave groups."""

    joining: tuple[Joining, ...]
    leaving: tuple[Leaving, ...]

    @property
    def changed_group_ids(self) -> set[int]:
        return {change.group_id for change in self.joining} | {change.group_id for change in self.leaving}

    def changed_member_ids(self, known: Mapping[str, User]) -> set[int]:
        """The ids of existing users whose groups change; `known` has them by folded name."""
        joining = {known[change.folded_name].id for change in self.joining if change.folded_name in known}
        return joining | {change.user_id for change in self.leaving}


def find_member_faults(
    rows: Sequence[Numbered[MemberRow]], groups: Mapping[str, Named], known: Mapping[str, User]
) -> list[tuple[Numbered[MemberRow], str, str]]:
    """A fault for every unknown group and user; `groups` and `known` are by folded name."""
    faults = []
    for numbered in rows:
        row = numbered.row
        if row.group is not None and fold(row.group) not in groups:
            faults.append((numbered, "group", f"there is no group {row.group}"))
        if row.user is not None and fold(row.user) not in known:
            faults.append((numbered, "user", f"there is no user {row.user}"))
    return faults


def plan_members(rows: Sequence[MemberRow], groups: Mapping[str, Named], present: Sequence[Member]) -> MemberPlan:
    """The changes that make the members of every group in the file exactly those in the file.

    Other groups do not change. `present` are the current members of these groups. Example: with `Proof,ALAMO\\ana`
    while Ben is in Proof, Ana joins and Ben leaves; with only `Proof,`, everyone leaves.
    """
    wanted = {(fold(row.user), groups[fold(row.group)].id) for row in rows if row.user is not None}
    now = {(fold(member.user.name), member.group.id): member.user.id for member in present}
    return MemberPlan(
        joining=tuple(Joining(*pair) for pair in sorted(wanted - now.keys())),
        leaving=tuple(Leaving(now[pair], pair[1]) for pair in sorted(now.keys() - wanted)),
    )


def count_member_import(
    rows: Sequence[Numbered[MemberRow]],
    groups: Mapping[str, Named],
    present: Sequence[Member],
    plan: MemberPlan,
    known: Mapping[str, User],
) -> Outcome:
    """Counts the groups of a file; those whose members change are shown with all their members, old and new."""
    outcome = Outcome()
    first: dict[int, int] = {}
    for numbered in rows:
        first.setdefault(groups[fold(numbered.row.group)].id, numbered.line)
    names = {group.id: group.name for group in groups.values()}
    had: dict[int, set[str]] = {group_id: set() for group_id in first}
    for member in present:
        had[member.group.id].add(member.user.name)
    has = {group_id: set(members) for group_id, members in had.items()}
    users = {user.id: user.name for user in known.values()} | {one.user.id: one.user.name for one in present}
    for leaving in plan.leaving:
        has[leaving.group_id].discard(users[leaving.user_id])
    for joining in plan.joining:
        has[joining.group_id].add(known[joining.folded_name].name)
    for group_id, line in first.items():
        old, new = (tuple(sorted(members[group_id])) for members in (had, has))
        outcome.change(line, names[group_id], {"user": (old, new)} if old != new else {})
    return outcome
