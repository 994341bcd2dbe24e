"""Simultaneous requests for the same thing: one defined outcome each time, and no deadlock reaches a caller.

Each race is run until every outcome that depends on timing was seen, and at least `RATEBOOK_ROUNDS` times.
"""

import asyncio
import os
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.rating.actions import exports as rating_exports
from services.rating.actions import rating_runs
from shared.clock import now
from shared.database.pool import Database
from shared.database.statements import execute, fetch_value
from tests.faults.world import World
from tests.fixtures.attempts import LOUD
from tests.fixtures.exchange import announce_accounts, deliver, exchange, take_events
from tests.fixtures.ledgers import WIRED, Company, Enter, client_on, everything, key

pytestmark = pytest.mark.races

ROUNDS = int(os.environ.get("RATEBOOK_ROUNDS", "5"))
_MOST_ROUNDS = 100
_JITTER_SECONDS = 0.02


class Arena:
    """Both ledgers, clerks who do not wait for each other, and a transport that delivers only new events."""

    def __init__(self, world: World, chance: random.Random, enter: Any):
        self.world = world
        self.chance = chance
        self.won: Counter[str] = Counter()
        self._enter = enter
        self._seen = {"rating": 0, "receivables": 0}
        self._orders = iter(range(1, 100_000))
        self._round = 0
        self.rating, self.receivables = world.clients["rating"], world.clients["receivables"]

    async def rated(self, orders: int) -> list[dict[str, Any]]:
        """Enters and rates new orders."""
        made: list[dict[str, Any]] = await self._enter(*(f"R{next(self._orders):05}" for _ in range(orders)))
        await self.rating.post("/v1/rating-runs", json={})
        database = self.world.databases["rating"]
        busy = True
        while busy:
            async with database.transaction() as session:
                busy = await rating_runs.rate_part(session, now(), LOUD)
        return made

    async def at_once(self, *deeds: Awaitable[Any]) -> list[Any]:
        """Starts all at about the same time, in any order.

        The delays grow from round to round; otherwise the slower one would never come first on a slow machine.
        """
        moment_seconds = _JITTER_SECONDS * (1 + self._round / 4)

        async def do(deed: Awaitable[Any], pause: float) -> Any:
            await asyncio.sleep(pause)
            return await deed

        works = [do(deed, self.chance.uniform(0, moment_seconds)) for deed in deeds]
        order = self.chance.sample(range(len(works)), len(works))
        tasks = {place: asyncio.create_task(works[place]) for place in order}
        return [await tasks[place] for place in range(len(works))]

    async def export(self, **wanted: Any) -> httpx.Response:
        body = {"invoice_date": "2026-11-20", **wanted}
        return await self.rating.post("/v1/exports", json=body, headers=key(uuid.uuid4()))

    async def send(self, chunk_orders: int = 500) -> None:
        """Splits claimed runs into chunks and sends them."""
        database = self.world.databases["rating"]
        busy = True
        while busy:
            async with database.transaction() as session:
                busy = await rating_exports.send_part(session, chunk_orders, LOUD)

    async def take(self, service: str) -> list[tuple[int, str, bytes]]:
        """The events of a service since the last call."""
        events = await take_events(self.world.databases[service], service, after=self._seen[service])
        if events:
            self._seen[service] = events[-1][0]
        return events

    async def deliver(self, service: str, *events: tuple[int, str, bytes]) -> None:
        await deliver(self.world.databases[service], service, events)

    async def talk(self) -> None:
        """Delivers new events to both sides until there are no more."""
        moved = True
        while moved:
            await self.send()
            asked, answered = await self.take("rating"), await self.take("receivables")
            await self.deliver("receivables", *asked)
            await self.deliver("rating", *answered)
            moved = bool(asked or answered)

    async def rounds(self, *wanted: str) -> AsyncIterator[int]:
        """Yields rounds until each of the `wanted` outcomes was seen; then the checker must find nothing."""
        number = 0
        while number < ROUNDS or (number < _MOST_ROUNDS and not set(wanted) <= (+self.won).keys()):
            self._round = number
            yield number
            number += 1
        print(f"{number} rounds: {dict(sorted(self.won.items()))}", flush=True)
        assert set(wanted) <= (+self.won).keys(), self.won
        await exchange(self.world.databases["rating"], self.world.databases["receivables"])
        assert await self.world.faults() == []


@pytest.fixture
async def arena(
    company: Company,
    enter: Enter,
    identity: Callable[..., dict[str, str]],
    chance: random.Random,
    rating_database: Database,
    receivables_database: Database,
) -> Arena:
    databases = {"rating": rating_database, "receivables": receivables_database}
    for service, client in zip(databases, company, strict=True):
        client.event_hooks = {"request": [partial(_sign, identity, service)]}
    made = Arena(World(dict(zip(databases, company, strict=True)), databases, {}), chance, enter)
    await made.take("rating")
    await made.take("receivables")
    return made


async def _sign(identity: Callable[..., dict[str, str]], service: str, request: httpx.Request) -> None:
    """Signs each request again, because an identity is valid for a minute and many rounds take longer."""
    request.headers.update(identity(service, *everything(service, WIRED[service][2])))


def code_of(answer: httpx.Response) -> str:
    return answer.json().get("code", "") if answer.status_code >= 400 else "done"


async def test_two_clerks_export_the_same_orders_simultaneously(arena: Arena) -> None:
    async for _ in arena.rounds("all", "chosen"):
        orders = await arena.rated(3)
        chosen = {"work_order_ids": [order["id"] for order in orders]}
        answers = await arena.at_once(arena.export(), arena.export(selection=chosen))
        codes = tuple(map(code_of, answers))
        assert codes in {("done", "NOT_EXPORTABLE"), ("NOTHING_TO_EXPORT", "done")}
        (run,) = [answer.json() for answer in answers if answer.status_code == 202]
        assert run["orders"] == 3
        arena.won["all" if codes[0] == "done" else "chosen"] += 1
        await arena.talk()


async def test_two_hundred_requests_with_one_key_act_once(
    arena: Arena, rating_database: Database, gateway_key: Ed25519PrivateKey, identity: Callable[..., dict[str, str]]
) -> None:
    """The pool has ten connections, and an order that is being edited holds up the first request."""
    database = Database(rating_database.url, 10)
    async for number in arena.rounds("done", "COMMAND_IN_FLIGHT"):
        await arena.rated(2)
        headers = identity("rating", *everything("rating", ("export",)))
        async with client_on("rating", database, gateway_key, headers) as client:

            async def ask(client: httpx.AsyncClient = client, number: int = number) -> httpx.Response:
                return await client.post("/v1/exports", json={}, headers=key(number))

            editing = asyncio.create_task(_edit_slowly(rating_database, 0.2 * (number % 3)))
            answers = await arena.at_once(*(ask() for _ in range(200)))
            await editing
            answers.append(await ask())
        assert {code_of(answer) for answer in answers} <= {"done", "COMMAND_IN_FLIGHT", "TRY_AGAIN"}
        done = [answer for answer in answers if answer.status_code == 202]
        assert len({answer.content for answer in done}) == 1
        assert len([answer for answer in done if "idempotency-replayed" not in answer.headers]) == 1
        assert all("retry-after" in answer.headers for answer in answers if answer.status_code in {409, 503})
        arena.won.update(map(code_of, answers))
        async with rating_database.transaction() as session:
            assert await fetch_value(session, "SELECT count(*) FROM export_run") == number + 1
        await arena.talk()
    await database.close()


async def _edit_slowly(database: Database, seconds: float) -> None:
    async with database.transaction() as session:
        await execute(session, "UPDATE work_order SET reference = 'edited' WHERE status = 'rated'")
        await asyncio.sleep(seconds)


@pytest.mark.parametrize("deed", ["edit", "remove"])
async def test_an_edit_races_with_an_export(arena: Arena, deed: str) -> None:
    """If the edit comes first, the export waits and includes it; if it comes later, the order is locked."""
    async for _ in arena.rounds("edited first", "exported first"):
        orders = await arena.rated(2)
        ready = (await arena.rating.get("/v1/ready-to-export")).json()["totals"]["count"]
        path = f"/v1/work-orders/{orders[0]['id']}"
        headers = {"if-match": (await arena.rating.get(path)).headers["etag"]}
        if deed == "edit":
            editing = arena.rating.patch(path, json={"reference": "edited"}, headers=headers)
        else:
            editing = arena.rating.delete(f"{path}/rating", headers=headers)
        edited, exported = await arena.at_once(editing, arena.export())
        assert exported.status_code == 202, exported.text
        if code_of(edited) == "done":
            assert exported.json()["orders"] == (ready - 1 if deed == "remove" else ready)
        else:
            assert code_of(edited) in {"LOCKED_USE_CREDIT", "VERSION_STALE"}
            assert exported.json()["orders"] == ready
        arena.won["edited first" if code_of(edited) == "done" else "exported first"] += 1
        await arena.talk()
        if code_of(edited) == "done" and deed == "edit":
            assert (await arena.rating.get(path)).json()["reference"] == "edited"


async def test_a_credit_overtakes_the_confirmation_of_the_export(arena: Arena) -> None:
    async for _ in arena.rounds("confirmation first", "credit first"):
        (order, other) = await arena.rated(2)
        run = (await arena.export()).json()
        await arena.send()
        await arena.deliver("receivables", *await arena.take("rating"))
        confirmation = await arena.take("receivables")
        (invoice,) = (await arena.receivables.get("/v1/invoices", params={"work_order": order["number"]})).json()[
            "items"
        ]
        body = {"disposition": "rerate", "reason": "race", "month": "2026-11"}
        credited = await arena.receivables.post(
            f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key(uuid.uuid4())
        )
        assert credited.status_code == 201, credited.text
        credit = await arena.take("receivables")
        finished: list[str] = []

        async def bring(name: str, events: list[Any], finished: list[str] = finished) -> None:
            await arena.deliver("rating", *events)
            finished.append(name)

        await arena.at_once(bring("confirmation", confirmation), bring("credit", credit))
        arena.won[f"{finished[0]} first"] += 1
        found = [(await arena.rating.get(f"/v1/work-orders/{one['id']}")).json() for one in (order, other)]
        assert [(one["status"], one["rating_version"]) for one in found] == [("open", 2), ("exported", 1)]
        assert (await arena.rating.get(f"/v1/exports/{run['id']}")).json()["status"] == "done"


async def test_a_withdrawal_races_with_a_booking(arena: Arena) -> None:
    async for _ in arena.rounds("booked", "withdrawn"):
        orders = await arena.rated(3)
        run = (await arena.export()).json()
        await arena.send()
        asked = await arena.take("rating")
        withdrawn = await arena.rating.post(f"/v1/exports/{run['id']}/withdrawals", json={})
        assert withdrawn.status_code == 202, withdrawn.text
        withdrawal = await arena.take("rating")
        await arena.deliver("receivables", *(one for one in asked if one[1] == "work-order-rated"))
        chunk = [one for one in asked if one[1] == "invoice-export-requested"]
        await arena.at_once(arena.deliver("receivables", *chunk), arena.deliver("receivables", *withdrawal))
        await arena.talk()
        ended = (await arena.rating.get(f"/v1/exports/{run['id']}")).json()
        # All invoices of the chunk have the same outcome: the second transaction waits for the first.
        assert (ended["status"], ended["exported"], ended["refused"]) in {
            ("done", run["orders"], 0),
            ("done_with_refusals", 0, run["orders"]),
        }
        status = (await arena.rating.get(f"/v1/work-orders/{orders[0]['id']}")).json()["status"]
        assert status == ("exported" if ended["exported"] else "assigned")
        arena.won["booked" if ended["exported"] else "withdrawn"] += 1


def months_from(year: int, month: int) -> Any:
    while True:
        yield f"{year}-{month:02}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


async def test_a_month_is_closed_during_an_export(arena: Arena) -> None:
    """Invoices that arrive before are booked, later ones refused; the run ends, and refused orders are free again."""
    months = months_from(2026, 10)
    await arena.receivables.post("/v1/months/close", json={"ar_company": 1, "month": next(months)})
    async for _ in arena.rounds("booked", "refused"):
        await arena.rated(4)
        month = next(months)
        # Rating refuses a month that is not open, so it must know which one is.
        await announce_accounts(arena.world.databases["receivables"])
        await arena.talk()
        started = await arena.export(month=month, invoice_date=f"{month}-15")
        assert started.status_code == 202, started.text
        run = started.json()
        await arena.send(chunk_orders=1)
        chunks = [[one] for one in await arena.take("rating")]
        closing = arena.receivables.post("/v1/months/close", json={"ar_company": 1, "month": month})
        closed, *_ = await arena.at_once(closing, *(arena.deliver("receivables", *chunk) for chunk in chunks))
        assert closed.status_code == 204, closed.text
        await arena.talk()
        ended = (await arena.rating.get(f"/v1/exports/{run['id']}")).json()
        assert ended["exported"] + ended["refused"] == run["orders"]
        assert ended["status"] == ("done_with_refusals" if ended["refused"] else "done")
        refused = await arena.rating.get(f"/v1/exports/{run['id']}/invoices", params={"outcome": "refused"})
        assert {one["reason"] for one in refused.json()["items"]} <= {"MONTH_CLOSED"}
        arena.won.update(booked=ended["exported"], refused=ended["refused"])
