"""One name for each noun, from its URL to its SQL: each module of `api/` has a namesake in the layers below."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("rating", "receivables", "security")
LAYERS = {"actions": ("actions",), "wire types": ("schemas", "rules", "records")}
"""The layers in which each noun must have a module: its use cases, and its wire types (or rules or records)."""

ALLOWED = {
    ("rating", "actions", "dependencies"): "what endpoints ask for, no noun",
    ("rating", "wire types", "dependencies"): "what endpoints ask for, no noun",
    ("rating", "wire types", "records"): "records are their own wire types",
    **{
        (service, layer, "reports"): "the lists of the service, for shared/reports"
        for service in ("rating", "receivables")
        for layer in LAYERS
    },
    ("security", "actions", "cookies"): "the tokens of actions/tokens.py, given as cookies",
    ("security", "actions", "dependencies"): "what endpoints ask for, no noun",
    ("security", "wire types", "dependencies"): "what endpoints ask for, no noun",
    ("security", "wire types", "denials"): "a gateway sends them: shared/contracts/denials.py",
    ("security", "actions", "jwks"): "the public halves of keys that the settings hold",
    ("security", "actions", "log_in_ways"): "what the settings set up",
    ("security", "wire types", "jwks"): "the gateway reads them: shared/contracts/jwks.py",
}
"""Modules that need no namesake in a layer, each with the reason: (service, layer, noun)."""


def nouns_in(layer: Path) -> frozenset[str]:
    """The modules and packages of a layer."""
    found = {path.stem for path in layer.glob("*.py")} | {path.parent.name for path in layer.glob("*/__init__.py")}
    return frozenset(found - {"__init__"})


def find(root: Path = ROOT) -> Iterator[str]:
    """Yields a sentence for each noun that is missing in a layer, and for each reason that is no longer needed."""
    used = set()
    for service in SERVICES:
        home = root / "services" / service
        for noun in sorted(nouns_in(home / "api")):
            for layer, places in LAYERS.items():
                if any(noun in nouns_in(home / place) for place in places):
                    continue
                if (service, layer, noun) in ALLOWED:
                    used.add((service, layer, noun))
                    continue
                yield (
                    f"services/{service}/api/{noun}.py has no namesake in {'/ or '.join(places)}/. "
                    f"Name the module there {noun} too, or add the reason to ALLOWED in deploy/checks/namesakes.py."
                )
    for service, layer, noun in sorted(ALLOWED.keys() - used):
        yield (
            f"ALLOWED in deploy/checks/namesakes.py lets {noun} of {service} have no {layer}, which is not needed. "
            "Remove it."
        )
