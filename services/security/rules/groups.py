"""Owns groups: what they grant, who may change them, and loading them from a file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.security.errors import OwnGroup
from services.security.rules.features import Features
from services.security.rules.names import fold
from shared.access.grants import Grant, Level, Limits
from shared.errors import Fault

MOST_GRANTS = 1_000
MOST_CODES = 200
"""In one side of one grant: the limits travel with every request, in a header."""


_UNLIMITED_MODULE = "security"


@dataclass(frozen=True)
class GroupDraft:
    """A group as somebody wants it."""

    name: str
    description: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True)
class GroupName:
    id: int
    name: str


@dataclass(frozen=True)
class Group(GroupName):
    """A group as it is. `revision` counts its changes, members included."""

    description: str
    revision: int
    member_count: int
    created_at: datetime
    grants: tuple[Grant, ...]


@dataclass(frozen=True)
class GroupFilter:
    """Which groups are asked for; None asks for all. `feature` asks for those that give it at any level."""

    name: str | None = None
    feature: str | None = None
    search: str | None = None


@dataclass(frozen=True)
class GrantFault:
    """What is wrong with the grant at `position`, and in which of its fields."""

    position: int
    field: str
    detail: str


def find_grant_faults(grants: Sequence[Grant], features: Features) -> list[GrantFault]:
    """What is wrong with the grants of one group; nothing when all is well.

    A feature must be one that an operation declares. The same feature may stand several times with different limits
    (view everywhere, edit in branch SAT), but not twice with the same ones. Features of security have no limits,
    because users and groups belong to no branch, customer or company.
    """
    faults: list[GrantFault] = []
    seen: set[tuple[str, Limits]] = set()
    for position, grant in enumerate(grants):
        feature = features.get(grant.feature)
        if feature is None:
            faults.append(GrantFault(position, "feature", f"there is no feature {grant.feature}"))
        elif feature.module == _UNLIMITED_MODULE and not grant.limits.unlimited:
            faults.append(
                GrantFault(
                    position,
                    "feature",
                    f"{grant.feature} cannot be limited: users and groups belong to no branch, customer or company",
                )
            )
        if (grant.feature, grant.limits) in seen:
            faults.append(GrantFault(position, "feature", f"{grant.feature} stands twice with the same limits"))
        seen.add((grant.feature, grant.limits))
    return faults


@dataclass(frozen=True)
class Changer:
    """Who wants to change groups, and the groups that he is in; `user_id` is None for a caller that is no user."""

    user_id: int | None
    group_ids: frozenset[int] = frozenset()


def complete_grants(grants: Sequence[Grant], features: Features) -> tuple[Grant, ...]:
    """The grants of the administrators' group: every known feature at admin everywhere, and what it had besides.

    Example: a group with `security.users` at view gets it at admin instead, and every other feature.
    """
    complete = {(name, Limits()): Grant(name, Level.ADMIN) for name in features}
    kept = tuple(grant for grant in grants if (grant.feature, grant.limits) not in complete)
    return (*complete.values(), *kept)


def require_others_groups(
    changer: Changer, changed_groups: Collection[GroupName], changed_members: Collection[int] = ()
) -> None:
    """Raises OwnGroup when somebody changes a group that he is in, or his own membership in any.

    Otherwise a group's member could widen his own rights. Source: menu security, four eyes.
    """
    for group in changed_groups:
        if group.id in changer.group_ids:
            raise OwnGroup(f"You are in the group {group.name}: somebody else must change it.")
    if changer.user_id is not None and changer.user_id in changed_members:
        raise OwnGroup("You cannot change which groups you are in: somebody else must do it.")


@dataclass(frozen=True)
class GrantDifference:
    """A feature within certain limits that two groups do not give alike; Level.NONE where one does not give it."""

    feature: str
    limits: Limits
    first: Level
    second: Level


def compare_grants(first: Sequence[Grant], second: Sequence[Grant]) -> list[GrantDifference]:
    """What two groups give otherwise, by feature and limits; nothing when they give the same.

    Example: Billing with export at approve and Proof without it differ in export: approve and none.
    """
    levels = [{(one.feature, one.limits): one.level for one in grants} for grants in (first, second)]
    differences = [
        GrantDifference(feature, limits, *(level.get((feature, limits), Level.NONE) for level in levels))
        for feature, limits in levels[0].keys() | levels[1].keys()
    ]
    changed = [one for one in differences if one.first != one.second]
    return sorted(changed, key=lambda one: (one.feature, str(one.limits.to_claim())))


@dataclass(frozen=True)
class GrantRow:
    """One line of the file; without a grant it only names its group. An empty description says nothing."""

    line: int
    group: str
    description: str
    grant: Grant | None


@dataclass(frozen=True)
class GroupImport:
    """How many groups a file made, and of how many it replaced the grants."""

    created: int
    replaced: int


def _by_group(rows: Sequence[GrantRow]) -> dict[str, list[GrantRow]]:
    """The rows of each group, under the name as it is spelled first."""
    grouped: dict[str, list[GrantRow]] = {}
    for row in rows:
        grouped.setdefault(fold(row.group), []).append(row)
    return {of_group[0].group: of_group for of_group in grouped.values()}


def find_group_faults(rows: Sequence[GrantRow], features: Features) -> list[Fault]:
    """Every fault of the file: unknown features, limits where there can be none, descriptions that contradict."""
    faults: list[tuple[int, Fault]] = []
    for group, of_group in _by_group(rows).items():
        granting = [(row.line, row.grant) for row in of_group if row.grant is not None]
        for fault in find_grant_faults([grant for _, grant in granting], features):
            line = granting[fault.position][0]
            faults.append((line, Fault(f"line {line}, column {fault.field}", fault.detail)))
        if len(granting) > MOST_GRANTS:
            line = granting[MOST_GRANTS][0]
            faults.append((line, Fault(f"line {line}", f"{group} has more than {MOST_GRANTS} grants")))
        described = [row for row in of_group if row.description]
        faults += [
            (row.line, Fault(f"line {row.line}, column description", f"{group} has another one on line {first.line}"))
            for first in described[:1]
            for row in described
            if row.description != first.description
        ]
    return [fault for _, fault in sorted(faults, key=lambda pair: pair[0])]


def plan_group_import(rows: Sequence[GrantRow]) -> list[GroupDraft]:
    """The groups that the file describes, in its order. A group that it describes nowhere has an empty description here.

    Example: `Billing,…,receivables.invoices,edit` and `Billing,…,rating.work_orders,view` make Billing with exactly
    these two grants; a single `Billing` without feature and level makes it a group that grants nothing.
    """
    return [
        GroupDraft(
            group,
            next((row.description for row in of_group if row.description), ""),
            tuple(row.grant for row in of_group if row.grant is not None),
        )
        for group, of_group in _by_group(rows).items()
    ]
