"""Owns groups: what they grant, who may change them, and loading them from a file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from services.security.errors import OwnGroup
from services.security.records.grants import GrantEntry
from services.security.records.groups import MOST_GRANTS, GroupDraft, GroupRow
from services.security.records.names import Named, Sought, fold
from services.security.rules.features import Features
from shared.access.grants import LevelWord, Limits
from shared.errors import Fault
from shared.files.csv import Numbered
from shared.values.filters import Filter

_UNLIMITED_MODULE = "security"


class GroupFilter(Filter):
    """Which groups are asked for."""

    name: Sought | None = Field(default=None, description="The whole name, without regard to case.")
    feature: Sought | None = Field(default=None, description="A feature that they give, at any level.")
    search: Sought | None = Field(default=None, description="Part of the name or the description.")


@dataclass(frozen=True)
class GrantFault:
    """What is wrong with the grant at `position`, and in which of its fields."""

    position: int
    field: str
    detail: str


def find_grant_faults(grants: Sequence[GrantEntry], features: Features) -> list[GrantFault]:
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


def complete_grants(grants: Sequence[GrantEntry], features: Features) -> tuple[GrantEntry, ...]:
    """The grants of the administrators' group: every known feature at admin everywhere, and what it had besides.

    Example: a group with `security.users` at view gets it at admin instead, and every other feature.
    """
    complete = tuple(GrantEntry(feature=name, level="admin") for name in features)
    return (*complete, *(grant for grant in grants if grant.feature not in features or not grant.limits.unlimited))


def require_others_groups(
    changer: Changer, changed_groups: Collection[Named], changed_members: Collection[int] = ()
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
    """A feature within these limits (empty lists leave a side open) that the groups give at different levels."""

    feature: str
    branches: tuple[str, ...]
    customers: tuple[str, ...]
    ar_companies: tuple[int, ...]
    first: Literal["none", LevelWord]
    second: Literal["none", LevelWord]


@dataclass(frozen=True)
class GroupComparison:
    """What two groups give otherwise; no differences when they give the same."""

    first: Named
    second: Named
    differences: list[GrantDifference]


def compare_grants(first: Sequence[GrantEntry], second: Sequence[GrantEntry]) -> list[GrantDifference]:
    """What two groups give otherwise, by feature and limits; nothing when they give the same.

    Example: Billing with export at approve and Proof without it differ in export: approve and none.
    """
    levels = [{(one.feature, one.limits): one.level for one in grants} for grants in (first, second)]
    given = {(one.feature, one.limits): one for one in (*first, *second)}
    differing = [key for key in given if levels[0].get(key) != levels[1].get(key)]
    return [
        GrantDifference(
            given[key].feature,
            given[key].branches,
            given[key].customers,
            given[key].ar_companies,
            levels[0].get(key, "none"),
            levels[1].get(key, "none"),
        )
        for key in sorted(differing, key=lambda key: (key[0], str(key[1].to_claim())))
    ]


@dataclass(frozen=True)
class GroupImport:
    """How many groups the file made, and of how many it replaced the grants."""

    created: int
    replaced: int


def _by_group(rows: Sequence[Numbered[GroupRow]]) -> dict[str, list[Numbered[GroupRow]]]:
    """The rows of each group, under the name as it is spelled first."""
    grouped: dict[str, list[Numbered[GroupRow]]] = {}
    for one in rows:
        grouped.setdefault(fold(one.row.group), []).append(one)
    return {of_group[0].row.group: of_group for of_group in grouped.values()}


def find_group_faults(rows: Sequence[Numbered[GroupRow]], features: Features) -> list[Fault]:
    """Every fault of the file: unknown features, limits where there can be none, descriptions that contradict."""
    faults: list[tuple[int, Fault]] = []
    for group, of_group in _by_group(rows).items():
        granting = [(one, grant) for one in of_group if (grant := one.row.grant) is not None]
        for fault in find_grant_faults([grant for _, grant in granting], features):
            faulty, _ = granting[fault.position]
            faults.append((faulty.line, faulty.fault(fault.field, fault.detail)))
        if len(granting) > MOST_GRANTS:
            line = granting[MOST_GRANTS][0].line
            faults.append((line, Fault(f"line {line}", f"{group} has more than {MOST_GRANTS} grants")))
        described = [one for one in of_group if one.row.description]
        faults += [
            (one.line, one.fault("description", f"{group} has another one on line {first.line}"))
            for first in described[:1]
            for one in described
            if one.row.description != first.row.description
        ]
    return [fault for _, fault in sorted(faults, key=lambda pair: pair[0])]


def plan_group_import(rows: Sequence[Numbered[GroupRow]]) -> list[GroupDraft]:
    """The groups that the file describes, in its order. A group that it describes nowhere has an empty description here.

    Example: `Billing,…,receivables.invoices,edit` and `Billing,…,rating.work_orders,view` make Billing with exactly
    these two grants; a single `Billing` without feature and level makes it a group that grants nothing.
    """
    return [
        GroupDraft(
            name=group,
            description=next((one.row.description for one in of_group if one.row.description), ""),
            grants=tuple(grant for one in of_group if (grant := one.row.grant) is not None),
        )
        for group, of_group in _by_group(rows).items()
    ]
