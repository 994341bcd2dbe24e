"""Owns the wire types of what one user may do."""

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
