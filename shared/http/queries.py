"""The parameters of a query: those that an operation does not know are refused, and so is one that is given twice."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from shared.errors import Fault
from shared.http.problems import invalid_fields

_TRUE = frozenset({"1", "on", "t", "true", "y", "yes"})
"""What Pydantic reads as true."""


def known_parameters(dependant: Dependant) -> dict[str, bool]:
    """The parameters that an operation reads from the query, and whether each may be given several times."""
    known = {name: _is_list(annotation) for name, annotation in _parameters(dependant)}
    for dependency in dependant.dependencies:
        known |= known_parameters(dependency)
    return known


def _parameters(dependant: Dependant) -> Iterator[tuple[str, Any]]:
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, parameter in kind.model_fields.items():
                yield parameter.alias or name, parameter.annotation
        else:
            yield field.alias, kind


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) in (list, tuple) or any(_is_list(part) for part in get_args(annotation))


def only_checks(request: Request, known: Mapping[str, bool]) -> bool:
    """Whether the request only asks what a command would do: `check=true`, where the operation knows that."""
    return "check" in known and request.query_params.get("check", "").lower() in _TRUE


def require_known_query(request: Request, known: Mapping[str, bool] | None) -> None:
    """Raises InvalidInput for parameters that would be ignored: with a misspelled filter, a list shows everything.

    If `known` is None, there may be any.
    """
    if known is None:
        return
    given = Counter(name for name, _ in request.query_params.multi_items())
    names = ", ".join(sorted(known)) or "none"
    faults = [
        Fault(f"query {name}", f"is not a parameter here; these are: {names}", "is not a parameter here")
        for name in given
        if name not in known
    ]
    faults += [
        Fault(f"query {name}", "is given more than once, but takes one value")
        for name, times in given.items()
        if times > 1 and known.get(name) is False
    ]
    if faults:
        raise invalid_fields(faults)
