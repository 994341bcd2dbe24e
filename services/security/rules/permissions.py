"""Owns what follows from groups: the permission table, and that an administrator remains."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.security.errors import LastAdministrator
from services.security.records.grants import GroupGrant
from services.security.records.names import Named
from shared.access.grants import Grant
from shared.access.identity import grants_to_claim
from shared.contracts.permission_table import PermissionTable, PermittedGroup, PermittedUser

USERS = "security.users"
GROUPS = "security.groups"
SERVICE_ACCOUNTS = "security.service_accounts"


@dataclass(frozen=True)
class ActiveUser:
    id: int
    name: str
    group_ids: list[int]


def permission_table(
    epoch: int, users: Sequence[ActiveUser], groups: Sequence[Named], grants: Sequence[GroupGrant]
) -> PermissionTable:
    """The table by which the gateway decides: active users with their groups, groups with their grants.

    Ids are strings, as they are the subjects of tokens; grants have the form of identity tokens.
    """
    by_group: dict[int, list[Grant]] = {}
    for one in grants:
        by_group.setdefault(one.group.id, []).append(one.grant)
    return PermissionTable(
        epoch=epoch,
        users={
            str(user.id): PermittedUser(name=user.name, groups=[str(group_id) for group_id in user.group_ids])
            for user in users
        },
        groups={
            str(group.id): PermittedGroup(name=group.name, grants=grants_to_claim(by_group.get(group.id, [])))
            for group in groups
        },
    )


def require_administrator(before: Collection[int], after: Collection[int]) -> None:
    """Raises LastAdministrator when a change leaves nobody who may administer groups.

    `before` and `after` are the active users who have `security.groups` at admin. Where there was none before, as in
    a database that was just made, there need not be one afterwards.
    """
    if before and not after:
        raise LastAdministrator("Nobody could administer groups after this change.")
