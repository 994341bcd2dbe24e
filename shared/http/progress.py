"""Live progress: a stream of server-sent events that reports the state until the work is finished."""

import asyncio
import inspect
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi import Request
from fastapi.sse import ServerSentEvent
from pydantic import TypeAdapter

from shared.database.pool import Database

_LOOK_SECONDS = 0.3
_SHOWN_SECONDS = 2.0
_RETRY_MS = 3000
Look = Callable[..., Awaitable[Any]]
"""Reads the current state: takes the parameters of the path, the caller and a `session`."""


async def watch(look: Callable[[], Awaitable[Any]], finished: Callable[[Any], bool]) -> AsyncIterator[ServerSentEvent]:
    """Looks a few times a second; sends `progress` for each change and at least each 2 s, and `done` with the final state.

    A client that connects again, which browsers do after 3 s, gets the current state first, so there is nothing to resume:
    the ids only number the events of a connection.
    """
    clock = asyncio.get_running_loop().time
    number, sent, sent_at = 0, None, -math.inf
    while True:
        state = await look()
        is_over = finished(state)
        if is_over or state != sent or clock() - sent_at >= _SHOWN_SECONDS:
            number, sent, sent_at = number + 1, state, clock()
            event = "done" if is_over else "progress"
            yield ServerSentEvent(event=event, raw_data=_as_json(state), id=str(number), retry=_RETRY_MS)
        if is_over:
            return
        await asyncio.sleep(_LOOK_SECONDS)


def _as_json(state: object) -> str:
    """The state as other answers write it. FastAPI's own way would make floats of amounts."""
    return TypeAdapter(type(state)).dump_json(state).decode()


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
