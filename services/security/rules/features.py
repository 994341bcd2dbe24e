"""Owns the list of features: what the operations of all services declare, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.access.grants import Level


@dataclass(frozen=True)
class DeclaredOperation:
    """One operation of a service, as its OpenAPI document shows it."""

    service: str
    method: str
    path: str
    summary: str
    level: Level


@dataclass(frozen=True)
class Feature:
    """A feature and the operations that ask for it."""

    name: str
    operations: tuple[DeclaredOperation, ...]

    @property
    def module(self) -> str:
        return self.name.partition(".")[0]

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that its operations ask for, ascending."""
        return tuple(sorted({operation.level for operation in self.operations}))


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
                found.setdefault(operation["x-feature"], []).append(
                    DeclaredOperation(
                        service,
                        method.upper(),
                        path,
                        operation.get("summary", ""),
                        Level.of(operation["x-access-level"]),
                    )
                )
    return {
        name: Feature(name, tuple(sorted(found[name], key=lambda one: (one.service, one.path, one.method))))
        for name in sorted(found)
    }
