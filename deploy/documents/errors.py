"""The errors as a page and as data, made from the classes that refuse."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass

import services
from shared.errors import DomainError


def _all_errors(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for error in kind.__subclasses__():
        yield error
        yield from _all_errors(error)


@dataclass(frozen=True)
class Explained:
    """A code that a refusal can have: its status, who refuses, and what happened and what to do about it."""

    code: str
    status: int
    origin: str
    words: str


def explained() -> list[Explained]:
    """Every code that a refusal can have, by code and origin."""
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if module.name.endswith(".errors"):
            importlib.import_module(module.name)
    importlib.import_module("gateway.errors")
    # The product's errors are in modules with this name; others that this process has loaded do not belong to it.
    known = {error for error in _all_errors() if error.__module__.endswith(".errors")}
    return [
        Explained(
            error.code,
            error.status,
            error.__module__.removesuffix(".errors").removeprefix("services."),
            " ".join((error.__doc__ or "").split()),
        )
        for error in sorted(known, key=lambda error: (error.code, error.__module__))
    ]


def document() -> dict[str, list[dict[str, object]]]:
    """The errors by code, as the gateway serves them; a few codes have other words in another service."""
    found: dict[str, list[dict[str, object]]] = {}
    for one in explained():
        happened, _, to_do = one.words.partition(". ")
        found.setdefault(one.code, []).append(
            {
                "from": one.origin,
                "status": one.status,
                "what_happened": f"{happened.removesuffix('.')}.",
                "what_to_do": to_do,
            }
        )
    return found


def page() -> str:
    """Every code that a refusal can have, in Markdown."""
    lines = [
        "# Errors",
        "",
        "Every refusal is a problem document (RFC 9457) with one of these codes. The codes are stable; the",
        "explanations may change. The gateway serves them as JSON at `/errors.json`. `make documents` generates this",
        "page from the code.",
        "",
        "| code | status | from | what happened, and what to do |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| `{one.code}` | {one.status} | {one.origin} | {one.words} |" for one in explained()]
    return "\n".join(lines) + "\n"
