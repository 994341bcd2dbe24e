"""Refusals over HTTP: every one is a problem document (RFC 9457)."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import DomainError, Fault, InvalidInput, NotFound
from shared.files.faults import first_and_others
from shared.http.headers import RETRY_AFTER, headers_of
from shared.process import tracing
from shared.values.numbers import counted
from shared.values.text import in_words, words_of_fault

log = logging.getLogger("request")

PROBLEM_TYPE = "application/problem+json"
UNEXPECTED = "The request failed unexpectedly. Give the request id to the operators, who can look it up in the logs."


class ProblemFault(BaseModel):
    pointer: str
    detail: str


class Problem(BaseModel):
    """A refusal (RFC 9457). `code` is stable and explained in docs/errors.md; some have additional members."""

    model_config = ConfigDict(extra="allow", json_schema_serialization_defaults_required=True)

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[ProblemFault] = []
    request_id: str | None


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    faults: Sequence[Fault] = (),
    members: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Makes an answer with a problem document; `members` are added to the standard ones."""
    body = Problem(
        title=code.replace("_", " ").capitalize(),
        status=status,
        code=code,
        detail=detail,
        errors=[ProblemFault(pointer=fault.pointer, detail=fault.detail) for fault in faults],
        request_id=tracing.request_id(),
    )
    return JSONResponse({**(members or {}), **body.model_dump()}, status, media_type=PROBLEM_TYPE, headers=headers)


def refusal(error: DomainError) -> Response:
    """Makes the answer to a refusal, with `Retry-After` if the request may succeed later.

    The first 200 faults are named, the others counted by kind in `more`.
    """
    seconds = error.retry_after_seconds
    headers = None if seconds is None else {"retry-after": str(seconds)}
    first, others = first_and_others(error.faults)
    members = {**others, **error.members}
    return problem(error.status, error.code, error.detail, faults=first, members=members, headers=headers)


def refusals(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of an operation that may refuse with these errors; several may share a status."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        entry = by_status.setdefault(
            error.status,
            {"description": "", "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}},
        )
        known = [code for code in entry["description"].split(", ") if code]
        entry["description"] = ", ".join(sorted({*known, error.code}))
        if error.retry_after_seconds is not None:
            entry["headers"] = headers_of([RETRY_AFTER])
    return by_status


def invalid_fields(faults: Sequence[Fault]) -> InvalidInput:
    """The refusal of a request whose parameters or body have these faults."""
    are = "is" if len(faults) == 1 else "are"
    return InvalidInput(f"{counted(len(faults), 'field')} {are} invalid; see `errors`.", faults=faults)


_FRAMEWORK_CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}


def refusal_of_validation(error: RequestValidationError) -> DomainError:
    """The refusal of a request that FastAPI could not read: InvalidInput, or NotFound for an invalid path."""
    for invalid in error.errors():
        place, *inside = invalid["loc"]
        if place == "path":
            return NotFound(f"{invalid['input']} is not a valid {in_words(str(inside[0]))}.")
    return invalid_fields(invalid_faults(error))


def invalid_faults(error: RequestValidationError) -> list[Fault]:
    """The invalid parameters and fields of a request."""
    faults = []
    found = error.errors()
    for invalid in found:
        # pydantic also reports a list with invalid items as too short, which is misleading.
        if invalid["type"] == "too_short" and any(
            other["loc"][: len(invalid["loc"])] == invalid["loc"] != other["loc"] for other in found
        ):
            continue
        place, *inside = invalid["loc"]
        pointer = "/" + "/".join(str(step) for step in inside) if place == "body" else f"{place} {inside[0]}"
        faults.append(Fault(pointer, words_of_fault(invalid["type"], invalid["msg"], invalid.get("ctx", {}))))
    return faults


class Unexpected:
    """ASGI middleware that answers what nobody expected with 500, inside `RequestContext`, which counts and logs it.

    Starlette's own answers and then raises the error again, so that the server closes a connection that its client has
    just seen as good. If the answer has begun, returning makes the server close the connection: the answer is cut off,
    and nobody takes a part for the whole. An endpoint that lost its caller while it read the body answers nobody.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, note)
        except ClientDisconnect:
            return
        except Exception as error:
            log.exception("unexpected %s", type(error).__name__)
            if not begun:
                await problem(500, "UNEXPECTED", UNEXPECTED)(scope, receive, send)


def install_problem_handlers(app: FastAPI) -> None:
    """Makes every refusal of `app` a problem document, and every failure that nobody expected a 500."""

    async def domain(_: Request, error: Exception) -> Response:
        assert isinstance(error, DomainError)
        return refusal(error)

    async def validation(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return refusal(refusal_of_validation(error))

    async def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 400:
            # FastAPI answers 400 when a body does not match its Content-Type.
            return refusal(InvalidInput("The body is not valid for its Content-Type."))
        code = _FRAMEWORK_CODES.get(error.status_code, "BAD_REQUEST")
        return problem(error.status_code, code, str(error.detail), headers=error.headers)

    app.add_exception_handler(DomainError, domain)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)
    # The innermost, whatever is added before or afterwards.
    app.user_middleware.append(Middleware(Unexpected))
