"""A noun has one name from its URL to its statements: each module of `api/` has its namesake in the layers below.

Its wire types are those of its rules, or stand in `schemas/`.
"""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("rating", "receivables", "security")
LAYERS = {"schemas": ("schemas", "rules"), "actions": ("actions",)}

ALLOWED = {
    ("rating", "actions", "dependencies"): "what endpoints ask for, no noun",
    ("rating", "schemas", "dependencies"): "what endpoints ask for, no noun",
    ("rating", "schemas", "records"): "records are their own wire types",
    ("security", "actions", "cookies"): "the tokens of actions/tokens.py, given as cookies",
    ("security", "actions", "dependencies"): "what endpoints ask for, no noun",
    ("security", "schemas", "dependencies"): "what endpoints ask for, no noun",
    ("security", "actions", "jwks"): "the public halves of keys that the settings hold",
}
"""Modules without a namesake in a layer, each with its reason: (service, layer, noun)."""


def nouns_in(layer: Path) -> frozenset[str]:
    """The modules and packages of a layer."""
    found = {one.stem for one in layer.glob("*.py")} | {one.parent.name for one in layer.glob("*/__init__.py")}
    return frozenset(found - {"__init__"})


def find(root: Path = ROOT) -> Iterator[str]:
    """A sentence for each noun that is missing from a layer, and for each reason that is no longer needed."""
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
                    f"services/{service}/api/{noun}.py has no namesake in {' or '.join(f'{place}/' for place in places)}: "
                    f"call the module there {noun} too, or give the reason in ALLOWED of deploy/checks/namesakes.py."
                )
    for service, layer, noun in sorted(ALLOWED.keys() - used):
        yield f"deploy/checks/namesakes.py allows {noun} to be missing from {layer}/ of {service}, but it is not: remove it."
