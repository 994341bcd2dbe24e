"""The model of an order in its random life, and both services on their own databases."""

import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import asyncpg
import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.database.pool import Database
from shared.values.money import round_cents
from tests.fixtures.ledgers import RATING_FEATURES, RECEIVABLES_FEATURES, client_on, everything, key, load

ROLLED_UP, SINGLE = "S1001", "S1002"
EDITABLE = {"open", "rated", "assigned"}


@dataclass
class Order:
    """What the model knows about an order. `total` is the total of its rating, if it has one."""

    id: int
    bill_to: str = ROLLED_UP
    miles: int = 10
    status: str = "open"
    version: int = 1
    total: Decimal | None = None
    invoice: int | None = None
    alone: bool = False
    partly_credited: bool = False
    withdrawn: bool = False

    @property
    def price(self) -> Decimal:
        """Service outside the county, plus 0.65 per mile."""
        return Decimal("95.00") + round_cents(Decimal("0.65") * self.miles)

    @property
    def commission(self) -> Decimal:
        """45 % of the service and half of the mileage; 0.00 without a current rating."""
        if self.total is None or self.status in {"open", "closed"}:
            return Decimal("0.00")
        return Decimal("42.75") + round_cents((self.total - 95) / 2)


@dataclass
class World:
    """Both services on their own databases."""

    rating: httpx.AsyncClient
    receivables: httpx.AsyncClient
    rating_database: Database
    receivables_database: Database
    commands: int = 0

    def named(self) -> dict[str, str]:
        self.commands += 1
        return key(self.commands)

    async def order(self, order_id: int) -> dict[str, Any]:
        found: dict[str, Any] = (await self.rating.get(f"/v1/work-orders/{order_id}")).json()
        return found

    async def send(self, method: str, order: Order, noun: str = "", body: Any = None) -> httpx.Response:
        """Sends a command about one order with its current ETag."""
        path = f"/v1/work-orders/{order.id}"
        headers = {"if-match": (await self.rating.get(path)).headers["etag"], **self.named()}
        return await self.rating.request(method, f"{path}/{noun}".rstrip("/"), json=body, headers=headers)


def refused(answer: httpx.Response, order: Order, otherwise: str) -> None:
    """A step that the diagram does not have is refused, with its own code unless the order is locked."""
    code = otherwise if order.status in EDITABLE else "LOCKED_USE_CREDIT"
    assert (answer.status_code, answer.json()["code"]) == (409, code), (order, answer.text)


async def a_world(
    stack: AsyncExitStack,
    life: int,
    cluster: Callable[[str, str], str],
    templates: dict[str, str],
    gateway_key: Ed25519PrivateKey,
    identity: Callable[..., dict[str, str]],
) -> World:
    """Both services with the sample company, a rolled-up customer and commission rates, until the stack closes."""
    superuser = await asyncpg.connect(cluster("postgres", "postgres"))
    stack.push_async_callback(superuser.close)
    parts: dict[str, Any] = {}
    for service, features in (("rating", RATING_FEATURES), ("receivables", RECEIVABLES_FEATURES)):
        name = f"life_{os.getpid()}_{life}_{service}"
        await superuser.execute(f"CREATE DATABASE {name} OWNER {service}_owner TEMPLATE {templates[service]}")
        stack.push_async_callback(superuser.execute, f"DROP DATABASE {name} WITH (FORCE)")
        database = Database(cluster(name, f"{service}_runtime"), 3)
        stack.push_async_callback(database.close)
        headers = identity(service, *everything(service, features))
        client = client_on(service, database, gateway_key, headers)
        parts[service] = await stack.enter_async_context(client)
        parts[f"{service}_database"] = database
    world = World(**parts)
    assert (await load(world.rating, "commission-rates")).status_code == 201
    rolled_up = {"ar_company": 1, "bill_to": ROLLED_UP, "style": "rollup", "cycle": "monthly"}
    assert (await world.rating.post("/v1/rollup-rules", json=rolled_up)).status_code == 201
    return world
