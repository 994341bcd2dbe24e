"""Waiting until a stream contains what it should."""

import asyncio
from collections.abc import Awaitable, Callable

from deploy.local.nats import Nats
from shared.contracts.event import STREAM, SUBJECTS
from shared.events import streams


async def eventually(look: Callable[[], Awaitable[object]], wanted: object, seconds: float = 8) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while (found := await look()) != wanted:
        assert asyncio.get_running_loop().time() < deadline, f"{found!r} instead of {wanted!r}"
        await asyncio.sleep(0.02)


async def messages(broker: Nats) -> int:
    """The number of events in the stream; the marks of the relays do not count."""
    client = await streams.connect(broker.url("provisioner"), reconnect=False)
    try:
        state = (await client.jetstream().stream_info(STREAM, subjects_filter=SUBJECTS)).state
        return sum((state.subjects or {}).values())
    finally:
        await client.close()
