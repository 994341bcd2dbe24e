"""The operations of the suite as their services' OpenAPI documents declare them; tests that walk over all of them start here."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from gateway.routes import load_documents

LEVELS = ("none", "view", "edit", "approve", "admin")
_NOT_NUMBERS = {"{bill_month}": "2026-10"}
_METHODS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True)
class Declared:
    """One operation. `feature` is None where none is asked for; `level` may be `public` and `signed_in` too.

    `answers` are the operation's `responses`, `parameters` all that it takes, `body` the schema of its JSON body.
    """

    service: str
    method: str
    template: str
    feature: str | None
    level: str
    answers: dict[str, Any]
    parameters: tuple[dict[str, Any], ...]
    body: dict[str, Any] | None

    @property
    def name(self) -> str:
        return f"{self.method} {self.outside}"

    @property
    def outside(self) -> str:
        """The template as callers know it."""
        return f"/api/v1/{self.service}{self.template.removeprefix('/v1')}"

    def path(self, value: str = "1", *, outside: bool = False) -> str:
        """The path with `value` for every parameter that may be a number, inside the service unless `outside`."""
        template = self.outside if outside else self.template
        return "/".join(_NOT_NUMBERS.get(step, value) if step.startswith("{") else step for step in template.split("/"))

    def allows(self, level: str) -> bool:
        """Whether a caller who has the feature at `level` may, as the declaration has it."""
        if self.feature is None:
            assert self.level in {"public", "signed_in"}, self
            return True
        return LEVELS.index(level) >= LEVELS.index(self.level)


_documents = cache(load_documents)


@cache
def declared_operations(*services: str) -> tuple[Declared, ...]:
    """All operations of `services`, of every service by default."""
    documents = _documents()
    return tuple(
        one for service in services or tuple(documents) for one in _operations_of(service, documents[service]["paths"])
    )


def schemas_of(service: str) -> dict[str, Any]:
    """The schemas to which the operations of `service` point."""
    schemas: dict[str, Any] = _documents()[service]["components"]["schemas"]
    return schemas


def _operations_of(service: str, paths: dict[str, Any]) -> Iterator[Declared]:
    for template, described in paths.items():
        for method in _METHODS:
            if method in described:
                one = described[method]
                yield Declared(
                    service,
                    method.upper(),
                    template,
                    one.get("x-feature"),
                    one["x-access-level"],
                    one["responses"],
                    (*described.get("parameters", ()), *one.get("parameters", ())),
                    one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema"),
                )
