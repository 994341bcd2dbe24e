"""A stream of events: numbered, with each change, and not silent while nothing changes."""

from collections.abc import Awaitable, Callable

import pytest
from fastapi.sse import ServerSentEvent

from shared.http import progress


def looks(*states: int) -> Callable[[], Awaitable[int]]:
    waiting = list(states)

    async def look() -> int:
        return waiting.pop(0)

    return look


async def events(monkeypatch: pytest.MonkeyPatch, *states: int, shown_seconds: float) -> list[ServerSentEvent]:
    """The events of a run that is finished at 9, looked at without waiting."""
    monkeypatch.setattr(progress, "_LOOK_SECONDS", 0)
    monkeypatch.setattr(progress, "_SHOWN_SECONDS", shown_seconds)
    return [event async for event in progress.watch(looks(*states), lambda state: state == 9)]


async def test_a_change_is_an_event_with_a_number_and_the_end_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = await events(monkeypatch, 1, 1, 2, 2, 9, shown_seconds=60)
    assert [(event.id, event.event, event.raw_data) for event in sent] == [
        ("1", "progress", "1"),
        ("2", "progress", "2"),
        ("3", "done", "9"),
    ]
    assert {event.retry for event in sent} == {3000}


async def test_the_state_is_sent_again_when_it_has_not_changed_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = await events(monkeypatch, 1, 1, 1, 9, shown_seconds=0)
    assert [event.raw_data for event in sent] == ["1", "1", "1", "9"]
