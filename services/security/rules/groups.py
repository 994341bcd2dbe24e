"""Groups: what they grant, who may change them, and importing them from a file."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from services.security.errors import OwnGroup
from services.security.records.grants import GrantEntry
from services.security.records.groups import MOST_GRANTS, Group, GroupDraft, GroupRow
from services.security.records.names import Named, Sought
from services.security.rules.features import Features
from shared.access.declared import SHARED_MODULE
from shared.access.grants import LevelWord, Limits
from shared.errors import Fault
from shared.files.changes import Outcome
from shared.files.csv import Numbered, TableFile
from shared.values.filters import Filter
from shared.values.names import fold

_UNLIMITED_MODULES = ("security", SHARED_MODULE)
_SIDES = ("branches", "customers", "ar_companies")


class GroupFilter(Filter):
    """The filters of the list of groups."""

    name: Sought | None = Field(default=None, description="The whole name; upper and lower case count as the same.")
    feature: Sought | None = Field(default=None, description="A feature that the groups grant, at any level.")
    search: Sought | None = Field(default=None, description="Part of the name or the description.")


@dataclass(frozen=True)
class GrantFault:
    """A fault of the grant at `position`, in one of its fields."""

    position: int
    field: str
    detail: str


def find_grant_faults(grants: Sequence[GrantEntry], features: Features) -> list[GrantFault]:
    """The faults in the grants of one group.

    Some operation must declare the feature. The same feature may be granted several times with different limits (view
    everywhere, edit in branch SAT), but not twice with the same limits. Features of security and operations have no
    limits, because users, groups and processes belong to no branch, customer or company.
    """
    faults: list[GrantFault] = []
    seen: set[tuple[str, Limits]] = set()
    for position, grant in enumerate(grants):
        feature = features.get(grant.feature)
        if feature is None:
            faults.append(GrantFault(position, "feature", f"there is no feature {grant.feature}"))
        elif feature.module in _UNLIMITED_MODULES and not grant.limits.unlimited:
            faults.append(
                GrantFault(
                    position,
                    "feature",
                    f"{grant.feature} cannot be limited: what it is about belongs to no branch, customer or company",
                )
            )
        limits = grant.limits.compared
        if (grant.feature, limits) in seen:
            faults.append(GrantFault(position, "feature", f"{grant.feature} is listed twice with the same limits"))
        seen.add((grant.feature, limits))
    return faults


@dataclass(frozen=True)
class Changer:
    """The user who wants to change groups, and their own groups; `user_id` is None if the caller is not a user."""

    user_id: int | None
    group_ids: frozenset[int] = frozenset()


def complete_grants(grants: Sequence[GrantEntry], features: Features) -> tuple[GrantEntry, ...]:
    """The grants of the administrators' group: every known feature at admin without limits, and its other grants.

    Example: a group with `security.users` at view gets it at admin instead, and all other features.
    """
    complete = tuple(GrantEntry(feature=name, level="admin") for name in features)
    return (*complete, *(grant for grant in grants if grant.feature not in features or not grant.limits.unlimited))


def require_others_groups(
    changer: Changer, changed_groups: Collection[Named], changed_members: Collection[int] = ()
) -> None:
    """Raises OwnGroup if a user changes a group that they are in, or their own membership of any group.

    Otherwise members of a group could extend their own rights. Source: menu security, four eyes.
    """
    for group in changed_groups:
        if group.id in changer.group_ids:
            raise OwnGroup(f"You are in the group {group.name}, so another administrator must change it.")
    if changer.user_id is not None and changer.user_id in changed_members:
        raise OwnGroup("You cannot change which groups you are in. Another administrator must do it.")


@dataclass(frozen=True)
class GrantDifference:
    """A feature that two groups grant at different levels within the same limits; an empty list is no limit."""

    feature: str
    branches: tuple[str, ...]
    customers: tuple[str, ...]
    ar_companies: tuple[int, ...]
    first: Literal["none", LevelWord]
    second: Literal["none", LevelWord]


@dataclass(frozen=True)
class GroupComparison:
    """The differences between the grants of two groups."""

    first: Named
    second: Named
    differences: list[GrantDifference]


def compare_grants(first: Sequence[GrantEntry], second: Sequence[GrantEntry]) -> list[GrantDifference]:
    """The differences between two sets of grants, by feature and limits.

    Example: Billing with export at approve and Proof without it differ in export: approve and none.
    """
    levels = [{(grant.feature, grant.limits): grant.level for grant in grants} for grants in (first, second)]
    given = {(grant.feature, grant.limits): grant for grant in (*first, *second)}
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
class GroupPlan:
    """The changes that a file makes: new groups, and by their ids the groups that become different."""

    new: list[GroupDraft]
    replaced: dict[int, GroupDraft]
    outcome: Outcome


def _by_group(rows: Sequence[Numbered[GroupRow]]) -> dict[str, list[Numbered[GroupRow]]]:
    """The rows of each group, under the first spelling of its name."""
    grouped: dict[str, list[Numbered[GroupRow]]] = {}
    for numbered in rows:
        grouped.setdefault(fold(numbered.row.group), []).append(numbered)
    return {of_group[0].row.group: of_group for of_group in grouped.values()}


def find_unknown_features(
    rows: Sequence[Numbered[GroupRow]], features: Features
) -> list[tuple[Numbered[GroupRow], str, str]]:
    """A fault for every unknown feature, for rows that are invalid in other columns."""
    return [
        (numbered, "feature", f"there is no feature {numbered.row.feature}")
        for numbered in rows
        if numbered.row.feature is not None and numbered.row.feature not in features
    ]


def find_group_faults(rows: Sequence[Numbered[GroupRow]], features: Features) -> list[Fault]:
    """All faults of a file: unknown features, limits where there can be none, contradicting descriptions."""
    faults: list[tuple[int, Fault]] = []
    for group, of_group in _by_group(rows).items():
        granting = [(numbered, grant) for numbered in of_group if (grant := numbered.row.grant) is not None]
        for fault in find_grant_faults([grant for _, grant in granting], features):
            faulty, _ = granting[fault.position]
            faults.append((faulty.line, faulty.fault(fault.field, fault.detail)))
        if len(granting) > MOST_GRANTS:
            line = granting[MOST_GRANTS][0].line
            faults.append((line, Fault(f"line {line}", f"{group} has more than {MOST_GRANTS} grants")))
        described = [numbered for numbered in of_group if numbered.row.description]
        faults += [
            (other.line, other.fault("description", f"differs from the description of {group} on line {first.line}"))
            for first in described[:1]
            for other in described
            if other.row.description != first.row.description
        ]
    return [fault for _, fault in sorted(faults, key=lambda pair: pair[0])]


def complete_limits(
    file: TableFile[GroupRow], known: Mapping[str, Group]
) -> tuple[list[Numbered[GroupRow]], list[tuple[Numbered[GroupRow], str, str]]]:
    """The rows of a file with the limits that the file leaves out, which a known grant keeps; and the faults.

    `known` are the existing groups by folded name. Example: without a column for branches, the row
    `Billing,rating.orders,view` keeps the branch SAT of that grant. If Billing has it for SAT and, apart from that, for
    AUS, the row could be either, which is a fault.
    """
    sides = [side for side in _SIDES if side not in file.columns]
    rows, faults = [], []
    for numbered in file.rows:
        row, group = numbered.row, known.get(fold(numbered.row.group))
        same = [] if group is None else [grant for grant in group.grants if _is_same(grant, row, file.columns)]
        if sides and len(same) == 1:
            row = row.model_copy(update={side: getattr(same[0], side) for side in sides})
        elif sides and len(same) > 1:
            detail = f"{row.group} has this feature with several limits; add the columns {', '.join(sides)}"
            faults.append((numbered, "feature", detail))
        rows.append(Numbered(numbered.line, row))
    return rows, faults


def _is_same(grant: GrantEntry, row: GroupRow, columns: Collection[str]) -> bool:
    """Whether a row of a file may mean this grant, given the columns of the file."""
    sides = [side for side in _SIDES if side in columns]
    return grant.feature == row.feature and all(getattr(grant, side) == getattr(row, side) for side in sides)


def plan_group_import(
    rows: Sequence[Numbered[GroupRow]], columns: Collection[str], known: Mapping[str, Group]
) -> GroupPlan:
    """The changes that a file with these columns makes; `known` are the existing groups by folded name.

    Example: `Billing,…,receivables.invoices,edit` and `Billing,…,rating.work_orders,view` give Billing exactly these
    two grants; a single row `Billing` without a feature and level gives it no grants. In a file without a column for
    features, a known group keeps its grants.
    """
    plan = GroupPlan([], {}, Outcome())
    for name, of_group in _by_group(rows).items():
        description = next((numbered.row.description for numbered in of_group if numbered.row.description), "")
        grants = tuple(grant for numbered in of_group if (grant := numbered.row.grant) is not None)
        group, line = known.get(fold(name)), of_group[0].line
        if group is None:
            plan.new.append(GroupDraft(name=name, description=description, grants=grants))
            plan.outcome.change(line, name, _differing("", (), description, grants), new=True)
            continue
        description = description if "description" in columns else group.description
        grants = grants if "feature" in columns else group.grants
        differing = _differing(group.description, group.grants, description, grants)
        plan.outcome.change(line, group.name, differing)
        if differing:
            plan.replaced[group.id] = GroupDraft(name=group.name, description=description, grants=grants)
    return plan


def _differing(
    before: str, had: Sequence[GrantEntry], after: str, has: Sequence[GrantEntry]
) -> dict[str, tuple[str, str]]:
    """What differs between two states of a group: the description, and the levels of grants by feature and limits."""
    levels = [{(grant.feature, grant.limits): grant.level for grant in grants} for grants in (had, has)]
    shown = {(grant.feature, grant.limits): _shown_grant(grant) for grant in (*had, *has)}
    pairs = {
        shown[key]: (levels[0].get(key, ""), levels[1].get(key, ""))
        for key in shown
        if levels[0].get(key) != levels[1].get(key)
    }
    return {**({"description": (before, after)} if before != after else {}), **pairs}


def _shown_grant(grant: GrantEntry) -> str:
    limits = (f"{side} {', '.join(map(str, codes))}" for side in _SIDES if (codes := getattr(grant, side)))
    return " / ".join([grant.feature, *limits])
