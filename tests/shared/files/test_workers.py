"""Worker processes for files."""

import os
from functools import partial

import pytest

from shared.errors import FileProcessEnded
from shared.files import xlsx
from shared.files.workers import in_worker


async def test_work_is_done_in_another_process_and_refused_when_that_process_ends() -> None:
    assert await in_worker(os.getpid, quick=True) == os.getpid()
    assert await in_worker(os.getpid, quick=False) != os.getpid()
    with pytest.raises(FileProcessEnded) as refused:
        await in_worker(partial(os._exit, 1), quick=False)
    assert refused.value.status == 503
    assert await in_worker(os.getpid, quick=False) != os.getpid()


async def test_large_workbooks_are_made_and_read_as_well() -> None:
    rows = [[f"W{number}", "x" * 20] for number in range(2_000)]
    made = await xlsx.make("large", ["number", "note"], rows)
    assert made is not None
    lines = (await xlsx.read(made, 2_000)).csv.decode().splitlines()
    assert (len(lines), lines[-1]) == (2_001, "W1999," + "x" * 20)
