"""Reads and imports end with their caller: what nobody waits for any more must not hold up the others."""

import asyncio
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.files.csv import CSV_TYPE
from shared.files.xlsx import XLSX_TYPE

_FILES = {CSV_TYPE, XLSX_TYPE}


def ends_with_its_caller(method: str, content_type: str) -> bool:
    """Whether a request is a read or an import. Any other command is carried out; its caller can ask for the result."""
    return method in {"GET", "HEAD"} or content_type.partition(";")[0].strip().lower() in _FILES


class EndAbandoned:
    """ASGI middleware that cancels a read or an import when its caller leaves before the answer.

    The database then ends the statement, and a worker process that reads a workbook is killed.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not ends_with_its_caller(scope["method"], _content_type(scope)):
            await self._app(scope, receive, send)
            return
        # One message at most is read ahead, so that a large body still arrives at the pace of its reader.
        arrived: asyncio.Queue[Message] = asyncio.Queue(maxsize=1)
        answering = asyncio.current_task()
        assert answering is not None
        begun = left = False

        async def watch() -> None:
            nonlocal left
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    left = True
                    if not begun:
                        answering.cancel()
                    while True:
                        await arrived.put(message)
                await arrived.put(message)

        async def note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        watching = asyncio.create_task(watch())
        try:
            await self._app(scope, arrived.get, note)
        except asyncio.CancelledError:
            # A process that stops also cancels its requests, and then this task must end as cancelled.
            if not left or begun:
                raise
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


def _content_type(scope: MutableMapping[str, Any]) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"content-type"), "")
