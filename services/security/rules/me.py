"""The features of a user, and the groups that grant them."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.security.records.grants import GroupGrant
from services.security.records.names import Named
from shared.access.grants import Level, LevelWord
from shared.access.labels import FEATURES, LEVELS


@dataclass(frozen=True)
class EffectiveFeature:
    """A feature that a user has. `level` is the highest one; each grant applies within its own limits only.

    `label` and `level_label` are the feature and the level in words.
    """

    feature: str
    label: str
    level: LevelWord
    level_label: str
    grants: tuple[GroupGrant, ...]


@dataclass(frozen=True)
class Me:
    """The caller's account and its features."""

    id: int
    name: str
    display_name: str
    groups: tuple[Named, ...]
    features: list[EffectiveFeature]


@dataclass(frozen=True)
class UserAccess:
    """The features of a user with the groups that grant them; none while the user is not active."""

    user: str
    active: bool
    features: list[EffectiveFeature]


def effective_features(grants: Sequence[GroupGrant]) -> list[EffectiveFeature]:
    """The features that a user has through all groups; grants of the highest level come first.

    Grants are shown separately, because the limits of one never extend another. With view everywhere from Order Entry
    and edit in branch SAT from Proof, the feature's level is edit, but only in SAT.
    """
    by_feature: dict[str, list[GroupGrant]] = {}
    for grant in sorted(grants, key=lambda grant: (-Level.of(grant.level), grant.group.name)):
        by_feature.setdefault(grant.feature, []).append(grant)
    return [_effective(name, by_feature[name]) for name in sorted(by_feature)]


def _effective(name: str, grants: Sequence[GroupGrant]) -> EffectiveFeature:
    highest = grants[0].level
    return EffectiveFeature(name, FEATURES.get(name, name), highest, LEVELS[highest], tuple(grants))
