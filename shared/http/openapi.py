"""The OpenAPI document of a service: what FastAPI describes, complete and without repetitions."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, TypeAlias

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from shared.database.pages import Sorting
from shared.http.headers import take_demanded
from shared.http.operation import Operation
from shared.http.problems import Problem
from shared.http.queries import known_parameters
from shared.process.version import CONTACT

Part: TypeAlias = dict[str, Any]
_REFERENCE = "#/components/{}/{}"
_HEAD = """\
The operations of one service. Callers reach them through the gateway, whose document covers the whole suite: there the \
paths begin with `/api/v1/{name}` instead of `/v1`.\
"""


def read_words() -> dict[str, str]:
    """What fields and parameters mean, for those that do not say it themselves, by name or `Type.name`."""
    return tomllib.loads((resources.files("shared.http") / "words.toml").read_text())


class SortingUndeclared(Exception):
    """The sorting of a list is not declared, so the service does not start."""


def sortings_of(app: FastAPI, given: Mapping[str, Sorting]) -> dict[str, Sorting]:
    """The sorting of each list by its operation id: those `given`, and those declared with their operation.

    Raises SortingUndeclared if a list that can be sorted has none, or if one is given for something else.
    """
    found: dict[str, Sorting] = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Operation) and "sort" in known_parameters(route.dependant):
            name = route.operation_id or ""
            sorting = route.sorting or given.get(name)
            if sorting is None:
                raise SortingUndeclared(f"{name} can be sorted: name its sorting in main.py of its service.")
            found[name] = sorting
    if given.keys() - found.keys():
        raise SortingUndeclared(
            f"These are no lists that can be sorted: {', '.join(sorted(given.keys() - found.keys()))}."
        )
    return found


def openapi_document(app: FastAPI, sortings: Mapping[str, Sorting]) -> Part:
    """The document of a service, with the fields that its lists can be sorted by."""
    if app.openapi_schema is None:
        head = _HEAD.format(name=app.title.removeprefix("Ratebook "))
        document = get_openapi(
            title=app.title, version=app.version, description=head, contact=CONTACT, routes=app.routes
        )
        components, words = document.setdefault("components", {}), read_words()
        _complete_schemas(components.setdefault("schemas", {}), words)
        operations = [operation for path in document["paths"].values() for operation in path.values()]
        for operation in operations:
            for parameter in operation.get("parameters", ()):
                _describe_parameter(parameter, sortings.get(operation["operationId"]))
                _add_words(parameter, words, operation["operationId"], parameter["name"])
            components.setdefault("responses", {}).update(_take_out_refusals(operation["responses"]))
            for answer in operation["responses"].values():
                # FastAPI describes the items of event streams with a keyword of OpenAPI 3.2, but the document is 3.1.
                stream = answer.get("content", {}).get("text/event-stream")
                if stream is not None:
                    stream.pop("itemSchema", None)
                    stream["schema"] = {"type": "string"}
        components["responses"] = dict(sorted(components["responses"].items()))
        app.openapi_schema = _with_plain_names(document)
    return app.openapi_schema


def _add_words(described: Part, words: Mapping[str, str], owner: str, name: str) -> None:
    found = words.get(f"{owner}.{name}", words.get(name))
    if found is not None:
        described.setdefault("description", found)


def _complete_schemas(schemas: Part, words: Mapping[str, str]) -> None:
    problem = Problem.model_json_schema(mode="serialization", ref_template=_REFERENCE.format("schemas", "{model}"))
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for name, schema in schemas.items():
        owner = name.removesuffix("-Input").removesuffix("-Output")
        for field, described in schema.get("properties", {}).items():
            # pydantic makes it from the name, which says it better.
            described.pop("title", None)
            _add_words(described, words, owner, field)


def _take_out_refusals(responses: Part) -> Part:
    """Replaces each refusal by a reference, and returns the refusals by their names, such as `NOT_OPEN.ON_INVOICE`."""
    taken: Part = {}
    for status, answer in responses.items():
        if status >= "400":
            name = answer["description"].replace(", ", ".")
            taken[name] = answer
            responses[status] = {"$ref": _REFERENCE.format("responses", name)}
    return taken


def _describe_parameter(parameter: Part, sorting: Sorting | None) -> None:
    schema = parameter["schema"]
    schema.pop("title", None)
    schema.pop("description", None)
    if take_demanded(schema):
        parameter["required"] = True
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        # A query or a header cannot say null: it is left out.
        del schema["anyOf"]
        schema.update(choices[0])
    if parameter["name"] == "sort" and sorting is not None:
        schema["enum"] = [f"{sign}{name}" for name in sorted(sorting.fields) for sign in ("", "-")]
        schema["default"] = sorting.default


def _with_plain_names(document: Part) -> Part:
    """Gives each schema its name as its title.

    Where the body and the answer of a type differ, which FastAPI calls `Zone-Input` and `Zone-Output`, these become
    `ZoneInput` and `Zone`.
    """
    schemas = document["components"]["schemas"]
    names = {name: name.removesuffix("-Output").replace("-Input", "Input") for name in schemas}
    assert len(set(names.values())) == len(names), "two schemas would have the same name"
    for part in _parts(document):
        if isinstance(part.get("$ref"), str):
            room, name = part["$ref"].rsplit("/", 1)
            part["$ref"] = f"{room}/{names.get(name, name)}"
    document["components"]["schemas"] = {names[name]: {**schemas[name], "title": names[name]} for name in schemas}
    return document


def _parts(part: Any) -> Iterator[Part]:
    """A part of a document and every object in it."""
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from _parts(value)
    elif isinstance(part, list):
        for item in part:
            yield from _parts(item)
