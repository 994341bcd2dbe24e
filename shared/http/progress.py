"""Owns live progress: a stream of server-sent events that tells whenever something has changed, until it is finished."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from fastapi.sse import ServerSentEvent
from pydantic import BaseModel

StateT = TypeVar("StateT", bound=BaseModel)
_LOOK_SECONDS = 0.3


async def watch(
    look: Callable[[], Awaitable[StateT]], finished: Callable[[StateT], bool]
) -> AsyncIterator[ServerSentEvent]:
    """Looks a few times a second; sends an event `progress` for each change and `done` with the last state.

    Whoever reconnects gets the present state first, so nothing needs to be resumed.
    """
    told: StateT | None = None
    while True:
        state = await look()
        if finished(state):
            yield ServerSentEvent(event="done", data=state)
            return
        if state != told:
            yield ServerSentEvent(event="progress", data=state)
            told = state
        await asyncio.sleep(_LOOK_SECONDS)
