"""Both ledgers in this process with a real broker, so that a test can put in a bug and check that it is detected."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg
import httpx

from deploy.local.nats import Nats
from services.rating.jobs import exports
from services.rating.jobs.rating_runs import rate_job
from shared.database.pool import Database
from shared.events import streams
from shared.events.consumer import ConsumerLoop
from shared.events.relay import Relay
from shared.process.background import running
from shared.service.jobs import Bell
from tests.faults.checker import Ledgers, find_faults
from tests.faults.proxy import Proxy
from tests.faults.stream import count_events
from tests.fixtures.exchange import consumers_of

SERVICES = ("rating", "receivables")
_CHUNK_ORDERS = 5
_PATIENCE_SECONDS = 1


@dataclass(frozen=True)
class World:
    """The clients of both services, their databases, the broker, and the proxies that their loops use."""

    clients: dict[str, httpx.AsyncClient]
    databases: dict[str, Database]
    proxies: dict[str, Proxy]
    broker: Nats | None = None

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """Runs the relays, consumers and jobs of each service through its proxy while the block lasts."""
        assert self.broker is not None
        loops: dict[str, Any] = {}
        opened = []
        for service in SERVICES:
            url = self.databases[service].url
            port = url.rsplit(":", 1)[1].split("/")[0]
            database = Database(url.replace(f":{port}/", f":{self.proxies[service].port}/"), 10)
            client = await streams.connect(self.broker.url(service), reconnect=True)
            opened.append((database, client))
            loops[f"relay of {service}"] = Relay(service, database, self.broker.url(service)).run
            for consumer in consumers_of(service).values():
                loops[consumer.durable] = ConsumerLoop(consumer, database, client).run
            if service == "rating":
                bell = Bell()
                jobs = (rate_job(), exports.send_job(_CHUNK_ORDERS), exports.remind_job(_PATIENCE_SECONDS))
                loops["bell"] = partial(bell.listen, database)
                loops |= {f"job {number}": partial(job.run, database, bell) for number, job in enumerate(jobs)}
        try:
            async with running(loops):
                yield
        finally:
            for database, client in opened:
                await client.close()
                await database.close()

    async def faults(self, patience_seconds: float = 0) -> list[str]:
        """The findings of the checker, if needed after waiting for events that are on their way."""
        clock = asyncio.get_running_loop()
        deadline = clock.time() + patience_seconds
        connections = [await asyncpg.connect(self.databases[service].url) for service in SERVICES]
        try:
            while True:
                said = [(await self.clients[service].get("/v1/reconciliation")).json() for service in SERVICES]
                held = await count_events(self.broker) if self.broker is not None else None
                found = await find_faults(Ledgers(*connections), (said[0], said[1]), stream=held)
                if not found or clock.time() >= deadline:
                    return found
                await asyncio.sleep(0.2)
        finally:
            for connection in connections:
                with suppress(OSError):
                    await connection.close()


async def eventually(look: Any, seconds: float = 30) -> Any:
    """The first result of `look`, which is repeated."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (found := await look()):
        assert asyncio.get_running_loop().time() < deadline, look
        await asyncio.sleep(0.05)
    return found
