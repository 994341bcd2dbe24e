"""A state is one of a few words, and its type says which: never a bare `str` in rules and records."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_STATES = re.compile(
    r"(.*_)?(status|state|kind|mode|method|style|outcome|disposition|verdict|origin|grouping|cycle|action)"
    r"|type|line_type|transaction_type|source|quantity_source"
)
_BARE = re.compile(r"(str|Sequence\[str\]|tuple\[str, \.\.\.\]|list\[str\]|frozenset\[str\])( \| None)?")

ALLOWED = {
    "Binding.source": "the issuer of an identity provider, or `directory`",
    "Claimed.source": "the issuer of an identity provider, or `directory`",
    "DeclaredOperation.method": "whatever the documents have",
    "Explanation.source": "where the figures of a rate table come from, in words",
    "OutcomeCount.outcome": "the code of any refusal",
    "RatingResult.outcome": "the code of any refusal",
    "Round.state": "what OpenID Connect calls so: a text that nobody can guess",
}
"""Fields that only look like states, each with its reason: Class.field, or function.parameter."""


def _fields(tree: ast.Module) -> Iterator[tuple[str, ast.expr, int]]:
    """Every annotated field of a class and parameter of a function, by its name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for one in node.body:
                if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                    yield f"{node.name}.{one.target.id}", one.annotation, one.lineno
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for given in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                if given.annotation is not None:
                    yield f"{node.name}.{given.arg}", given.annotation, given.lineno


def find(root: Path = ROOT) -> Iterator[str]:
    """A sentence for each state that is a bare `str`, and for each reason that is no longer needed."""
    used = set()
    for path in sorted(root.glob("services/*/r*/**/*.py")):
        if path.relative_to(root).parts[2] not in {"rules", "records"}:
            continue
        for name, annotation, line in _fields(ast.parse(path.read_text())):
            if not _STATES.fullmatch(name.rpartition(".")[2]) or not _BARE.fullmatch(ast.unparse(annotation)):
                continue
            if name in ALLOWED:
                used.add(name)
                continue
            yield (
                f"{path.relative_to(root)}:{line}: {name} is a bare str: name its words in a Literal beside it and use that, "
                "or give the reason in ALLOWED of deploy/checks/states.py."
            )
    for name in sorted(ALLOWED.keys() - used):
        yield f"deploy/checks/states.py allows {name} to be a bare str, but there is none: remove it."
