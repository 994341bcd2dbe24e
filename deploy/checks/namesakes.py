"""A noun has one name from its URL to its statements: each module of `api/` has its namesake in the layers below.

Its wire types are those of its rules, or stand in `schemas/`.
"""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("rating", "receivables", "security")
LAYERS = {"actions": ("actions",), "wire types": ("schemas", "rules", "records")}
"""Where a noun must be found: its use cases, and what it looks like on the wire, where rules and records serve as they are."""

ALLOWED = {
    ("rating", "actions", "dependencies"): "what endpoints ask for, no noun",
    ("rating", "wire types", "dependencies"): "what endpoints ask for, no noun",
    ("rating", "wire types", "records"): "records are their own wire types",
    ("security", "actions", "cookies"): "the tokens of actions/tokens.py, given as cookies",
    ("security", "actions", "dependencies"): "what endpoints ask for, no noun",
    ("security", "wire types", "dependencies"): "what endpoints ask for, no noun",
    ("security", "wire types", "denials"): "a gateway sends them: shared/contracts/denials.py",
    ("security", "actions", "jwks"): "the public halves of keys that the settings hold",
    ("security", "wire types", "jwks"): "the gateway reads them: shared/contracts/jwks.py",
}
"""Modules without a namesake in a layer, each with its reason: (service, what is missing, noun)."""


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
                    f"services/{service}/api/{noun}.py has no namesake in {'/ or '.join(places)}/: call the module there {noun} too, "
                    "or give the reason in ALLOWED of deploy/checks/namesakes.py."
                )
    for service, layer, noun in sorted(ALLOWED.keys() - used):
        yield f"deploy/checks/namesakes.py allows {noun} of {service} to be without {layer}, but they are not: remove it."
