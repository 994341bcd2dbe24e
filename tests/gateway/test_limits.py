"""One caller or one failing service never blocks the gateway for others."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import limits
from gateway.errors import TooManyAtOnce, TooManyRequests, UpstreamUnreachable
from gateway.limits import Breaker, InWork, Rates
from tests.gateway.conftest import EVERYTHING, Gateway, gateway_before
from tests.gateway.servers import wait_for
from tests.gateway.test_upstream import get, leave_before_the_answer


def passes(rates: Rates, at: float, caller: str = "7") -> bool:
    try:
        rates.take(caller, at)
    except TooManyRequests:
        return False
    return True


def test_a_burst_passes_at_once_and_then_the_rate_per_second() -> None:
    rates = Rates(per_second=10, burst=3)
    assert [passes(rates, 100.0) for _ in range(5)] == [True, True, True, False, False]
    assert [passes(rates, 100.1001) for _ in range(2)] == [True, False]
    assert passes(rates, 100.1001, caller="8")
    # After a pause the full burst is available again, but not more.
    assert [passes(rates, 200.0) for _ in range(4)] == [True, True, True, False]


def test_the_refusal_says_how_long_to_wait() -> None:
    rates = Rates(per_second=0.25, burst=1)
    rates.take("7", 100.0)
    with pytest.raises(TooManyRequests) as refused:
        rates.take("7", 101.0)
    assert refused.value.retry_after_seconds == 3
    assert passes(rates, 104.0)


@given(gaps=st.lists(st.floats(0, 0.5), max_size=60), per_second=st.integers(1, 20), burst=st.integers(1, 10))
def test_no_period_has_more_requests_than_the_burst_and_the_rate(
    gaps: list[float], per_second: int, burst: int
) -> None:
    rates, now, passed = Rates(per_second, burst), 100.0, []
    for gap in gaps:
        now += gap
        if passes(rates, now):
            passed.append(now)
    for first, begin in enumerate(passed):
        for last, end in enumerate(passed[first:], start=first):
            assert last - first + 1 <= burst + (end - begin) * per_second + 1e-6


def test_callers_are_forgotten_to_limit_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_CALLERS", 3)
    rates = Rates(per_second=1, burst=1)
    assert all(passes(rates, 100.0, caller=str(number)) for number in range(10))
    assert not passes(rates, 100.0, caller="9")
    assert len(rates._whole_at) <= 3


def test_a_caller_has_a_limited_number_of_requests_in_progress() -> None:
    in_work = InWork(2)
    in_work.begin("7")
    in_work.begin("7")
    with pytest.raises(TooManyAtOnce):
        in_work.begin("7")
    in_work.begin("8")
    in_work.end("7")
    in_work.begin("7")


def lets_through(breaker: Breaker, at: float) -> bool:
    try:
        breaker.check(at)
    except UpstreamUnreachable:
        return False
    return True


def test_a_failing_service_gets_only_one_trial_at_a_time() -> None:
    breaker = Breaker(failures=2, pause_seconds=1)
    breaker.failed(100.0)
    assert lets_through(breaker, 100.0)
    breaker.failed(100.0)
    assert not lets_through(breaker, 100.9)
    assert [lets_through(breaker, 101.1) for _ in range(3)] == [True, False, False]
    breaker.failed(101.2)
    assert not lets_through(breaker, 102.1)
    assert lets_through(breaker, 102.3)
    breaker.succeeded()
    assert all(lets_through(breaker, 102.3) for _ in range(3))


def test_a_trial_whose_caller_disconnected_does_not_block_the_service_forever() -> None:
    breaker = Breaker(failures=1, pause_seconds=1)
    breaker.failed(100.0)
    assert lets_through(breaker, 101.5)
    assert not lets_through(breaker, 101.6)
    assert lets_through(breaker, 102.6)


def test_a_success_resets_the_count_of_failures() -> None:
    breaker = Breaker(failures=2, pause_seconds=1)
    for _ in range(5):
        breaker.failed(100.0)
        breaker.succeeded()
    assert lets_through(breaker, 100.0)


def test_a_caller_who_is_too_fast_is_told_when_to_retry_and_others_are_not_affected(
    new_gateway: Callable[..., Gateway],
) -> None:
    gateway = new_gateway(requests_per_second=0.1, burst=3)
    gateway.player.grant("8", *EVERYTHING)
    gateway.asks_again()
    statuses = [get(gateway).status_code for _ in range(4)]
    refused = get(gateway)
    assert (statuses, refused.json()["code"]) == ([200, 200, 200, 429], "TOO_MANY_REQUESTS")
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    with gateway.client("8") as other:
        assert other.get("/rating/echo").status_code == 200


def test_a_caller_with_too_many_requests_in_progress_must_wait_and_others_need_not(
    new_gateway: Callable[..., Gateway],
) -> None:
    gateway = new_gateway(max_requests_at_once=1)
    gateway.player.grant("8", *EVERYTHING)
    gateway.asks_again()
    leave_before_the_answer(gateway, "/rating/answers/hang")
    answer = get(gateway)
    assert (answer.status_code, answer.json()["code"]) == (429, "TOO_MANY_AT_ONCE")
    with gateway.client("8") as other:
        assert other.get("/rating/echo").status_code == 200
    gateway.player.go_on.set()
    wait_for(lambda: get(gateway).status_code == 200, "the first request has ended")


def test_a_service_that_keeps_breaking_off_gets_no_requests_until_it_is_back() -> None:
    heads: list[bytes] = []
    sound = False

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        if sound:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()

    with (
        gateway_before(talk, failures=3, pause_seconds=0.5) as gateway,
        gateway.client() as client,
    ):
        heads.clear()
        statuses = [client.post("/rating/echo").status_code for _ in range(3)]
        asked = len(heads)
        refused = client.post("/rating/echo")
        assert (statuses, asked) == ([502, 502, 502], 3)
        assert (refused.status_code, refused.json()["code"], len(heads)) == (503, "UPSTREAM_UNREACHABLE", 3)
        assert client.get("/receivables/echo").status_code == 200
        sound = True
        wait_for(lambda: client.post("/rating/echo").status_code == 200, "the service gets requests again", 5)
        assert [client.post("/rating/echo").status_code for _ in range(3)] == [200, 200, 200]
