"""Owns what one user may do, and because of which groups."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.security.records.grants import GroupGrant
from services.security.records.names import Named
from shared.access.grants import Level, LevelWord


@dataclass(frozen=True)
class EffectiveFeature:
    """A feature that a user has. `level` is the highest; each grant holds within its own limits only."""

    feature: str
    level: LevelWord
    grants: tuple[GroupGrant, ...]


@dataclass(frozen=True)
class Me:
    """The caller's account and what it may do."""

    id: int
    name: str
    display_name: str
    groups: tuple[Named, ...]
    features: list[EffectiveFeature]


@dataclass(frozen=True)
class UserAccess:
    """What a user may do, each feature with the groups because of which; nothing while he is not active."""

    user: str
    active: bool
    features: list[EffectiveFeature]


def effective_features(grants: Sequence[GroupGrant]) -> list[EffectiveFeature]:
    """What a user may do through all his groups, by feature; the widest grants come first.

    Grants are shown one by one, because the limits of one never widen another: view everywhere from Order Entry and
    edit in branch SAT from Proof make the feature's level edit, but in SAT only.
    """
    by_feature: dict[str, list[GroupGrant]] = {}
    for one in sorted(grants, key=lambda one: (-Level.of(one.level), one.group.name)):
        by_feature.setdefault(one.feature, []).append(one)
    return [EffectiveFeature(name, by_feature[name][0].level, tuple(by_feature[name])) for name in sorted(by_feature)]
