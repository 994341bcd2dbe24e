"""Owns what follows from groups: the permission table, what one user may do, and that an administrator remains."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from services.security.errors import LastAdministrator
from services.security.rules.groups import GroupName
from shared.access.grants import Grant, Level
from shared.access.identity import grants_to_claim

USERS = "security.users"
GROUPS = "security.groups"
SERVICE_ACCOUNTS = "security.service_accounts"
PERMISSION_TABLE = "security.permission_table"


@dataclass(frozen=True)
class GroupGrant:
    """One grant, and the group that gives it."""

    group: GroupName
    grant: Grant


@dataclass(frozen=True)
class ActiveUser:
    id: int
    name: str
    group_ids: list[int]


@dataclass(frozen=True)
class EffectiveFeature:
    """A feature that a user has: the highest level that any grant gives, and each grant with its group."""

    name: str
    level: Level
    because: tuple[GroupGrant, ...]


def effective_features(grants: Sequence[GroupGrant]) -> list[EffectiveFeature]:
    """What a user may do through all his groups, by feature; the widest grants come first.

    Grants are shown one by one, because the limits of one never widen another: view everywhere from Order Entry and
    edit in branch SAT from Proof make the feature's level edit, but in SAT only.
    """
    by_feature: dict[str, list[GroupGrant]] = {}
    for one in grants:
        by_feature.setdefault(one.grant.feature, []).append(one)
    return [
        EffectiveFeature(
            name,
            max(one.grant.level for one in by_feature[name]),
            tuple(sorted(by_feature[name], key=lambda one: (-one.grant.level, one.group.name))),
        )
        for name in sorted(by_feature)
    ]


def permission_table(
    epoch: int, users: Sequence[ActiveUser], groups: Sequence[GroupName], grants: Sequence[GroupGrant]
) -> dict[str, Any]:
    """The table by which the gateway decides: active users with their groups, groups with their grants.

    Ids are strings, as they are the subjects of tokens; grants have the form of identity tokens.
    """
    by_group: dict[int, list[Grant]] = {}
    for one in grants:
        by_group.setdefault(one.group.id, []).append(one.grant)
    return {
        "epoch": epoch,
        "users": {
            str(user.id): {"name": user.name, "groups": [str(group_id) for group_id in user.group_ids]}
            for user in users
        },
        "groups": {
            str(group.id): {"name": group.name, "grants": grants_to_claim(by_group.get(group.id, []))}
            for group in groups
        },
    }


def require_administrator(before: Collection[int], after: Collection[int]) -> None:
    """Raises LastAdministrator when a change leaves nobody who may administer groups.

    `before` and `after` are the active users who have `security.groups` at admin. Where there was none before, as in
    a database that was just made, there need not be one afterwards.
    """
    if before and not after:
        raise LastAdministrator("Nobody could administer groups after this change.")
