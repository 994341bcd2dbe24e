"""Owns live progress: a stream of server-sent events that reports whenever something has changed, until it is finished."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi import Request
from fastapi.sse import ServerSentEvent

from shared.database.pool import Database

_LOOK_SECONDS = 0.3
Look = Callable[..., Awaitable[Any]]
"""Reads the present state: takes the parameters of the path, the caller and a `session`."""


async def watch(look: Callable[[], Awaitable[Any]], finished: Callable[[Any], bool]) -> AsyncIterator[ServerSentEvent]:
    """Looks a few times a second; sends an event `progress` for each change and `done` with the last state.

    A client that connects again gets the present state first, so nothing needs to be resumed.
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
    """The endpoint that watches what `look` reads; each look is a transaction of its own."""

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
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for one in signature.parameters.values()
        if one.name != "session"
    ]
    # Where FastAPI, like everybody who asks inspect.signature, finds it.
    vars(stream)["__signature__"] = signature.replace(
        parameters=[*parameters, own], return_annotation=AsyncIterator[ServerSentEvent]
    )
    stream.__name__, stream.__doc__ = getattr(look, "__name__", "watch"), look.__doc__
    return stream
