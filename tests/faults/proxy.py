"""A proxy for PostgreSQL that reads its wire protocol and cuts connections at chosen messages.

A cut `after` a COMMIT loses the answer to a transaction that is committed. A cut `before` it is as if the process had
died.
"""

import asyncio
import re
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from tests.faults.aside import Aside

_SSL_REQUEST, _CANCEL_REQUEST = 80_877_103, 80_877_102
_CHANGED = re.compile(rb"(INSERT 0|UPDATE|DELETE|COPY) [1-9]")

Cut = Literal["before", "after"] | None
Choice = Callable[[bytes, bool], Cut]
"""Decides about a query or statement; the second argument says whether its transaction has changed rows."""


def is_commit(sql: bytes) -> bool:
    return sql.upper().startswith(b"COMMIT")


class Connection:
    """The connection of one client, message by message."""

    def __init__(self, proxy: "Proxy", client: tuple[asyncio.StreamReader, asyncio.StreamWriter]):
        self._proxy = proxy
        self._from_client, self._to_client = client
        self._changed = False
        self._muted = False

    async def carry(self) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                self._from_server, self._to_server = await asyncio.open_connection("127.0.0.1", self._proxy.target)
                try:
                    if await self._greet():
                        await self._pass_on()
                finally:
                    self._to_server.close()
        finally:
            self._to_client.close()

    async def _pass_on(self) -> None:
        """Passes messages on in both directions until either ends."""
        ways = {asyncio.create_task(self._backward()), asyncio.create_task(self._forward())}
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _greet(self) -> bool:
        """Passes on everything before typed messages; returns False if nothing follows."""
        while True:
            head = await self._from_client.readexactly(8)
            length, code = struct.unpack("!ii", head)
            self._to_server.write(head + await self._from_client.readexactly(length - 8))
            if code == _CANCEL_REQUEST:
                await self._to_server.drain()
                return False
            if code != _SSL_REQUEST:
                return True
            self._to_client.write(await self._from_server.readexactly(1))

    async def _forward(self) -> None:
        while True:
            kind, message = await _read(self._from_client)
            cut = self._proxy.consider(message[5:-1], self._changed) if kind in b"QP" else None
            if cut == "before":
                return
            self._muted = cut == "after"
            self._to_server.write(message)
            await self._to_server.drain()

    async def _backward(self) -> None:
        while True:
            kind, message = await _read(self._from_server)
            if kind == b"C":
                self._changed = bool(_CHANGED.match(message[5:])) or (
                    self._changed and not message[5:].startswith((b"COMMIT", b"ROLLBACK"))
                )
            if self._muted:
                if kind == b"Z":
                    return
                continue
            self._to_client.write(message)
            await self._to_client.drain()


async def _read(stream: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """One complete typed message, and its type."""
    head = await stream.readexactly(5)
    (length,) = struct.unpack("!i", head[1:])
    return head[:1], head + await stream.readexactly(length - 4)


class Proxy(Aside):
    """Listens on `port` and connects to PostgreSQL at `target`; `choice` decides what to cut, and may be replaced."""

    def __init__(self, target: int):
        super().__init__()
        self.target = target
        self.port = 0
        self.cuts = 0
        self.choice: Choice | None = None

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Connection(self, (reader, writer)).carry()

    def consider(self, sql: bytes, changed: bool) -> Cut:
        cut = self.choice(sql, changed) if self.choice is not None else None
        self.cuts += cut is not None
        return cut
