"""Owns the wire types of what callers may do: one's own account, and the table of everybody."""

from pydantic import BaseModel

from services.security.rules.permissions import EffectiveFeature
from services.security.schemas.grants import GrantWire
from services.security.schemas.groups import GroupReference
from services.security.schemas.words import LevelWord


class EffectiveGrant(GrantWire):
    """A grant, and the group because of which the caller has it."""

    group: GroupReference


class EffectiveFeatureAnswer(BaseModel):
    """A feature that the caller has. `level` is the highest; each grant holds within its own limits only."""

    feature: str
    level: LevelWord
    grants: list[EffectiveGrant]

    @classmethod
    def of(cls, feature: EffectiveFeature) -> "EffectiveFeatureAnswer":
        grants = [
            {**GrantWire.of(one.grant).model_dump(), "group": {"id": one.group.id, "name": one.group.name}}
            for one in feature.because
        ]
        return cls.model_validate({"feature": feature.name, "level": feature.level.word, "grants": grants})


class MeAnswer(BaseModel):
    """The caller's account and what it may do."""

    id: int
    name: str
    display_name: str
    groups: list[GroupReference]
    features: list[EffectiveFeatureAnswer]


class AccessAnswer(BaseModel):
    """What a user may do, each feature with the groups because of which; nothing while he is not active."""

    user: str
    active: bool
    features: list[EffectiveFeatureAnswer]


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
