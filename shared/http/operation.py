"""The operations of a service: each declares its access, and all are authorized, committed and retried in the same way.

The order for every request: identity → access → text → idempotency → transaction → endpoint → commit → answer. A
deadlock or a serialization failure repeats all of it.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.sse import EventSourceResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from shared.access.declared import Access
from shared.access.grants import Level
from shared.audit import store as audit
from shared.audit.chain import kept_body
from shared.database.failures import is_disconnect, is_exhausted, is_overdue, is_transient
from shared.database.pages import Sorting
from shared.database.pool import STATEMENT_SECONDS, Database
from shared.errors import (
    CommandInFlight,
    DatabaseAway,
    DomainError,
    Fault,
    Forbidden,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    ImportRefused,
    InvalidInput,
    TookTooLong,
    TooManyRows,
    TryAgain,
    Unauthenticated,
    VersionStale,
)
from shared.files.csv import CSV_TYPE
from shared.http import idempotency
from shared.http.callers import Caller, decide
from shared.http.conflicts import with_current
from shared.http.files import CSV_REQUEST
from shared.http.headers import headers_of, set_headers
from shared.http.imports import Imported, Load, checkable
from shared.http.problems import invalid_faults, invalid_fields, refusal_of_validation, refusals
from shared.http.progress import Look, watching
from shared.http.queries import known_parameters, only_checks, require_known_query
from shared.http.storable import require_storable
from shared.http.transaction import acting_for
from shared.process import tracing
from shared.values.partly import PartlyRead, read_partly
from shared.values.text import in_words, sentence_case

_TRIES = 4
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
Endpoint = Callable[..., Any]


@dataclass(frozen=True)
class Naming:
    """What the body of an operation names: `find` returns the names that do not exist, by JSON pointer.

    It gets a body that is read as far as it is valid, so that unknown names are reported beside other faults. `facts`
    reads what else `find` needs, such as the record in the path that a change is about; if it finds None, nothing is
    looked up.
    """

    kind: type[BaseModel]
    find: Callable[[AsyncSession, PartlyRead], Awaitable[Iterable[tuple[str, str]]]]
    facts: Callable[[Request, AsyncSession], Awaitable[Any]] | None = None


KeyUse = Literal["required", "taken", "none"]
"""Whether an operation needs an Idempotency-Key, only takes one, or has none."""


class AccessUndeclared(Exception):
    """An operation does not declare who may use it, so the service does not start."""


def _refusal_of(error: Exception) -> DomainError | None:
    """The refusal of a request that the database ended, or None if it ended in another way."""
    if is_disconnect(error):
        return DatabaseAway(
            "The connection to the database was lost, and it is unknown whether this was done. "
            "Check, or repeat the same command."
        )
    if is_overdue(error):
        return TookTooLong(
            f"The database did not finish within {STATEMENT_SECONDS} s, so the request was ended and "
            "nothing was done. Ask for less at once: a shorter period or more filters."
        )
    return None


class Operation(APIRoute):
    """A route that checks access, runs its endpoint in one transaction, and repeats it on deadlocks.

    Failures that are not the caller's fault become refusals that they can act on: TryAgain when locks or connections
    stay in use, DatabaseAway when it is unknown whether the commit happened.
    """

    declared: Access | None = None
    key: KeyUse = "none"
    naming: Naming | None = None
    open_query: bool = False
    reads_file: bool = False
    audited: bool = True
    sorting: Sorting | None = None

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint = super().get_route_handler()
        known = self.known = known_parameters(self.dependant)

        async def handle(request: Request) -> Response:
            if self.declared is None:
                raise AccessUndeclared(self.path)
            request.state.caller = decide(self.declared, request)
            await require_storable(request, reads_json=self.body_field is not None)
            require_known_query(request, None if self.open_query else known)
            for _ in range(_TRIES):
                try:
                    return await self._attempt(request, endpoint)
                except RequestValidationError as error:
                    raise await self._with_unknown_names(request, error) from error
                except VersionStale as error:
                    raise await with_current(request, self.path, error) from error
                except Exception as error:
                    ended = _refusal_of(error)
                    if ended is not None:
                        raise ended from error
                    if is_exhausted(error):
                        break
                    if not is_transient(error):
                        raise
            raise TryAgain("The database is busy with other changes, and nothing was done. Try again.")

        return handle

    async def _attempt(
        self, request: Request, endpoint: Callable[[Request], Coroutine[Any, Any, Response]]
    ) -> Response:
        # FastAPI closes function-scoped dependencies (the transaction) with this stack. Replacing it allows a failed
        # commit to be repeated, and the finished answer to be kept before the commit.
        async with AsyncExitStack() as stack:
            request.scope["fastapi_function_astack"] = stack
            request.state.session = None
            command = None if self.key == "none" else await self._command(request)
            if command is None:
                answer = await endpoint(request)
                await self._note(request, answer)
                return answer
            database: Database = request.app.state.database
            session = await stack.enter_async_context(database.transaction(acting=acting_for(request)))
            request.state.session = session
            kept = await idempotency.begin(session, command)
            if kept is not None:
                return kept
            answer = await endpoint(request)
            await idempotency.keep(session, command, answer)
            await self._note(request, answer)
            return answer

    async def _command(self, request: Request) -> idempotency.Command | None:
        """The command in the request, or None if it has no key and needs none, or only checks."""
        if only_checks(request, self.known):
            return None
        subject = request.state.caller.principal.subject
        route = f"{request.method} {self.path}"
        command = await idempotency.read_command(request, subject, route, reads_file=self.reads_file)
        if command is None and self.key == "required":
            raise IdempotencyKeyMissing("Send an Idempotency-Key, and the same one when you repeat the command.")
        return command

    async def _with_unknown_names(self, request: Request, error: RequestValidationError) -> DomainError:
        """The refusal of an invalid body, with the unknown names in its other fields."""
        refused = refusal_of_validation(error)
        if self.naming is None or not isinstance(refused, InvalidInput) or not isinstance(error.body, dict):
            return refused
        read = read_partly(self.naming.kind, error.body)
        invalid = invalid_faults(error)
        places = {fault.pointer for fault in invalid}
        database: Database = request.app.state.database
        async with database.transaction() as session:
            facts = None if self.naming.facts is None else await self.naming.facts(request, session)
            if self.naming.facts is not None and facts is None:
                return refused
            found = await self.naming.find(session, PartlyRead(read.value, places, facts))
        given = [(read.place_given(pointer), detail) for pointer, detail in found]
        named = [Fault(pointer, detail) for pointer, detail in given if pointer not in places]
        return invalid_fields([*invalid, *named])

    async def _note(self, request: Request, answer: Response) -> None:
        """Adds a command that was carried out to the audit, in the command's own transaction.

        What may be done with the level `view` asks for something, whatever its method: an entry form, a trial. So does
        a check.
        """
        session, access = request.state.session, self.declared
        if session is None or access is None or access.kind == "public" or request.method not in _CHANGING:
            return
        if not self.audited or access.level is Level.VIEW or only_checks(request, self.known):
            return
        caller: Caller = request.state.caller
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        done = audit.Done(
            subject=caller.principal.subject,
            name=caller.name,
            operation=f"{request.method} {self.path}",
            path=request.url.path,
            feature=access.feature,
            level=access.level.word,
            status=answer.status_code,
            body=kept_body(media_type, await _body_of(request)),
            request_id=tracing.request_id() or "",
        )
        await audit.note(session, done)


async def _body_of(request: Request) -> bytes:
    """The body of a request whose endpoint has read it."""
    file: bytes | None = getattr(request.state, "file", None)
    return await request.body() if file is None else file


class Router:
    """The operations of one noun, under `/v1/<noun>`.

    The name of an endpoint gives its operation id and its summary.
    """

    def __init__(self, noun: str):
        self.api = APIRouter(prefix=f"/v1/{noun}", tags=[noun], route_class=Operation)

    def get(self, path: str, *, access: Access, **options: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("GET", path, access, options)

    def post(self, path: str, *, access: Access, **options: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("POST", path, access, options)

    def imports(self, path: str, *, access: Access, **options: Any) -> Callable[[Load], Load]:
        """Registers an import: the function imports a file and returns its number of rows; `check=true` keeps none."""
        declared = {"status_code": 201, "refuses": [ImportRefused], "openapi_extra": CSV_REQUEST, "file": True}
        declared |= options
        declared["response_model_exclude_none"] = True
        declared["responses"] = {200: {"model": Imported, "description": "The result of a check; nothing is imported."}}

        def register(load: Load) -> Load:
            self.post(path, access=access, **declared)(checkable(load))
            return load

        return register

    def watches(
        self, path: str, *, access: Access, finished: Callable[[Any], bool], **options: Any
    ) -> Callable[[Look], Look]:
        """Registers a stream of server-sent events: the function reads the current state, until it is `finished`.

        It is called once before the stream begins, so that a caller who may not see it is refused as in any other
        request.
        """

        def register(look: Look) -> Look:
            declared = {"response_class": EventSourceResponse, "dependencies": [Depends(look)], **options}
            self.get(path, access=access, **declared)(watching(look, finished))
            return look

        return register

    def put(self, path: str, *, access: Access, **options: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("PUT", path, access, options)

    def patch(self, path: str, *, access: Access, **options: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("PATCH", path, access, options)

    def delete(self, path: str, *, access: Access, **options: Any) -> Callable[[Endpoint], Endpoint]:
        return self._declare("DELETE", path, access, options)

    def _declare(
        self, method: str, path: str, access: Access, options: dict[str, Any]
    ) -> Callable[[Endpoint], Endpoint]:
        """Registers an operation.

        `refuses` lists its own errors; `idempotent` requires an Idempotency-Key, which other commands take unless it is
        False: answers with a secret, which is not kept; `naming` says what its body names;
        `open_query` leaves unknown parameters alone, because another system makes the query; `file` says that its body is a
        file; `audited=False` leaves changes out of the audit that concern nobody but their caller; `sorting` says what a
        list can be sorted by, where that is not said in main.py of the service.
        """
        key = _use_of_key(method, access, idempotent=options.pop("idempotent", None))
        naming: Naming | None = options.pop("naming", None)
        open_query: bool = options.pop("open_query", False)
        reads_file: bool = options.pop("file", False)
        audited: bool = options.pop("audited", True)
        sorting: Sorting | None = options.pop("sorting", None)
        errors: list[type[DomainError]] = [
            *options.pop("refuses", ()),
            InvalidInput,
            TryAgain,
            TookTooLong,
            DatabaseAway,
        ]
        if access.kind != "public":
            errors.append(Unauthenticated)
        if access.kind == "feature":
            errors.append(Forbidden)
        dependencies = list(options.pop("dependencies", ()))
        if CSV_TYPE in options.get("responses", {}).get(200, {}).get("content", {}):
            errors.append(TooManyRows)
        if key != "none":
            errors += [IdempotencyKeyReused, CommandInFlight]
            dependencies.append(Depends(idempotency.taken_key if key == "taken" else idempotency.demanded_key))
        if key == "required":
            errors.append(IdempotencyKeyMissing)
        extra = options.pop("openapi_extra", {})
        declared = {**refusals(*errors), **options.pop("responses", {})}
        status = options.get("status_code") or 200

        def register(endpoint: Endpoint) -> Endpoint:
            headers = headers_of([*set_headers(endpoint), *([idempotency.REPLAYED] if key != "none" else ())])
            answer = declared.get(status, {})
            responses = {**declared, status: {**answer, "headers": {**answer.get("headers", {}), **headers}}}
            self.api.add_api_route(
                path,
                endpoint,
                methods=[method],
                dependencies=dependencies,
                responses=responses if headers else declared,
                openapi_extra={**access.to_openapi(), **extra},
                operation_id=endpoint.__name__,
                summary=sentence_case(in_words(endpoint.__name__)),
                **options,
            )
            route = self.api.routes[-1]
            assert isinstance(route, Operation)
            route.declared, route.key, route.naming = access, key, naming
            route.open_query, route.reads_file, route.sorting = open_query, reads_file, sorting
            route.audited = audited
            return endpoint

        return register


def _use_of_key(method: str, access: Access, *, idempotent: bool | None) -> KeyUse:
    """Whether an operation needs an Idempotency-Key, or takes one: a POST does that changes something for its caller."""
    if idempotent:
        return "required"
    commands = method == "POST" and access.kind == "feature" and access.level > Level.VIEW
    return "taken" if commands and idempotent is None else "none"


def require_declared(app: FastAPI) -> None:
    """Raises AccessUndeclared if any operation of `app` does not declare who may use it."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and not (isinstance(route, Operation) and route.declared is not None):
            raise AccessUndeclared(
                f"{route.path} does not declare its access: register it with shared.http.operation.Router."
            )


def include(app: FastAPI, routers: Iterable[Router]) -> None:
    """Adds the operations of the routers to the app; raises AccessUndeclared if one does not declare its access."""
    for router in routers:
        app.include_router(router.api)
    require_declared(app)
