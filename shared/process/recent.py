"""How long the requests of the last minutes took, counted by the minute, so that no request is kept."""

import math
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

MINUTES = 5
_STEP = 1.25
_BOUNDS = tuple(0.001 * _STEP**place for place in range(1 + math.ceil(math.log(60_000, _STEP))))


@dataclass(frozen=True)
class Taken:
    """How many requests there were, and the times in seconds that 50 and 99 of 100 of them did not exceed."""

    requests: int
    p50_seconds: float
    p99_seconds: float


class Recent:
    """Counts requests by the time that they took, for each minute. Times are right within a quarter."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._minutes: dict[int, list[int]] = {}

    def note(self, seconds: float) -> None:
        """Counts one request."""
        minute = int(self._clock() // 60)
        counts = self._minutes.get(minute)
        if counts is None:
            counts = self._minutes[minute] = [0] * (len(_BOUNDS) + 1)
            self._forget(minute)
        counts[bisect_left(_BOUNDS, seconds)] += 1

    def taken(self) -> Taken | None:
        """The times of this minute and those before; None without any request."""
        self._forget(int(self._clock() // 60))
        counts = [sum(column) for column in zip(*self._minutes.values(), strict=True)]
        requests = sum(counts)
        if requests == 0:
            return None
        return Taken(requests, _quantile(counts, requests, 0.5), _quantile(counts, requests, 0.99))

    def _forget(self, minute: int) -> None:
        for old in [one for one in self._minutes if one <= minute - MINUTES]:
            del self._minutes[old]


def _quantile(counts: list[int], requests: int, part: float) -> float:
    """The upper bound of the times of this part of the requests."""
    rest = math.ceil(requests * part)
    for place, count in enumerate(counts):
        rest -= count
        if rest <= 0:
            return _BOUNDS[min(place, len(_BOUNDS) - 1)]
    return _BOUNDS[-1]


REQUESTS = Recent()
"""The requests of this process."""
