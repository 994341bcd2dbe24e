"""Code that runs in its own thread beside the test, which waits for processes."""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Aside(ABC):
    """An event loop in a thread; use it in a `with` block."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs the work in the thread and waits for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    @abstractmethod
    async def open(self) -> None:
        """Starts, in the thread."""

    @abstractmethod
    async def close(self) -> None:
        """Stops, in the thread."""

    def __enter__(self) -> Self:
        self._thread.start()
        self.do(self.open())
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        await self.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Closed transports finish in the next turns of the loop.
        await asyncio.sleep(0.05)
