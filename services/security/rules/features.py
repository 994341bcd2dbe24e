"""Owns the list of features: what the operations of all services declare, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.access.grants import Level, LevelWord


@dataclass(frozen=True)
class DeclaredOperation:
    """An operation that asks for the feature, as its service declares it."""

    service: str
    method: str
    path: str
    summary: str
    level: LevelWord


@dataclass(frozen=True)
class Feature:
    """A feature with the levels that its operations ask for, ascending."""

    module: str
    feature: str
    levels: tuple[LevelWord, ...]
    operations: tuple[DeclaredOperation, ...]


Features = Mapping[str, Feature]
"""Every known feature by its name, in the order of names."""


def features_of(documents: Mapping[str, Mapping[str, Any]]) -> Features:
    """The features that OpenAPI documents, by service, declare with `x-feature` and `x-access-level`.

    Example: `GET /v1/users` of security with `x-feature: security.users` and `x-access-level: view` makes the feature
    `security.users` with the level view. Operations for anyone, or for anyone logged in, belong to no feature.
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
        tuple(sorted({one.level for one in operations}, key=Level.of)),
        tuple(sorted(operations, key=lambda one: (one.service, one.path, one.method))),
    )
