"""Permissions that follow from groups: the permission table, and the requirement that an administrator remains."""

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
    """The table that the gateway decides by: active users with their groups, and groups with their grants.

    Ids are strings because they are the subjects of tokens. Grants have the same form as in identity tokens.
    """
    by_group: dict[int, list[Grant]] = {}
    for entry in grants:
        by_group.setdefault(entry.group.id, []).append(entry.grant)
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
    """Raises LastAdministrator if a change leaves nobody who can administer groups.

    `before` and `after` are the active users with `security.groups` at admin. If there was none before, as in a new
    database, there need not be one afterwards.
    """
    if before and not after:
        raise LastAdministrator(
            "After this change nobody could administer groups. First grant security.groups at admin to another user."
        )
