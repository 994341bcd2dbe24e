"""Limits that keep one caller, or one failing service, from blocking the gateway for all others.

They apply to one process, so two gateways side by side allow twice as much. The time is passed in.
"""

import math
from dataclasses import dataclass, field

from gateway.errors import TooManyAtOnce, TooManyRequests, UpstreamUnreachable

_MOST_CALLERS = 10_000


@dataclass(slots=True)
class Rates:
    """How often each caller may start a request: `per_second` in the long run, and `burst` at once after a pause.

    For each caller only the time is kept at which the full burst is available again (the generic cell rate algorithm of
    ATM networks), so nothing has to be refilled. When there are many callers, those with a full burst are forgotten.
    """

    per_second: float
    burst: int
    _whole_at: dict[str, float] = field(default_factory=dict)

    def take(self, caller: str, now: float) -> None:
        """Counts one request; raises TooManyRequests with the seconds until the next one is allowed."""
        whole_at = max(self._whole_at.get(caller, now), now) + 1 / self.per_second
        ahead = whole_at - now - self.burst / self.per_second
        if ahead > 0:
            raise TooManyRequests(
                f"You sent more than {self.per_second:g} requests a second. Wait {ahead:.1f} s.", math.ceil(ahead)
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
    """The number of requests that each caller has in progress, including open streams."""

    at_most: int
    _counts: dict[str, int] = field(default_factory=dict)

    def begin(self, caller: str) -> None:
        """Counts a request, which must be ended with `end`; raises TooManyAtOnce."""
        count = self._counts.get(caller, 0)
        if count >= self.at_most:
            raise TooManyAtOnce(f"You already have {self.at_most} requests in progress. Wait for one of them to end.")
        self._counts[caller] = count + 1

    def end(self, caller: str) -> None:
        count = self._counts.pop(caller) - 1
        if count:
            self._counts[caller] = count


@dataclass(slots=True)
class Pace:
    """Whether a caller sends its body, or reads its answer, fast enough.

    Only the time in which the gateway waits for the caller counts. After `seconds` of it the average must be
    `bytes_per_second`. Otherwise a byte now and then would keep a request in progress for as long as the caller likes.
    """

    bytes_per_second: int
    seconds: float
    _bytes: int = 0
    _waited: float = 0.0

    @property
    def seconds_left(self) -> float:
        """How long the gateway may wait for the caller now; negative if it has waited for too long."""
        return max(self.seconds, self._bytes / self.bytes_per_second) - self._waited

    def note(self, size: int, waited: float) -> None:
        """Counts bytes and the time that the gateway waited for them."""
        self._bytes += size
        self._waited += waited


@dataclass(slots=True)
class Breaker:
    """A circuit breaker, which takes load off a failing service and saves its callers the wait.

    After `failures` in a row it refuses immediately for `pause_seconds`. Then it lets one request through as a trial,
    whose outcome decides. A refusal by the service is an answer, not a failure.
    """

    failures: int
    pause_seconds: float
    _failed: int = 0
    _closed_until: float = 0.0

    @property
    def refuses(self) -> bool:
        return self._failed >= self.failures

    def check(self, now: float) -> None:
        """Raises UpstreamUnreachable while requests are refused. Otherwise the outcome must be reported."""
        if not self.refuses:
            return
        if now < self._closed_until:
            raise UpstreamUnreachable(
                f"The service behind the gateway failed {self._failed} times in a row. Try again shortly."
            )
        # This request is the trial; others are refused until its outcome is known.
        self._closed_until = now + self.pause_seconds

    def succeeded(self) -> None:
        self._failed = 0

    def failed(self, now: float) -> None:
        self._failed += 1
        self._closed_until = now + self.pause_seconds
