"""Work beside the requests: loops that are restarted when they fail and end with the process."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 10.0
_CANCEL_AGAIN_SECONDS = 0.5
_OBJECTS_PER_COLLECTION = 50_000
_FINISH_SECONDS = 10.0


class Stuck(Exception):
    """A loop cannot do its work until someone corrects something.

    The message is a sentence that anyone may read and says what to do: /readyz shows it.
    """


def collect_rarely() -> None:
    """Tunes the garbage collector for a process that has started and now serves.

    Objects that exist now live as long as the process, so they are not scanned again. A chunk of 500 invoices makes
    tens of thousands of objects, none of them garbage; with Python's own threshold of 700, a third of the booking time
    went into looking for garbage. Objects dropped in cycles, such as tracebacks, wait a little longer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_PER_COLLECTION)


async def whole(work: Coroutine[Any, Any, T]) -> T:
    """Awaits `work` that should be finished rather than cut off, such as a transaction.

    A cancellation waits for it for up to ten seconds, and is raised afterwards.
    """
    task = asyncio.create_task(work)
    clock = asyncio.get_running_loop()
    deadline: float | None = None
    while True:
        try:
            await asyncio.wait({task}, timeout=None if deadline is None else max(deadline - clock.time(), 0))
        except asyncio.CancelledError:
            deadline = deadline or clock.time() + _FINISH_SECONDS
            continue
        if deadline is None:
            return task.result()
        if not task.done():
            log.warning("work was cut off: it did not end within %.0f s after the request to stop", _FINISH_SECONDS)
            task.cancel()
            await asyncio.wait({task}, timeout=_CANCEL_AGAIN_SECONDS)
        elif not task.cancelled() and (error := task.exception()) is not None:
            log.warning("the last work before stopping failed: %r", error)
        raise asyncio.CancelledError


async def in_turns(items: Sequence[T], size: int) -> AsyncIterator[Sequence[T]]:
    """Parts of `items`, at most `size` each; before each one, other requests have their turn."""
    for first in range(0, len(items), size):
        await asyncio.sleep(0)
        yield items[first : first + size]


async def keep_running(name: str, loop: Callable[[], Awaitable[None]], failing: dict[str, str] | None = None) -> None:
    """Runs `loop` forever; when it raises, logs the error and starts it again after a growing pause.

    Meanwhile its name is in `failing`, with the sentence of a `Stuck` or with "", until it has run for longer than the
    longest pause.
    """
    failing = {} if failing is None else failing
    pause = _FIRST_PAUSE_SECONDS
    clock = asyncio.get_running_loop()
    while True:
        started_at = clock.time()
        settled = clock.call_later(_LONGEST_PAUSE_SECONDS, failing.pop, name, None)
        try:
            await loop()
        except Exception as error:
            failing[name] = str(error) if isinstance(error, Stuck) else ""
            if clock.time() - started_at > _LONGEST_PAUSE_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            log.warning("%s failed and starts again in %.1f s: %r", name, pause, error)
        finally:
            settled.cancel()
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


@asynccontextmanager
async def running(
    loops: Mapping[str, Callable[[], Awaitable[None]]], failing: dict[str, str] | None = None
) -> AsyncIterator[None]:
    """Keeps every loop running until the block ends; those that fail are in `failing` meanwhile (see keep_running)."""
    tasks = [asyncio.create_task(keep_running(name, loop, failing), name=name) for name, loop in loops.items()]
    try:
        yield
    finally:
        await stop(tasks)


async def stop(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancels the tasks and waits until they have ended."""
    # This must finish: tasks may be stopping tasks of their own, whose resources are released once this returns.
    await whole(_end(tasks))


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    pending = set(tasks)
    while pending:
        # Repeated, because a library may lose a cancellation that coincides with a result (asyncio.wait_for before
        # 3.12).
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_CANCEL_AGAIN_SECONDS)
