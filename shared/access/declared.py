"""The access that an operation requires of its caller, declared where the operation is written."""

from dataclasses import dataclass
from typing import Literal

from shared.access import labels
from shared.access.grants import Level

SHARED_MODULE = "operations"
"""The module whose features every service may declare; all others belong to one service."""


@dataclass(frozen=True)
class Access:
    """The access that one operation requires of its caller."""

    kind: Literal["feature", "signed_in", "public"]
    feature: str = ""
    level: Level = Level.NONE
    reason: str = ""

    def to_openapi(self) -> dict[str, str]:
        match self.kind:
            case "feature":
                label = labels.FEATURES.get(self.feature)
                described = {"x-feature": self.feature, "x-access-level": self.level.word}
                return described if label is None else {**described, "x-label": label}
            case "signed_in":
                return {"x-access-level": "signed_in"}
            case _:
                return {"x-access-level": "public", "x-public-reason": self.reason}


def feature(name: str, level: Level) -> Access:
    """The caller needs the feature `<module>.<noun>` at `level` or higher."""
    return Access("feature", name, level)


def signed_in() -> Access:
    """Any caller who is logged in, for example to read their own account."""
    return Access("signed_in")


def public(reason: str) -> Access:
    """Anyone; `reason` says why that is safe."""
    return Access("public", reason=reason)
