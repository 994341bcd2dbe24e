"""The API documentation: one OpenAPI document for the whole suite, a page to read it, and the errors in words.

Both are public: they say no more than the repository, and reveal nothing about a company. The page is Swagger UI,
served from here, so that it works in a network without internet access.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route as WebRoute

from gateway.errors import (
    AmbiguousPath,
    BodyStalled,
    BodyTooLarge,
    CsrfRefused,
    HeadersRefused,
    HeadersTooLarge,
    PermissionsStale,
    TargetTooLong,
    TooManyAbandoned,
    TooManyAtOnce,
    TooManyRequests,
    UpstreamBusy,
    UpstreamFailed,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from gateway.operations import with_own
from gateway.pages import CONSOLE_PATH, is_built
from gateway.routes import Document, compile_routes
from gateway.rules.compression import accepts_gzip
from shared.access import cookies
from shared.errors import NotFound
from shared.http.headers import RETRY_AFTER, headers_of
from shared.http.problems import refusals
from shared.process.version import CONTACT, VERSION

DOCUMENT_PATH = "/openapi.json"
ERRORS_PATH = "/errors.json"
PAGE_PATH = "/docs"
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "From POST /api/v1/security/tokens.",
}
_COOKIE = {
    "type": "apiKey",
    "in": "cookie",
    "name": cookies.ACCESS,
    "description": f"From POST /api/v1/security/cookies. With POST, PUT, PATCH and DELETE, also send the value of "
    f"{cookies.CSRF} as the header {cookies.CSRF_HEADER}.",
}
_BEGIN = """\
Everything is JSON under `/api/v1/<service>/<noun>`.

1. **Log in.** `POST /api/v1/security/tokens` with `user` and `password` answers an access token for five minutes. Send it as \
`Authorization: Bearer`, and get the next one from `POST /api/v1/security/tokens/refresh`. A browser uses \
`/api/v1/security/cookies` instead.
2. **Read.** `GET /api/v1/security/me` says what you may do. Lists take `limit`, `cursor`, `sort` and filters, and answer \
`{items, next_cursor, totals}`. With `Accept: text/csv` the answer is the whole list as a file. Answers over 1 KB are \
compressed if the request accepts gzip.
3. **Change.** Send the `ETag` that you read as `If-Match`. If someone was quicker, the answer is 412 and says what the \
record is now.
4. **Command.** What moves money needs an `Idempotency-Key` of your choice: sent twice with the same key, it acts once.
5. **Watch.** Runs have a stream of server-sent events at `.../events`. Each event is the whole state, and the last is `done`. \
The stream also ends when the access token that opened it expires: get the next token, and open it again.

Amounts are decimal strings (`"285.00"`), dates `2026-11-02`, months `2026-11`. Every refusal is \
`application/problem+json` with a stable `code`; `/errors.json` says of each code what happened and what to do. `4XX` and `5XX` of an operation are what the gateway can answer to all of \
them; the other statuses are those of its service.
"""
OWN_REFUSALS = refusals(
    AmbiguousPath, HeadersRefused, CsrfRefused, NotFound, BodyStalled, BodyTooLarge, TargetTooLong, TooManyRequests, TooManyAtOnce,
    TooManyAbandoned, HeadersTooLarge, UpstreamFailed, UpstreamBusy, UpstreamUnreachable, PermissionsStale, UpstreamTimeout,
)  # fmt: skip
_OWN_NAMES = {"4XX": "GATEWAY_REFUSED", "5XX": "GATEWAY_FAILED"}
_RESPONSES = "#/components/responses/"
_SERVED = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
_PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Ratebook API</title>
<link rel="icon" href="{PAGE_PATH}/favicon-32x32.png">
<link rel="stylesheet" href="{PAGE_PATH}/swagger-ui.css">
<div id="page"></div>
<script src="{PAGE_PATH}/swagger-ui-bundle.js"></script>
<script src="{PAGE_PATH}/start.js"></script>
</html>
"""
_START = f"""SwaggerUIBundle({{
  url: "{DOCUMENT_PATH}", dom_id: "#page", deepLinking: true, docExpansion: "none", filter: true,
  persistAuthorization: false, validatorUrl: null
}});
"""
_HEADERS = {
    # Swagger UI sets styles on elements and has its icons in data URLs; everything else is loaded from here only.
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "public, max-age=300",
}


def suite_document(documents: Mapping[str, Document]) -> dict[str, Any]:
    """Merges the documents of the services and of the gateway into one, with the paths that callers use.

    A name means the same schema in all services. Tags become `rating: work-orders`.
    """
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    examples = _own_examples()
    responses = _own_responses(examples)
    for service, document in with_own(documents).items():
        outside = {route.template: route.path for route in compile_routes({service: document}).routes}
        for template, described in document.get("paths", {}).items():
            paths[outside[template]] = {
                method: _operation(service, operation) if isinstance(operation, dict) else operation
                for method, operation in described.items()
            }
        schemas |= document.get("components", {}).get("schemas", {})
        responses |= document.get("components", {}).get("responses", {})
        examples |= document.get("components", {}).get("examples", {})
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ratebook", "version": VERSION, "description": _BEGIN, "contact": CONTACT},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": responses,
            "examples": examples,
            "securitySchemes": {"access_token": _BEARER, "cookie": _COOKIE},
        },
    }


def _own_examples() -> dict[str, Any]:
    """What the gateway answered itself in tests, by code."""
    kept = json.loads(
        (resources.files("shared.contracts") / "openapi" / "examples" / "gateway.json").read_text("utf-8")
    )
    return {code: {"value": answer} for code, answer in kept["refusals"].items()}


def _own_responses(examples: Mapping[str, Any]) -> dict[str, Any]:
    """What the gateway answers itself to any operation: one response for its refusals, and one for failures."""
    codes = {**{str(status): answer["description"] for status, answer in OWN_REFUSALS.items()}, "500": "UNEXPECTED"}
    (form, *_) = (answer["content"] for answer in OWN_REFUSALS.values())
    return {
        name: {
            "description": "; ".join(f"{status}: {codes[status]}" for status in sorted(codes) if status[0] == kind[0]),
            "headers": headers_of([RETRY_AFTER]),
            "content": {
                media: {
                    **described,
                    "examples": {
                        code: {"$ref": f"#/components/examples/{code}"}
                        for code, one in examples.items()
                        if str(one["value"]["status"])[0] == kind[0]
                    },
                }
                for media, described in form.items()
            },
        }
        for kind, name in _OWN_NAMES.items()
    }


def _operation(service: str, operation: dict[str, Any]) -> dict[str, Any]:
    """An operation as callers see it, including the refusals of the gateway itself."""
    changed = {**operation, "tags": [f"{service}: {tag}" for tag in operation.get("tags", [service])]}
    if "operationId" in operation:
        changed["operationId"] = f"{service}_{operation['operationId']}"
    own = {kind: {"$ref": f"{_RESPONSES}{name}"} for kind, name in _OWN_NAMES.items()}
    changed["responses"] = {**operation.get("responses", {}), **own}
    if operation.get("x-access-level") != "public":
        changed["security"] = [{"access_token": []}, {"cookie": []}]
    return changed


def install_documents(app: FastAPI, documents: Mapping[str, Document]) -> None:
    """Adds /openapi.json, /errors.json and /docs. / leads to the console, or to /docs where that is not built."""
    document = json.dumps(suite_document(documents), separators=(",", ":")).encode()
    compressed = gzip.compress(document)

    async def serve_document(request: Request) -> Response:
        headers = {**_HEADERS, "vary": "Accept-Encoding"}
        if not accepts_gzip(request.headers.raw):
            return Response(document, media_type="application/json", headers=headers)
        return Response(compressed, media_type="application/json", headers={**headers, "content-encoding": "gzip"})

    errors = (resources.files("shared.contracts") / "errors.json").read_bytes()
    errors_tag = f'"{hashlib.sha256(errors).hexdigest()[:32]}"'

    async def serve_errors(request: Request) -> Response:
        headers = {**_HEADERS, "etag": errors_tag}
        if errors_tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(errors, media_type="application/json", headers=headers)

    async def lead_to_page(_: Request) -> Response:
        return RedirectResponse(f"{CONSOLE_PATH}/" if is_built() else PAGE_PATH)

    async def serve_page(_: Request) -> Response:
        return Response(_PAGE, media_type="text/html", headers=_HEADERS)

    async def serve_start(_: Request) -> Response:
        return Response(_START, media_type="text/javascript", headers=_HEADERS)

    app.router.routes += [
        WebRoute("/", lead_to_page),
        WebRoute(DOCUMENT_PATH, serve_document),
        WebRoute(ERRORS_PATH, serve_errors),
        WebRoute(PAGE_PATH, serve_page),
        WebRoute(f"{PAGE_PATH}/start.js", serve_start),
        *(WebRoute(f"{PAGE_PATH}/{name}", _file(name, kind)) for name, kind in _SERVED.items()),
    ]


def _file(name: str, kind: str) -> Any:
    path = _assets() / name

    async def serve_file(_: Request) -> Response:
        return FileResponse(path, media_type=kind, headers=_HEADERS)

    return serve_file


def _assets() -> Path:
    """The folder of Swagger UI's files. It is found without importing the package."""
    found = find_spec("swagger_ui")
    assert found is not None
    assert found.submodule_search_locations is not None
    return Path(found.submodule_search_locations[0]) / "static"
