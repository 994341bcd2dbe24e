"""A list is an object with its rows as `items`, so that totals, cursors and other things can join them later."""

import json
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def find(root: Path = ROOT) -> Iterator[str]:
    """Yields a sentence for each operation that answers a bare array."""
    for path in sorted((root / "shared" / "contracts" / "openapi").glob("*.json")):
        for place, operations in json.loads(path.read_text())["paths"].items():
            for method, operation in operations.items():
                for answer in operation["responses"].values():
                    for content in answer.get("content", {}).values():
                        if content.get("schema", {}).get("type") == "array":
                            yield (
                                f"{path.relative_to(root)}: {method.upper()} {place} answers a bare array. "
                                "Answer a Page, or Items if the list is always short."
                            )
