"""The list of features: exactly those that the operations of all services declare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.access.grants import Level, LevelWord


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
    """A feature with the levels that its operations require, in ascending order."""

    module: str
    feature: str
    levels: tuple[LevelWord, ...]
    operations: tuple[DeclaredOperation, ...]


Features = Mapping[str, Feature]
"""All known features by name, in the order of names."""


def features_of(documents: Mapping[str, Mapping[str, Any]]) -> Features:
    """The features that the services' OpenAPI documents declare with `x-feature` and `x-access-level`.

    Example: `GET /v1/users` of security with `x-feature: security.users` and `x-access-level: view` makes the feature
    `security.users` with the level view. Operations for anyone, or for anyone who is logged in, belong to no feature.
    """
    found: dict[str, list[DeclaredOperation]] = {}
    for service, document in documents.items():
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if "x-feature" not in operation:
                    continue
                declared = DeclaredOperation(
                    service, method.upper(), path, operation.get("summary", ""), operation["x-access-level"]
                )
                found.setdefault(operation["x-feature"], []).append(declared)
    return {name: _feature(name, found[name]) for name in sorted(found)}


def _feature(name: str, operations: Sequence[DeclaredOperation]) -> Feature:
    return Feature(
        name.partition(".")[0],
        name,
        tuple(sorted({operation.level for operation in operations}, key=Level.of)),
        tuple(sorted(operations, key=lambda operation: (operation.service, operation.path, operation.method))),
    )
