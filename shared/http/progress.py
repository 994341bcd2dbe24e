"""Live progress: a stream of server-sent events that reports each change until the work is finished."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi import Request
from fastapi.sse import ServerSentEvent

from shared.database.pool import Database

_LOOK_SECONDS = 0.3
Look = Callable[..., Awaitable[Any]]
"""Reads the current state: takes the parameters of the path, the caller and a `session`."""


async def watch(look: Callable[[], Awaitable[Any]], finished: Callable[[Any], bool]) -> AsyncIterator[ServerSentEvent]:
    """Looks a few times a second; sends the event `progress` for each change, and `done` with the final state.

    A client that connects again gets the current state first, so there is nothing to resume.
    """
    sent: Any = None
    while True:
        state = await look()
        if finished(state):
            yield ServerSentEvent(event="done", data=state)
            return
        if state != sent:
            yield ServerSentEvent(event="progress", data=state)
            sent = state
        await asyncio.sleep(_LOOK_SECONDS)


def watching(look: Look, finished: Callable[[Any], bool]) -> Callable[..., AsyncIterator[ServerSentEvent]]:
    """Makes the endpoint that watches what `look` reads; each look is a transaction of its own."""

    async def stream(*, request: Request, **given: Any) -> AsyncIterator[ServerSentEvent]:
        database: Database = request.app.state.database

        async def look_once() -> Any:
            async with database.transaction() as session:
                return await look(session=session, **given)

        async for event in watch(look_once, finished):
            yield event

    signature = inspect.signature(look)
    own = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    parameters = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in signature.parameters.values()
        if parameter.name != "session"
    ]
    # FastAPI finds the signature here through inspect.signature.
    vars(stream)["__signature__"] = signature.replace(
        parameters=[*parameters, own], return_annotation=AsyncIterator[ServerSentEvent]
    )
    stream.__name__, stream.__doc__ = getattr(look, "__name__", "watch"), look.__doc__
    return stream
