"""Owns loading groups from a file with one row for each grant."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.security.rules.features import Features
from services.security.rules.groups import MOST_GRANTS, GroupDraft, find_grant_faults
from services.security.rules.names import fold
from shared.access import Grant
from shared.errors import Fault


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
