"""The gateway's own operation: the state of the whole suite, put together from what each service says of itself.

The gateway knows all services and no database, so it asks them, at once and with a time limit. A service that does not
answer is shown as such, and the others are shown all the same (docs/decisions/0068).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request
from pydantic import BaseModel, Field, ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.auth import Identities
from gateway.routes import OWN, SERVICES, Document
from gateway.upstream import Upstream, fetch
from shared.access import declared
from shared.access.grants import Grant, Level
from shared.contracts.service_status import FEATURE, NOUN, Latency, Part, ServiceStatus
from shared.errors import DomainError
from shared.http.problems import install_problem_handlers
from shared.process import recent
from shared.process.version import VERSION

log = logging.getLogger(__name__)
_SECONDS = 3.0
_MAX_ANSWER_BYTES = 64 * 1024
_PATH = f"/v1/{NOUN}"
_MAY_READ = Grant(FEATURE, Level.VIEW)
CheckParts = Callable[[], Awaitable[dict[str, str]]]


class ProcessState(BaseModel):
    """What a process says of itself, or why it says nothing."""

    name: str = Field(description="`gateway`, or the name of a service.")
    problem: str = Field(description="Why it did not answer; empty if it did.")
    status: ServiceStatus | None = Field(description="What it said; null if it did not answer.")


class SuiteStatus(BaseModel):
    """The state of the gateway and of each service at one moment."""

    at: datetime = Field(description="When they were asked.")
    processes: list[ProcessState] = Field(description="The gateway, then the services.")


class Services:
    """Asks every service for its state."""

    def __init__(self, upstream: Upstream, origins: Mapping[str, str], identities: Identities):
        self._upstream = upstream
        self._origins = origins
        self._identities = identities

    async def states(self) -> list[ProcessState]:
        """The state of each service; none takes longer than the time limit."""
        return list(await asyncio.gather(*(self._ask(name, origin) for name, origin in self._origins.items())))

    async def _ask(self, name: str, origin: str) -> ProcessState:
        headers = [self._identities.own(_MAY_READ, service=name)]
        try:
            async with asyncio.timeout(_SECONDS):
                status, _, body = await fetch(self._upstream, origin, _PATH, headers, max_bytes=_MAX_ANSWER_BYTES)
            if status != 200:
                return ProcessState(name=name, problem=f"The service answered with status {status}.", status=None)
            return ProcessState(name=name, problem="", status=ServiceStatus.model_validate_json(body))
        except TimeoutError:
            return ProcessState(name=name, problem=f"The service did not answer within {_SECONDS:g} s.", status=None)
        except DomainError:
            return ProcessState(name=name, problem="The service is unreachable.", status=None)
        except ValidationError as error:
            log.warning("the state of %s cannot be read: %r", name, error)
            return ProcessState(name=name, problem="The service does not answer as expected.", status=None)


def _own_app() -> FastAPI:
    """The application with the gateway's own operation, which asks `app.state.ask`."""
    app = FastAPI(title="Ratebook gateway", version=VERSION, docs_url=None, redoc_url=None)
    install_problem_handlers(app)

    @app.get(
        _PATH,
        tags=[NOUN],
        operation_id="read_suite_status",
        summary="Read suite status",
        openapi_extra=declared.feature(FEATURE, Level.VIEW).to_openapi(),
    )
    async def read_suite_status(request: Request) -> SuiteStatus:
        """How the gateway and each service are: what they need, how long requests take, and what waits.

        All services are asked at once. One that does not answer is named with the reason, and the others are shown.
        """
        status: SuiteStatus = await request.app.state.ask()
        return status

    return app


def own_document() -> Document:
    """The OpenAPI document of the gateway's own operation, in the form of a service's."""
    described: dict[str, Any] = _own_app().openapi()
    return described


def with_own(documents: Mapping[str, Document]) -> dict[str, Document]:
    """The documents by service, with that of the gateway first: where two describe a schema, the later one counts."""
    return {OWN: own_document(), **documents}


def own_operation(services: Services, check_parts: CheckParts) -> ASGIApp:
    """The application for the gateway's own operation, which answers requests that were admitted."""

    async def own_status() -> ServiceStatus:
        checks = await check_parts()
        return ServiceStatus(
            service="gateway",
            version=VERSION,
            parts=[Part(name=name, state=state) for name, state in checks.items() if name not in SERVICES],
            latency=Latency.of(recent.REQUESTS.taken()),
            outbox=None,
            dead_letters=None,
            latest=[],
        )

    async def ask() -> SuiteStatus:
        at = datetime.now(UTC)
        own, others = await asyncio.gather(own_status(), services.states())
        return SuiteStatus(at=at, processes=[ProcessState(name="gateway", problem="", status=own), *others])

    app = _own_app()
    app.state.ask = ask

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        inside = {**scope, "path": _PATH, "raw_path": _PATH.encode(), "root_path": ""}
        await app({name: value for name, value in inside.items() if name not in {"route", "app"}}, receive, send)

    return answer
