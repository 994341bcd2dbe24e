"""Owns what keeps one caller, or one service that fails, from taking the gateway away from all others.

All of it is of this process, and the clock is given. Two gateways side by side allow twice as much.
"""

import math
from dataclasses import dataclass, field

from gateway.errors import TooManyAtOnce, TooManyRequests, UpstreamUnreachable

_MOST_CALLERS = 10_000


@dataclass(slots=True)
class Rates:
    """How often each caller may begin a request: `per_second` for long, and `burst` of them at once after a rest.

    Kept is the moment at which a caller's burst is whole again (the generic cell rate algorithm of ATM networks): one
    number a caller, nothing to refill. Whoever is whole again is forgotten when there are many.
    """

    per_second: float
    burst: int
    _whole_at: dict[str, float] = field(default_factory=dict)

    def take(self, caller: str, now: float) -> None:
        """Counts one request; raises TooManyRequests with the seconds until the next may come."""
        whole_at = max(self._whole_at.get(caller, now), now) + 1 / self.per_second
        ahead = whole_at - now - self.burst / self.per_second
        if ahead > 0:
            raise TooManyRequests(
                f"More than {self.per_second:g} requests a second: wait for {ahead:.1f} s.", math.ceil(ahead)
            )
        if caller not in self._whole_at and len(self._whole_at) >= _MOST_CALLERS:
            self._forget(now)
        self._whole_at[caller] = whole_at

    def _forget(self, now: float) -> None:
        self._whole_at = {caller: at for caller, at in self._whole_at.items() if at > now}
        while len(self._whole_at) >= _MOST_CALLERS:
            del self._whole_at[next(iter(self._whole_at))]


@dataclass(slots=True)
class InWork:
    """How many requests of each caller are in work at once, open streams included."""

    at_most: int
    _counts: dict[str, int] = field(default_factory=dict)

    def begin(self, caller: str) -> None:
        """Raises TooManyAtOnce; whoever begins ends."""
        count = self._counts.get(caller, 0)
        if count >= self.at_most:
            raise TooManyAtOnce(f"{self.at_most} of your requests are in work already: wait for one of them to end.")
        self._counts[caller] = count + 1

    def end(self, caller: str) -> None:
        count = self._counts.pop(caller) - 1
        if count:
            self._counts[caller] = count


@dataclass(slots=True)
class Breaker:
    """Spares a service that fails, and its callers the waiting.

    After `failures` in a row it refuses at once for `pause_seconds`; then one request is let through to try, and what
    comes of that decides. A refusal of the service is an answer, not a failure.
    """

    failures: int
    pause_seconds: float
    _failed: int = 0
    _closed_until: float = 0.0

    @property
    def refuses(self) -> bool:
        return self._failed >= self.failures

    def check(self, now: float) -> None:
        """Raises UpstreamUnreachable while requests are refused; else the caller tells what came of his."""
        if not self.refuses:
            return
        if now < self._closed_until:
            raise UpstreamUnreachable(f"The service behind the gateway failed {self._failed} times in a row.")
        # This one is the trial; those who come meanwhile wait for its outcome.
        self._closed_until = now + self.pause_seconds

    def succeeded(self) -> None:
        self._failed = 0

    def failed(self, now: float) -> None:
        self._failed += 1
        self._closed_until = now + self.pause_seconds
