"""The two ledgers face to face, without a broker: events are taken from one outbox and handed to the other service.

What the broker does to messages (repeat, reorder, lose) is done here on purpose, by the test.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import text

from deploy.ratebook import letters
from services.rating.actions import exports as rating_exports
from services.rating.actions import rating_runs
from services.rating.main import create_app as create_rating
from services.receivables.actions import accounts
from services.receivables.main import create_app as create_receivables
from shared.clock import now
from shared.contracts.event import envelope_bytes
from shared.database import Database
from shared.events.consumer import Consumer


async def work_off(database: Database, chunk_orders: int = 500) -> None:
    """Carries every run of rating as far as rating alone can."""
    for step in (
        lambda session: rating_runs.rate_part(session, now()),
        lambda session: rating_exports.send_part(session, chunk_orders),
    ):
        busy = True
        while busy:
            async with database.transaction() as session:
                busy = await step(session)


async def take_events(database: Database, service: str, *, after: int = 0) -> list[tuple[int, str, bytes]]:
    """The events of an outbox as they would be published: id, name and envelope."""
    async with database.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT id, event_id, event_name, data::text AS data, created_at FROM outbox WHERE id > :after ORDER BY id"
            ),
            {"after": after},
        )
        return [
            (row.id, row.event_name, envelope_bytes(row.event_id, service, row.event_name, row.created_at, row.data))
            for row in rows
        ]


@cache
def consumers_of(service: str) -> dict[str, Consumer[Any]]:
    """The consumers of a service by the name of their event."""
    return {one.event.event_name(): one for one in letters.consumers_of(service).values()}


async def deliver(database: Database, service: str, events: Sequence[tuple[int, str, bytes]]) -> None:
    """Hands events to a service, each in a transaction of its own; those that it does not read are passed over."""
    consumers = consumers_of(service)
    for _, name, payload in events:
        if name in consumers:
            async with database.transaction() as session:
                await consumers[name].take_in(session, [payload])


async def announce_accounts(receivables: Database) -> None:
    """Lets receivables say what its customers owe now."""
    async with receivables.transaction() as session:
        await accounts.announce_changes(session)


async def exchange(rating: Database, receivables: Database) -> None:
    """Carries on both sides until neither has anything to say any more."""
    seen = {"rating": 0, "receivables": 0}
    moved = True
    while moved:
        moved = False
        await work_off(rating)
        await announce_accounts(receivables)
        for ours, theirs, giver, taker in (
            ("rating", "receivables", rating, receivables),
            ("receivables", "rating", receivables, rating),
        ):
            events = await take_events(giver, ours, after=seen[ours])
            if events:
                moved = True
                seen[ours] = events[-1][0]
                await deliver(taker, theirs, events)


def data_of(event: tuple[int, str, bytes]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(event[2])["data"]
    return data


__all__ = ["create_rating", "create_receivables", "data_of", "deliver", "exchange", "take_events", "work_off"]
