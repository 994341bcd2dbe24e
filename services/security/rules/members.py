"""Owns who is in which group, as lists show it and as files change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.security.records.names import GroupName, Named, UserName, fold
from services.security.records.users import User
from shared.errors import Fault
from shared.files.csv import Numbered
from shared.values.filters import Filter
from shared.values.numbers import Id


@dataclass(frozen=True)
class Member:
    """A user in a group."""

    group: Named
    user: Named


class MemberFilter(Filter):
    """Which memberships are asked for."""

    group: Id | None = None
    user: Id | None = None


@dataclass(frozen=True)
class MemberRow:
    """A user in a group, as a row of a file; without a user the row only names its group, which is empty then."""

    group: GroupName
    user: UserName | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What may stand only once in a file."""
        return fold(self.group), fold(self.user or "")


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
class MemberPlan:
    """Who joins and who leaves which group."""

    joining: tuple[Joining, ...]
    leaving: tuple[Leaving, ...]

    @property
    def changed_group_ids(self) -> set[int]:
        return {one.group_id for one in self.joining} | {one.group_id for one in self.leaving}

    def changed_member_ids(self, known: Mapping[str, User]) -> set[int]:
        """The known users, by folded name, whose groups change."""
        joining = {known[one.folded_name].id for one in self.joining if one.folded_name in known}
        return joining | {one.user_id for one in self.leaving}


def find_member_faults(
    rows: Sequence[Numbered[MemberRow]], groups: Mapping[str, Named], known: Mapping[str, User]
) -> list[Fault]:
    """A fault for every group and every user that there is not; both are known by folded name."""
    faults = []
    for one in rows:
        if fold(one.row.group) not in groups:
            faults.append(one.fault("group", f"there is no group {one.row.group}"))
        if one.row.user is not None and fold(one.row.user) not in known:
            faults.append(one.fault("user", f"there is no user {one.row.user}"))
    return faults


def plan_members(rows: Sequence[MemberRow], groups: Mapping[str, Named], present: Sequence[Member]) -> MemberPlan:
    """What makes the members of every group in the file exactly those in the file; other groups stay as they are.

    `present` are the members of these groups now. Example: `Proof,ALAMO\\ana` while Ben is in Proof: Ana joins, Ben
    leaves; `Proof,` alone: everybody leaves.
    """
    wanted = {(fold(row.user), groups[fold(row.group)].id) for row in rows if row.user is not None}
    now = {(fold(one.user.name), one.group.id): one.user.id for one in present}
    return MemberPlan(
        joining=tuple(Joining(*pair) for pair in sorted(wanted - now.keys())),
        leaving=tuple(Leaving(now[pair], pair[1]) for pair in sorted(now.keys() - wanted)),
    )
