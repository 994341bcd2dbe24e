"""The permission table: security provides it, the gateway decides by it."""

from pydantic import BaseModel

from shared.access.grants import GrantClaim

NOUN = "permission-table"
FEATURE = "security.permission_table"


class PermittedUser(BaseModel):
    name: str
    groups: list[str]


class PermittedGroup(BaseModel):
    name: str
    grants: list[GrantClaim]


class PermissionTable(BaseModel):
    """Who may do what at one epoch: active users by subject, groups by id."""

    epoch: int
    users: dict[str, PermittedUser]
    groups: dict[str, PermittedGroup]
