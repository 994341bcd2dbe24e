"""The page of errors, made from the classes that refuse."""

import importlib
import pkgutil
from collections.abc import Iterator

import services
from shared.errors import DomainError


def _all_errors(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for error in kind.__subclasses__():
        yield error
        yield from _all_errors(error)


def page() -> str:
    """Every code that a refusal can have, in Markdown."""
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if module.name.endswith(".errors"):
            importlib.import_module(module.name)
    importlib.import_module("gateway.errors")
    # The product's errors are in modules with this name; others that this process has loaded do not belong to it.
    known = {error for error in _all_errors() if error.__module__.endswith(".errors")}
    lines = [
        "# Errors",
        "",
        "Every refusal is a problem document (RFC 9457) with one of these codes. The codes are stable; the",
        "explanations may change. `make documents` generates this page from the code.",
        "",
        "| code | status | from | what happened, and what to do |",
        "| --- | --- | --- | --- |",
    ]
    for error in sorted(known, key=lambda error: (error.code, error.__module__)):
        origin = error.__module__.removesuffix(".errors").removeprefix("services.")
        words = " ".join((error.__doc__ or "").split())
        lines.append(f"| `{error.code}` | {error.status} | {origin} | {words} |")
    return "\n".join(lines) + "\n"
