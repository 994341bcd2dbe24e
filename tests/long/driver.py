"""Callers who send requests at a steady rate over persistent connections, and record every outcome."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import PyreqwestError
from pyreqwest.response import Response

from deploy.local.client import Clerk
from deploy.local.suite import Suite

# A caller must close an idle connection before a server that stops does (5 s), as the gateway does.
_KEEP_IDLE_SECONDS = 2
_ENTER_EVERY = 10


@dataclass
class Outcomes:
    """The outcomes of the requests: counts by status and code, and the numbers of the orders reported as entered."""

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
    """Nine of ten requests read the branches; the tenth enters a work order with a new number."""

    def __init__(self, gateway_url: str, token: str, prefix: str):
        self.outcomes = Outcomes()
        self._prefix = prefix
        self._api = f"{gateway_url}/api/v1"
        # Not httpx, which would need a whole core for 200 requests a second.
        self._http = (
            ClientBuilder()
            .default_headers({"authorization": f"Bearer {token}"})
            .pool_idle_timeout(timedelta(seconds=_KEEP_IDLE_SECONDS))
            .timeout(timedelta(seconds=30))
            .no_proxy()
            .build()
        )

    async def drive(self, rate: int, until: asyncio.Event) -> None:
        """Starts a request every 1/rate seconds, even if earlier ones have not been answered."""
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
        await self._http.close()

    async def _ask(self, count: int) -> None:
        number = f"{self._prefix}{count}" if count % _ENTER_EVERY == 0 else ""
        asked_at = time.monotonic()
        try:
            answer = await (self._enter(number) if number else self._read())
            body = await answer.json()
        except PyreqwestError as error:
            self.outcomes.counts[f"{'POST' if number else 'GET'} {type(error).__name__}"] += 1
            return
        self.outcomes.slowest_seconds = max(self.outcomes.slowest_seconds, time.monotonic() - asked_at)
        refused = answer.status >= 400
        code = f" {body['code']} retry-after {answer.headers.get('retry-after')}" if refused else ""
        self.outcomes.counts[f"{answer.status}{code}"] += 1
        if number:
            (self.outcomes.not_entered if refused else self.outcomes.entered).add(number)

    async def _read(self) -> Response:
        return await self._http.get(f"{self._api}/rating/branches").build().send()

    async def _enter(self, number: str) -> Response:
        order = {
            "number": number,
            "branch": "SAT",
            "customer": "S1001",
            "priority": "STANDARD",
            "job_type": "CITATION",
            "service_on": "2026-11-02",
        }
        return await self._http.post(f"{self._api}/rating/work-orders").body_json(order).build().send()


def orders_with(suite: Suite, prefix: str) -> list[str]:
    """The numbers in rating of all orders with this prefix."""
    clerk = Clerk(suite.gateway_url, r"ALAMO\bill", suite.home.secrets.password_of(r"ALAMO\bill"))
    try:
        return [
            one["number"]
            for one in clerk.pages("/rating/work-orders", status="open")
            if one["number"].startswith(prefix)
        ]
    finally:
        clerk.close()
