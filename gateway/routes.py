"""The route table: every operation of every service, compiled at start-up from their OpenAPI documents.

Callers use `/api/v1/<service>/<noun>...`, services `/v1/<noun>...`. The table is a tree of path segments: a literal
segment takes precedence over a parameter, nothing is matched by prefix, and a path that is not in the table does not
exist.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any
from urllib.parse import quote

from gateway.errors import MethodNotAllowed
from shared.access.declared import SHARED_MODULE, Access, feature, public, signed_in
from shared.access.grants import Level
from shared.errors import NotFound

SERVICES = ("rating", "receivables", "security")
OWN = SHARED_MODULE
"""Takes the place of a service in the paths of what the gateway answers itself."""

Document = Mapping[str, Any]

_METHODS = ("get", "put", "post", "patch", "delete", "head", "options")
_OUTSIDE = ["api", "v1"]
_INSIDE = "/v1"
# Not escaped in a parameter; every other character except letters, digits, `-`, `.`, `_` and `~` is.
_PLAIN_IN_PARAMETER = "!$&'()*+,=:@"
_LARGEST_ID = 2**63 - 1


class RoutesUnfit(Exception):
    """A service's OpenAPI document is missing or incomplete, so the gateway does not start."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One operation.

    `template` is the path at the service, `path` the one that callers use:
    `/api/v1/rating/work-orders/{work_order_id}`. `numbers` are the positions of its integer parameters. `cookies` are
    those that it reads itself; no other cookie is forwarded to a service.
    """

    service: str
    method: str
    template: str
    access: Access
    segments: tuple[str | None, ...]
    numbers: tuple[int, ...]
    cookies: tuple[str, ...] = ()
    path: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", f"/api/v1/{self.service}{self.template.removeprefix(_INSIDE)}")

    @property
    def name(self) -> str:
        """The operation for callers and logs: `GET /api/v1/rating/work-orders/{work_order_id}`."""
        return f"{self.method} {self.path}"


@dataclass(slots=True)
class _Node:
    literals: dict[str, "_Node"] = field(default_factory=dict)
    parameter: "_Node | None" = None
    routes: dict[str, Route] = field(default_factory=dict)


class RouteTable:
    """Finds the operation that a request is for."""

    def __init__(self, routes: Sequence[Route]):
        self.routes = tuple(routes)
        self._plain = {(route.method, route.path.encode()): route for route in routes if None not in route.segments}
        self._root = _Node()
        for route in routes:
            self._add(route)

    def plain(self, method: str, raw_path: bytes) -> Route | None:
        """The route without parameters whose path is exactly this, or None. Such a path needs no decoding."""
        return self._plain.get((method, raw_path))

    def match(self, method: str, segments: list[str]) -> tuple[Route, str]:
        """The route and the path at the service, rebuilt from the template and the request's checked parameters.

        `segments` are those of the caller's path, decoded once. HEAD finds the GET operation unless there is one for
        HEAD. Raises NotFound or MethodNotAllowed.
        """
        node = _find(self._root, segments, len(_OUTSIDE)) if segments[:2] == _OUTSIDE else None
        if node is None:
            raise NotFound("This path does not exist.")
        route = node.routes.get(method)
        if route is None:
            route = node.routes.get("GET") if method == "HEAD" else None
            if route is None:
                raise MethodNotAllowed("This path exists, but not with this method.", _allowed(node))
        return route, _inside(route, segments)

    def _add(self, route: Route) -> None:
        node = self._root.literals.setdefault(route.service, _Node())
        for segment in route.segments:
            if segment is None:
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        if route.method in node.routes:
            raise RoutesUnfit(f"{route.name} and {node.routes[route.method].name} are the same path.")
        node.routes[route.method] = route


def _find(node: _Node, segments: list[str], index: int) -> _Node | None:
    if index == len(segments):
        return node if node.routes else None
    segment = segments[index]
    literal = node.literals.get(segment)
    if literal is not None:
        found = _find(literal, segments, index + 1)
        if found is not None:
            return found
    if node.parameter is not None and segment:
        return _find(node.parameter, segments, index + 1)
    return None


def _allowed(node: _Node) -> list[str]:
    methods = set(node.routes)
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


def _inside(route: Route, segments: list[str]) -> str:
    given = segments[len(_OUTSIDE) + 1 :]
    for position in route.numbers:
        text = given[position]
        if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > _LARGEST_ID:
            raise NotFound(f"This path does not exist: {text[:40]!r} is not a valid id.")
    if None not in route.segments:
        return route.template
    path = _INSIDE
    for segment, text in zip(route.segments, given, strict=True):
        if segment is not None:
            path += f"/{segment}"
        elif text.isascii() and text.isalnum():
            path += f"/{text}"
        else:
            path += f"/{quote(text, safe=_PLAIN_IN_PARAMETER)}"
    return path


def load_documents() -> dict[str, Document]:
    """The OpenAPI documents in shared/contracts; raises RoutesUnfit if one is missing or not JSON."""
    documents = {}
    for service in SERVICES:
        path = resources.files("shared.contracts") / "openapi" / f"{service}.json"
        try:
            documents[service] = json.loads(path.read_text())
        except FileNotFoundError:
            raise RoutesUnfit(f"{path} is missing. Write it with `make documents`.") from None
        except ValueError as error:
            raise RoutesUnfit(f"{path} is not JSON: {error}") from None
    return documents


def compile_routes(documents: Mapping[str, Document]) -> RouteTable:
    """Compiles all operations of `documents`, which are given by service; raises RoutesUnfit."""
    routes = []
    for service, document in documents.items():
        for template, described in document.get("paths", {}).items():
            routes += [
                _compile(service, method.upper(), template, described[method], described.get("parameters", []))
                for method in _METHODS
                if method in described
            ]
    return RouteTable(routes)


def _compile(service: str, method: str, template: str, operation: Document, shared_parameters: list[Document]) -> Route:
    where = f"{method} {template} of {service}"
    steps = template.split("/")
    if steps[:2] != ["", "v1"] or len(steps) < 3 or "" in steps[2:]:
        raise RoutesUnfit(f"{where} is not of the form /v1/<noun>...")
    integers = {
        parameter["name"]
        for parameter in [*shared_parameters, *operation.get("parameters", [])]
        if parameter.get("in") == "path" and parameter.get("schema", {}).get("type") == "integer"
    }
    segments: list[str | None] = []
    numbers = []
    for step in steps[2:]:
        if step.startswith("{") and step.endswith("}"):
            if step[1:-1] in integers:
                numbers.append(len(segments))
            segments.append(None)
        elif "{" in step or "}" in step:
            raise RoutesUnfit(f"{where} has a parameter that is only part of a segment: {step}.")
        else:
            segments.append(step)
    access = _access(operation, service, where)
    cookies = tuple(
        parameter["name"] for parameter in operation.get("parameters", ()) if parameter.get("in") == "cookie"
    )
    if cookies and access.kind != "public":
        raise RoutesUnfit(f"{where} reads cookies itself, but only public operations may.")
    return Route(service, method, template, access, tuple(segments), tuple(numbers), cookies)


def _access(operation: Document, service: str, where: str) -> Access:
    """The access that the operation requires, according to its document."""
    level = operation.get("x-access-level")
    name = operation.get("x-feature")
    match level:
        case "public":
            return public(str(operation.get("x-public-reason", "")))
        case "signed_in":
            return signed_in()
        case "view" | "edit" | "approve" | "admin" if isinstance(name, str):
            if not name.startswith((f"{service}.", f"{SHARED_MODULE}.")):
                raise RoutesUnfit(f"{where} requires {name}, which is not a feature of {service}.")
            return feature(name, Level.of(level))
        case _:
            raise RoutesUnfit(f"{where} does not declare its access: x-feature {name!r}, x-access-level {level!r}.")
