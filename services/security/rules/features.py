"""The list of features: exactly those that the operations of all services declare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.access.grants import Level, LevelWord
from shared.access.labels import LEVELS


@dataclass(frozen=True)
class DeclaredOperation:
    """An operation that requires the feature."""

    service: str
    method: str
    path: str
    summary: str
    level: LevelWord


@dataclass(frozen=True)
class Feature:
    """A feature with the levels that its operations require, in ascending order.

    `label` and `level_labels` are the feature and its levels in words.
    """

    module: str
    feature: str
    label: str
    levels: tuple[LevelWord, ...]
    level_labels: tuple[str, ...]
    operations: tuple[DeclaredOperation, ...]


Features = Mapping[str, Feature]
"""All known features by name, in the order of names."""


def features_of(documents: Mapping[str, Mapping[str, Any]]) -> Features:
    """The features that the services' OpenAPI documents declare with `x-feature`, `x-label` and `x-access-level`.

    Example: `GET /v1/users` of security with `x-feature: security.users` and `x-access-level: view` makes the feature
    `security.users` with the level view. Operations for anyone, or for anyone who is logged in, belong to no feature.
    """
    found: dict[str, list[DeclaredOperation]] = {}
    labels: dict[str, str] = {}
    for service, document in documents.items():
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if "x-feature" not in operation:
                    continue
                declared = DeclaredOperation(
                    service, method.upper(), path, operation.get("summary", ""), operation["x-access-level"]
                )
                found.setdefault(operation["x-feature"], []).append(declared)
                labels[operation["x-feature"]] = operation.get("x-label", operation["x-feature"])
    return {name: _feature(name, labels[name], found[name]) for name in sorted(found)}


def _feature(name: str, label: str, operations: Sequence[DeclaredOperation]) -> Feature:
    levels = tuple(sorted({operation.level for operation in operations}, key=Level.of))
    return Feature(
        name.partition(".")[0],
        name,
        label,
        levels,
        tuple(LEVELS[level] for level in levels),
        tuple(sorted(operations, key=lambda operation: (operation.service, operation.path, operation.method))),
    )
