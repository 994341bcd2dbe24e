"""Owns who is in which group, as lists show it and as files change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.security.rules.groups import GroupName
from services.security.rules.names import fold
from services.security.rules.users import Joining, KnownUser, Leaving
from shared.errors import Fault


@dataclass(frozen=True)
class Member:
    """A user in a group."""

    group_id: int
    group_name: str
    user_id: int
    user_name: str


@dataclass(frozen=True)
class MemberFilter:
    """Which memberships are asked for; None asks for all."""

    group_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True)
class MemberRow:
    """One line of the file; without a user it only names its group."""

    line: int
    group: str
    user: str | None


@dataclass(frozen=True)
class MemberPlan:
    """Who joins and who leaves which group."""

    joining: tuple[Joining, ...]
    leaving: tuple[Leaving, ...]

    @property
    def changed_group_ids(self) -> set[int]:
        return {one.group_id for one in self.joining} | {one.group_id for one in self.leaving}

    def changed_member_ids(self, known: Mapping[str, KnownUser]) -> set[int]:
        return {known[one.folded_name].id for one in self.joining} | {one.user_id for one in self.leaving}


def find_member_faults(
    rows: Sequence[MemberRow], groups: Mapping[str, GroupName], known: Mapping[str, KnownUser]
) -> list[Fault]:
    """A fault for every group and every user that there is not; both are known by folded name."""
    faults = []
    for row in rows:
        if fold(row.group) not in groups:
            faults.append(Fault(f"line {row.line}, column group", f"there is no group {row.group}"))
        if row.user is not None and fold(row.user) not in known:
            faults.append(Fault(f"line {row.line}, column user", f"there is no user {row.user}"))
    return faults


def plan_members(rows: Sequence[MemberRow], groups: Mapping[str, GroupName], present: Sequence[Member]) -> MemberPlan:
    """What makes the members of every group in the file exactly those in the file; other groups stay as they are.

    `present` are the members of these groups now. Example: `Proof,ALAMO\\ana` while Ben is in Proof: Ana joins, Ben
    leaves; `Proof,` alone: everybody leaves.
    """
    wanted = {(fold(row.user), groups[fold(row.group)].id) for row in rows if row.user is not None}
    now = {(fold(one.user_name), one.group_id): one.user_id for one in present}
    return MemberPlan(
        joining=tuple(Joining(*pair) for pair in sorted(wanted - now.keys())),
        leaving=tuple(Leaving(now[pair], pair[1]) for pair in sorted(now.keys() - wanted)),
    )
