"""Waiting until a stream contains what it should."""

import asyncio
from collections.abc import Awaitable, Callable

from deploy.local.nats import Nats
from shared.contracts.event import STREAM
from shared.events import streams


async def eventually(look: Callable[[], Awaitable[object]], wanted: object, seconds: float = 8) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while (found := await look()) != wanted:
        assert asyncio.get_running_loop().time() < deadline, f"{found!r} instead of {wanted!r}"
        await asyncio.sleep(0.02)


async def messages(broker: Nats) -> int:
    client = await streams.connect(broker.url("provisioner"), reconnect=False)
    try:
        return (await client.jetstream().stream_info(STREAM)).state.messages
    finally:
        await client.close()
