"""A failure that nobody expected is answered, logged and counted as 500, with the request id of the answer."""

import json
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from prometheus_client import REGISTRY
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Message, Scope

from shared.http.context import RequestContext
from shared.http.problems import install_problem_handlers
from shared.process.draining import Draining
from tests.fixtures.asgi import ask


@pytest.fixture(params=["handlers first", "context first"])
def app(request: pytest.FixtureRequest) -> FastAPI:
    """An application whose parts are installed in either order."""
    made = FastAPI()
    if request.param == "handlers first":
        install_problem_handlers(made)
    made.add_middleware(RequestContext, service="test", draining=Draining())
    if request.param == "context first":
        install_problem_handlers(made)

    async def fail() -> None:
        raise ZeroDivisionError

    async def begin_and_fail() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"half"
            raise ZeroDivisionError

        return StreamingResponse(pieces())

    async def lose_the_caller(_: Request) -> None:
        raise ClientDisconnect

    made.add_api_route("/fail", fail)
    made.add_api_route("/half", begin_and_fail)
    made.add_api_route("/lost", lose_the_caller)
    return made


def counted(route: str, status: str) -> float:
    labels = {"service": "test", "method": "GET", "route": route, "status": status}
    return REGISTRY.get_sample_value("ratebook_http_request_seconds_count", labels) or 0.0


async def test_an_unexpected_failure_is_answered_logged_and_counted_as_500(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    before = counted("/fail", "5xx")
    caplog.set_level(logging.INFO, "request")
    # The transport raises what the application raises: the server must not see the failure.
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/fail")
    problem = json.loads(answer.content)
    assert (answer.status_code, problem["code"]) == (500, "UNEXPECTED")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == problem["request_id"] != ""
    assert counted("/fail", "5xx") == before + 1
    records = [record for record in caplog.records if record.name == "request"]
    assert [record.getMessage() for record in records] == ["unexpected ZeroDivisionError", "GET /fail 500"]
    assert records[0].exc_info is not None


async def test_an_answer_that_has_begun_is_cut_off(app: FastAPI) -> None:
    sent: list[str] = []

    async def send(message: Message) -> None:
        sent.append(f"{message['type']} {message.get('more_body', '')}".strip())

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "path": "/half",
        "raw_path": b"/half",
        "query_string": b"",
        "root_path": "",
        "headers": [],
    }
    await app(scope, receive, send)
    # Without an end, so the server closes the connection.
    assert sent == ["http.response.start", "http.response.body True"]


async def test_a_caller_that_disconnects_while_its_body_is_read_is_no_failure(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    failed, left = counted("/lost", "5xx"), counted("/lost", "none")
    assert await ask(app, "GET", "/lost", "", []) == 0
    assert (counted("/lost", "5xx"), counted("/lost", "none")) == (failed, left + 1)
    assert [one for one in caplog.records if one.name == "request" and one.levelno >= logging.WARNING] == []
