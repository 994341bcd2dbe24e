"""Clerks who ask at a steady rate over connections that they keep, and note every outcome."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx

from deploy.local.client import Clerk
from deploy.local.suite import Suite

# A caller lets go of an idle connection before a server that leaves does (5 s), as the gateway itself does.
_KEEP_IDLE_SECONDS = 2
_ENTER_EVERY = 10


@dataclass
class Outcomes:
    """What became of the requests: by status and code, and the numbers of the orders that were said to be entered."""

    counts: Counter[str] = field(default_factory=Counter)
    entered: set[str] = field(default_factory=set)
    not_entered: set[str] = field(default_factory=set)
    slowest_seconds: float = 0.0

    @property
    def total(self) -> int:
        return self.counts.total()


def token_of(suite: Suite, user: str) -> str:
    answer = httpx.post(
        f"{suite.gateway_url}/api/v1/security/tokens",
        json={"user": user, "password": suite.home.secrets.password_of(user)},
    )
    token: str = answer.json()["access_token"]
    return token


class Driver:
    """Nine of ten requests read the branches, the tenth enters a work order under a number of its own."""

    def __init__(self, gateway_url: str, token: str, prefix: str):
        self.outcomes = Outcomes()
        self._prefix = prefix
        self._http = httpx.AsyncClient(
            base_url=f"{gateway_url}/api/v1",
            headers={"authorization": f"Bearer {token}"},
            timeout=30,
            limits=httpx.Limits(max_connections=100, keepalive_expiry=_KEEP_IDLE_SECONDS),
        )

    async def drive(self, rate: int, until: asyncio.Event) -> None:
        """Begins a request each 1/rate seconds, whether those before are answered or not."""
        clock = asyncio.get_running_loop()
        under_way: set[asyncio.Task[None]] = set()
        begun_at, count = clock.time(), 0
        while not until.is_set():
            await asyncio.sleep(max(begun_at + count / rate - clock.time(), 0))
            task = asyncio.create_task(self._ask(count))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            count += 1
        await asyncio.gather(*under_way)
        await self._http.aclose()

    async def _ask(self, count: int) -> None:
        number = f"{self._prefix}{count}" if count % _ENTER_EVERY == 0 else ""
        asked_at = time.monotonic()
        try:
            answer = await (self._enter(number) if number else self._http.get("/rating/branches"))
        except httpx.HTTPError as error:
            self.outcomes.counts[f"{'POST' if number else 'GET'} {type(error).__name__}"] += 1
            return
        self.outcomes.slowest_seconds = max(self.outcomes.slowest_seconds, time.monotonic() - asked_at)
        code = f" {answer.json()['code']} retry-after {answer.headers.get('retry-after')}" if answer.is_error else ""
        self.outcomes.counts[f"{answer.status_code}{code}"] += 1
        if number:
            (self.outcomes.not_entered if answer.is_error else self.outcomes.entered).add(number)

    async def _enter(self, number: str) -> httpx.Response:
        order = {
            "number": number,
            "branch": "SAT",
            "customer": "S1001",
            "priority": "STANDARD",
            "job_type": "CITATION",
            "service_on": "2026-11-02",
        }
        return await self._http.post("/rating/work-orders", json=order)


def orders_with(suite: Suite, prefix: str) -> list[str]:
    """The numbers of all orders that begin so, as rating has them."""
    clerk = Clerk(suite.gateway_url, r"ALAMO\bill", suite.home.secrets.password_of(r"ALAMO\bill"))
    try:
        return [
            one["number"]
            for one in clerk.pages("/rating/work-orders", status="open")
            if one["number"].startswith(prefix)
        ]
    finally:
        clerk.close()
