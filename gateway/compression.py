"""Compression of an answer while it is carried back, with little memory and in short turns."""

import asyncio
import zlib
from typing import Protocol

LEVEL = 1
_GZIP = zlib.MAX_WBITS | 16
# What is compressed before other requests get their turn: about half a millisecond.
_TURN_BYTES = 64 * 1024


class Readable(Protocol):
    """Something whose body is read piece by piece."""

    async def read(self) -> bytes:
        """The next piece, empty at the end."""


class Gzipped:
    """A body that is compressed as it is read; it keeps about 256 KB, however long it is."""

    def __init__(self, source: Readable):
        self._source = source
        self._compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
        self._over = False

    async def read(self) -> bytes:
        """The next piece of the compressed body, empty at the end; raises what the source raises."""
        while not self._over:
            piece = await self._source.read()
            self._over = not piece
            made = await self._compress(piece) if piece else self._compressor.flush()
            if made:
                return made
        return b""

    async def _compress(self, piece: bytes) -> bytes:
        made = [self._compressor.compress(piece[:_TURN_BYTES])]
        for start in range(_TURN_BYTES, len(piece), _TURN_BYTES):
            await asyncio.sleep(0)
            made.append(self._compressor.compress(piece[start : start + _TURN_BYTES]))
        return b"".join(made)
