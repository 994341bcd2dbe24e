"""The page of a service's operations, made from its OpenAPI document."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, TypeAlias

Document: TypeAlias = Mapping[str, Any]
_ACCESS = {"public": "anyone", "signed_in": "anyone signed in"}


def page(service: str, document: Document) -> str:
    """Every operation with what it asks of its caller, by noun, in Markdown."""
    lines = [
        f"# Operations of {service}",
        "",
        f"Through the gateway each path begins with `/api/v1/{service}` instead of `/v1`. *Access* is the feature and the",
        "level that a group must grant. ⚿ needs an `Idempotency-Key`, ✎ the ETag that was read as `If-Match`. This page is made",
        "from the code by `make documents`.",
    ]
    for noun, operations in groupby(_operations(document), key=lambda operation: operation[0]):
        lines += ["", f"## {noun}", "", "| operation | what it does | access |", "| --- | --- | --- |"]
        lines += [row for _, row in operations]
    return "\n".join(lines) + "\n"


def _operations(document: Document) -> Iterator[tuple[str, str]]:
    """The noun and the row of each operation, nouns in the order of the document."""
    nouns: dict[str, list[str]] = {}
    for path, described in document["paths"].items():
        for method, operation in described.items():
            nouns.setdefault(operation["tags"][0], []).append(_row(path, method.upper(), operation))
    for noun, rows in nouns.items():
        yield from ((noun, row) for row in rows)


def _row(path: str, method: str, operation: Document) -> str:
    headers = {one["name"].lower() for one in operation.get("parameters", ()) if one["in"] == "header"}
    needs = "".join(mark for header, mark in (("idempotency-key", " ⚿"), ("if-match", " ✎")) if header in headers)
    level = operation["x-access-level"]
    access = _ACCESS.get(level) or f"`{operation['x-feature']}` {level}"
    words = (
        operation.get("description", operation["summary"]).partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")
    )
    return f"| `{method} {path}`{needs} | {words} | {access} |"
