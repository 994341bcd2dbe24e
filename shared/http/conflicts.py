"""Changes of something that someone else has changed: what it is now, who changed it, and when."""

import json
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute, iter_route_contexts

from shared.access.identity import HEADER
from shared.errors import DomainError, VersionStale
from shared.http.etag import ETAG, version_of
from shared.http.headers import set_headers


async def with_current(request: Request, path: str, error: VersionStale) -> VersionStale:
    """The refusal of a change, with what the record is now, as the operation that reads it answers this caller.

    `path` is the template of the operation. What a change names by its ETag is read at the same path or at one that
    contains it: for a line of an entry, that is the entry. A caller who may not read it gets the refusal alone.
    """
    for reader in _readers_around(request.app, path):
        answer = await _ask(reader, request)
        if answer is not None:
            version, current = version_of(answer.headers["etag"]), json.loads(bytes(answer.body))
            members = {**error.members, "current_version": version, "current": current, **_last_change(current)}
            return VersionStale(error.detail, faults=error.faults, members=members)
    return error


def _last_change(current: dict[str, Any]) -> dict[str, Any]:
    """Who changed a record last and when, as its answer says, itself or in the part that is the record."""
    for part in (current, *(value for value in current.values() if isinstance(value, dict))):
        if "changed_by" in part:
            return {name: part[name] for name in ("changed_by", "changed_at")}
    return {}


def _readers_around(app: FastAPI, path: str) -> Iterator[APIRoute]:
    """The operations that read the thing at `path` or one around it, and answer its ETag; the closest first."""
    routes = [context.original_route for context in iter_route_contexts(app.routes)]
    reading = {
        route.path: route
        for route in routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and ETAG in set_headers(route.endpoint)
    }
    while path:
        if path in reading:
            yield reading[path]
        path = path.rpartition("/")[0]


async def _ask(reader: APIRoute, request: Request) -> Response | None:
    """The answer of an operation to the caller of another one, or None if it refuses."""
    headers = [(name, value) for name, value in request.scope["headers"] if name == HEADER.encode()]
    scope = {**request.scope, "method": "GET", "query_string": b"", "headers": headers, "state": {}}
    try:
        answer: Response = await reader.get_route_handler()(Request(scope))
    except DomainError:
        return None
    return answer
