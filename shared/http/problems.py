"""Owns refusals over HTTP: every one is a problem document (RFC 9457)."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from shared.errors import DomainError, Fault, InvalidInput, NotFound
from shared.process import tracing
from shared.values.text import words_of_fault

log = logging.getLogger("request")

PROBLEM_TYPE = "application/problem+json"


class ProblemFault(BaseModel):
    pointer: str
    detail: str


class Problem(BaseModel):
    """A refusal (RFC 9457). `code` is stable and explained in docs/errors.md; some carry further members."""

    model_config = ConfigDict(extra="allow")

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
    """A problem document as an answer; `members` are further members beside the standard ones."""
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
    """The answer for a refusal; who may succeed in a moment is told when to try again."""
    seconds = error.retry_after_seconds
    headers = None if seconds is None else {"retry-after": str(seconds)}
    return problem(error.status, error.code, error.detail, faults=error.faults, members=error.members, headers=headers)


def refusals(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of an operation that may refuse so; several errors may share a status."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        entry = by_status.setdefault(
            error.status,
            {"description": "", "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}},
        )
        known = [code for code in entry["description"].split(", ") if code]
        entry["description"] = ", ".join(sorted({*known, error.code}))
    return by_status


_FRAMEWORK_CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}


def _from_validation(error: RequestValidationError) -> DomainError:
    faults = []
    found = error.errors()
    for one in found:
        # A list whose parts are faulty counts as too short as well, which helps nobody.
        if one["type"] == "too_short" and any(
            other["loc"][: len(one["loc"])] == one["loc"] != other["loc"] for other in found
        ):
            continue
        place, *inside = one["loc"]
        if place == "path":
            return NotFound(f"There is no {inside[0]} {one['input']}.")
        pointer = "/" + "/".join(str(step) for step in inside) if place == "body" else f"{place} {inside[0]}"
        faults.append(Fault(pointer, words_of_fault(one["type"], one["msg"], one.get("ctx", {}))))
    return InvalidInput(f"{len(faults)} of the values sent do not fit; `errors` says which.", faults=faults)


def install_problem_handlers(app: FastAPI) -> None:
    """Makes every refusal of `app` a problem document."""

    async def domain(_: Request, error: Exception) -> Response:
        assert isinstance(error, DomainError)
        return refusal(error)

    async def validation(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return refusal(_from_validation(error))

    async def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 400:
            # The framework's word for a body that is not what its type says.
            return refusal(InvalidInput("The body cannot be read as the type that `Content-Type` names."))
        code = _FRAMEWORK_CODES.get(error.status_code, "BAD_REQUEST")
        return problem(error.status_code, code, str(error.detail), headers=error.headers)

    async def unexpected(_: Request, error: Exception) -> Response:
        log.error("unexpected %s", type(error).__name__, exc_info=error)
        return problem(500, "UNEXPECTED", "This failed unexpectedly; the operators find it under the request id.")

    app.add_exception_handler(DomainError, domain)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unexpected)
