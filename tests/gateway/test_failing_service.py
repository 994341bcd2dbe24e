"""A request that fails unexpectedly in a service fails alone: its connection carries the next request."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import StreamingResponse

from shared.http.context import RequestContext
from shared.http.problems import install_problem_handlers
from shared.process.draining import Draining
from tests.gateway.conftest import EVERYTHING, Gateway, running_gateway
from tests.gateway.player import Player
from tests.gateway.servers import serving

connections: list[object] = []


def failing_service() -> FastAPI:
    """A service put together as all are, with an operation that fails every third time."""
    app = FastAPI()
    app.add_middleware(RequestContext, service="failing", draining=Draining())
    install_problem_handlers(app)

    async def echo(request: Request, number: int = 0) -> dict[str, int]:
        connections.append(request.client)
        if number % 3 == 0:
            raise ZeroDivisionError(number)
        return {"number": number}

    async def break_off() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"half"
            raise ZeroDivisionError

        return StreamingResponse(pieces())

    app.add_api_route("/v1/echo", echo, methods=["GET", "POST"])
    app.add_api_route("/v1/open", break_off, methods=["GET"])
    return app


@pytest.fixture(scope="module")
def before_a_failing_service() -> Iterator[Gateway]:
    player = Player()
    player.grant("7", *EVERYTHING)
    with (
        serving(failing_service()) as rating,
        serving(player) as services,
        running_gateway(player, services.origin, rating_url=rating.origin) as gateway,
    ):
        yield gateway


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_500_of_one_request_never_fails_another(before_a_failing_service: Gateway, method: str) -> None:
    gateway = before_a_failing_service
    connections.clear()
    statuses: dict[int, int] = {}
    numbers = iter(range(600))

    async def ask(client: httpx.AsyncClient) -> None:
        for number in numbers:
            answer = await client.request(method, f"/api/v1/rating/echo?number={number}")
            statuses[number] = answer.status_code
            assert answer.status_code == 200 or answer.json()["code"] == "UNEXPECTED"

    async with httpx.AsyncClient(base_url=gateway.origin, headers=gateway.headers()) as client:
        await asyncio.gather(*(ask(client) for _ in range(8)))
    assert statuses == {number: 200 if number % 3 else 500 for number in range(600)}
    # The failures did not cost their connections either.
    assert len(set(connections)) <= 16


def test_an_answer_that_fails_after_its_head_is_never_taken_for_a_complete_one(
    before_a_failing_service: Gateway,
) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{before_a_failing_service.origin}/api/v1/rating/open")
