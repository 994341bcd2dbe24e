"""The broker at its worst: a rogue user publishes every message four more times, in any order, between new ones."""

import asyncio
import json
import random
import uuid
from pathlib import Path

import nats
from nats.aio.msg import Msg

from deploy.local.nats import CONFIGURATION
from shared.contracts.event import SUBJECTS
from tests.faults.aside import Aside

USER, PASSWORD = "rogue", "rogue-of-the-tests"
_COPIES = 4
_POOL = 400


def configuration_with_rogue(directory: Path) -> Path:
    """The product's configuration with an additional user who may read and publish everything."""
    user = f"""users: [
    {{ user: {USER}, password: "{PASSWORD}", permissions: {{ publish: "{SUBJECTS}", subscribe: "{SUBJECTS}" }} }}"""
    path = directory / "rogue.conf"
    path.write_text(CONFIGURATION.read_text().replace("users: [", user, 1))
    return path


class Rogue(Aside):
    """Publishes copies of everything that it reads: two unchanged, and two with new event ids."""

    def __init__(self, port: int, chance: random.Random, *, quiet: bool = False):
        super().__init__()
        self._url = f"nats://{USER}:{PASSWORD}@127.0.0.1:{port}"
        self._chance = chance
        self._quiet = quiet
        self._pool: list[tuple[str, bytes]] = []
        self.seen = 0
        self.copies = 0

    async def open(self) -> None:
        # It ignores its own copies; otherwise there would be no end.
        self._client = await nats.connect(self._url, no_echo=True)
        if not self._quiet:
            await self._client.subscribe(SUBJECTS, cb=self._see)
            self._publishing = asyncio.create_task(self._publish())

    async def close(self) -> None:
        await self._client.close()

    async def _see(self, message: Msg) -> None:
        self.seen += 1
        for number in range(_COPIES):
            event = json.loads(message.data)
            if number % 2:
                event["id"] = str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
                # As from a release before: a relay stops for events of its own life that its database does not have.
                event.pop("incarnation", None)
            self._pool.append((message.subject, json.dumps(event).encode()))

    async def _publish(self) -> None:
        """Publishes any of the copies it holds; the pool is large, so that copies are long delayed and out of order."""
        idle = 0
        while True:
            idle = 0 if len(self._pool) > _POOL else idle + 1
            if self._pool and (len(self._pool) > _POOL or idle > 20):
                place = self._chance.randrange(len(self._pool))
                self._pool[place], self._pool[-1] = self._pool[-1], self._pool[place]
                await self._send(*self._pool.pop())
            else:
                await asyncio.sleep(0.01)

    async def _send(self, subject: str, payload: bytes) -> None:
        await self._client.publish(subject, payload, headers={"Nats-Msg-Id": f"copy-{uuid.uuid4()}"})
        self.copies += 1
        if self.copies % 50 == 0:
            await self._client.flush()

    def publish(self, subject: str, payload: bytes) -> None:
        """Publishes a message of the test."""

        async def send() -> None:
            await self._client.publish(subject, payload)
            await self._client.flush()

        self.do(send())

    @property
    def held(self) -> int:
        """The number of copies that have not been published yet."""
        return len(self._pool)
