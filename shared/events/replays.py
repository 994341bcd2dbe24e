"""Handling a message again that was set aside."""

from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events import dead_letters
from shared.events.consumer import Consumer, OtherIncarnation
from shared.events.dead_letters import DeadLetter

Result = Literal["replayed", "closed"]


async def replay(session: AsyncSession, letter: DeadLetter, consumer: Consumer[Any]) -> Result:
    """Handles a message again and marks it as done, in this transaction, which has locked it.

    A message from before a restore is done with: it is never handled, and what is still true has been published again. If
    the message cannot be handled, the error of its consumer is raised, and nothing has changed.
    """

    async def handle(inside: AsyncSession, payload: bytes) -> None:
        await consumer.take_in(inside, [payload])

    try:
        async with session.begin_nested():
            await dead_letters.replay(session, letter, handle)
    except OtherIncarnation:
        await dead_letters.close(session, letter)
        return "closed"
    return "replayed"
