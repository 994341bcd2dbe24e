"""Owns the wire types of the permission table."""

from pydantic import BaseModel

from services.security.schemas.words import LevelWord


class PermittedUser(BaseModel):
    name: str
    groups: list[str]


class GrantClaim(BaseModel):
    """Features with their levels under one set of limits, as in identity tokens; an absent side is open."""

    levels: dict[str, LevelWord]
    branches: list[str] | None = None
    customers: list[str] | None = None
    ar_companies: list[int] | None = None


class PermittedGroup(BaseModel):
    name: str
    grants: list[GrantClaim]


class PermissionTable(BaseModel):
    """Who may do what, at one epoch: active users by subject, groups by id."""

    epoch: int
    users: dict[str, PermittedUser]
    groups: dict[str, PermittedGroup]
