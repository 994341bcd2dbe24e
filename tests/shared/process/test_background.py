"""Work beside the requests finishes its transaction before it ends, and never blocks the process forever."""

import asyncio

import pytest

from shared.process import background
from shared.process.background import running, whole


async def test_work_that_has_begun_is_finished_before_the_end() -> None:
    begun, done = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        # Longer than the time after which the cancellation is repeated.
        await asyncio.sleep(1.2)
        done.set()

    async def loop() -> None:
        while True:
            await whole(work())

    async with running({"loop": loop}):
        await begun.wait()
    assert done.is_set()


async def test_the_resources_of_a_loop_stay_until_its_inner_loops_have_ended() -> None:
    said: list[str] = []
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.sleep(1.2)
        said.append("worked")

    async def inner() -> None:
        while True:
            await whole(work())

    async def outer() -> None:
        try:
            async with running({"inner": inner}):
                await asyncio.Event().wait()
        finally:
            said.append("connection closed")

    async with running({"outer": outer}):
        await begun.wait()
    assert said == ["worked", "connection closed"]


async def test_endless_work_is_cut_off_after_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_FINISH_SECONDS", 0.2)
    begun, cut = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()

    async def loop() -> None:
        await whole(work())

    async with asyncio.timeout(10):
        async with running({"loop": loop}):
            await begun.wait()
        assert cut.is_set()


async def test_whole_passes_on_results_and_failures() -> None:
    async def seven() -> int:
        return 7

    async def fail() -> None:
        raise ValueError("no")

    assert await whole(seven()) == 7
    with pytest.raises(ValueError, match="no"):
        await whole(fail())


async def test_a_loop_that_fails_is_named_until_it_has_run_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_LONGEST_PAUSE_SECONDS", 0.3)
    failing: dict[str, str] = {}
    sound = asyncio.Event()

    async def loop() -> None:
        if not sound.is_set():
            raise ConnectionError
        await asyncio.Event().wait()

    async def wait() -> None:
        await asyncio.Event().wait()

    async with running({"relay": loop, "bell": wait}, failing):
        await asyncio.sleep(0.1)
        assert failing == {"relay": ""}
        sound.set()
        await asyncio.sleep(0.3)
        assert failing == {"relay": ""}
        async with asyncio.timeout(5):
            while failing:
                await asyncio.sleep(0.05)
