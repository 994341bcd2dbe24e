"""Worker processes that read and make files, so that other requests need not wait."""

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_process

from shared.errors import FileProcessEnded

T = TypeVar("T")


async def in_worker(work: Callable[[], T], *, quick: bool) -> T:
    """What `work` returns. A worker process does it, and is ended when the caller leaves.

    Work that is `quick`, a few hundredths of a second, is done at once: starting a process would take longer. Raises
    FileProcessEnded.
    """
    if quick:
        return work()
    try:
        return await anyio.to_process.run_sync(work, cancellable=True)
    except anyio.BrokenWorkerProcess as error:
        raise FileProcessEnded("The process that works on the file ended. Try again, or with less at once.") from error
