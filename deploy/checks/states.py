"""A state is one of a few words, so its type is a Literal, never a bare `str`, in rules and records."""

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
    "DeclaredOperation.method": "any method in the documents",
    "Explanation.source": "where the figures of a rate table come from, in words",
    "OrderResult.outcome": "the code of any refusal",
    "OutcomeCount.outcome": "the code of any refusal",
    "RatingResult.outcome": "the code of any refusal",
    "Round.state": "a term of OpenID Connect: a text that nobody can guess",
}
"""Fields that only look like states, each with the reason: Class.field, or function.parameter."""


def _fields(tree: ast.Module) -> Iterator[tuple[str, ast.expr, int]]:
    """Yields each annotated field of a class and parameter of a function: its name, annotation and line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for statement in node.body:
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                    yield f"{node.name}.{statement.target.id}", statement.annotation, statement.lineno
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for parameter in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                if parameter.annotation is not None:
                    yield f"{node.name}.{parameter.arg}", parameter.annotation, parameter.lineno


def find(root: Path = ROOT) -> Iterator[str]:
    """Yields a sentence for each state that is a bare `str`, and for each reason that is no longer needed."""
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
                f"{path.relative_to(root)}:{line}: {name} is a bare str. Declare its words as a Literal and use that, "
                "or add the reason to ALLOWED in deploy/checks/states.py."
            )
    for name in sorted(ALLOWED.keys() - used):
        yield f"ALLOWED in deploy/checks/states.py lets {name} be a bare str, which is not needed. Remove it."
