"""Commands for dead letters, which list and replay them in the database of a service with its own consumers."""

import asyncio
import importlib
import pkgutil
from argparse import Namespace
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from deploy.command.environment import Environment
from deploy.command.output import Output
from deploy.local.process import LocalError
from gateway.routes import SERVICES
from shared.database.pool import Database
from shared.events import dead_letters
from shared.events.consumer import Consumer
from shared.events.dead_letters import DeadLetter
from shared.events.replays import replay
from shared.values.numbers import counted

T = TypeVar("T")
_COLUMNS = ("service", "id", "consumer", "deliveries", "created_at", "reason")
_REASON_LENGTH = 120
_UNDONE = "closed without handling it: published before a restore"


def consumers_of(service: str) -> dict[str, Consumer[Any]]:
    """The consumers of a service by their durable names."""
    try:
        package = importlib.import_module(f"services.{service}.consumers")
    except ModuleNotFoundError:
        return {}
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    ]
    return {module.consumer.durable: module.consumer for module in modules}


async def _with_database(given: Namespace, service: str, work: Callable[[Database], Awaitable[T]]) -> T:
    database = Database(Environment(given.home).variable(f"{service.upper()}_DATABASE_URL"), 2)
    try:
        return await work(database)
    finally:
        await database.close()


async def _waiting(database: Database) -> list[DeadLetter]:
    async with database.transaction() as session:
        return await dead_letters.waiting(session)


def list_letters(given: Namespace, output: Output) -> int:
    """Lists the dead letters that have not been replayed, oldest first."""
    services = [given.service] if given.service else [service for service in SERVICES if consumers_of(service)]
    rows = [
        {**_described(letter), "service": service}
        for service in services
        for letter in asyncio.run(_with_database(given, service, _waiting))
    ]
    output.table([{**row, "reason": _one_line(row["reason"])} for row in rows], _COLUMNS)
    output.say(counted(len(rows), "dead letter"))
    output.document(rows)
    return 0


def show_letter(given: Namespace, output: Output) -> int:
    """Shows one dead letter with its payload."""

    async def find(database: Database) -> DeadLetter:
        async with database.transaction() as session:
            return await _find(session, given.service, given.id)

    letter = _described(asyncio.run(_with_database(given, given.service, find)))
    output.facts(letter)
    output.document(letter)
    return 0


def replay_letters(given: Namespace, output: Output) -> int:
    """Handles messages again, each in its own transaction; those that fail do not change.

    Messages from before a restore are closed without handling them.
    """
    if bool(given.ids) == bool(given.consumer):
        raise LocalError("Name the ids to replay, or use --consumer to replay all messages of a consumer.")
    results = asyncio.run(_with_database(given, given.service, lambda database: _replay(database, given)))
    counts = Counter(result["result"] for result in results)
    failed = len(results) - counts["replayed"] - counts[_UNDONE]
    output.table(results, ("id", "consumer", "result"))
    closed = f", {counts[_UNDONE]} closed" if counts[_UNDONE] else ""
    output.say(f"{counts['replayed']} replayed{closed}, {failed} failed")
    output.document(results)
    return 1 if failed else 0


async def _replay(database: Database, given: Namespace) -> list[dict[str, Any]]:
    ids = given.ids or [letter.id for letter in await _waiting(database) if letter.consumer == given.consumer]
    results = []
    for letter_id in ids:
        async with database.transaction() as session:
            letter = await _find(session, given.service, letter_id)
        results.append(
            {"id": letter.id, "consumer": letter.consumer, "result": await _attempt(database, given, letter)}
        )
    return results


async def _attempt(database: Database, given: Namespace, letter: DeadLetter) -> str:
    """Replays a message; returns `replayed`, or the reason why not."""
    consumer = consumers_of(given.service).get(letter.consumer)
    if consumer is None:
        return f"{given.service} no longer has a consumer {letter.consumer}"
    if letter.replayed_at is not None:
        return f"was already replayed at {letter.replayed_at:%Y-%m-%d %H:%M}"
    try:
        async with database.transaction() as session:
            locked = await dead_letters.lock_waiting(session, letter.id)
            if locked is None:
                return "was replayed by somebody else at this moment"
            result = await replay(session, locked, consumer)
    except Exception as error:
        return _one_line(f"{type(error).__name__}: {error}")
    return _UNDONE if result == "closed" else result


async def _find(session: AsyncSession, service: str, letter_id: int) -> DeadLetter:
    letter = await dead_letters.find(session, letter_id)
    if letter is None:
        raise LocalError(
            f"{service} has no dead letter {letter_id}. `ratebook dead-letters list` lists those that can be replayed."
        )
    return letter


def _described(letter: DeadLetter) -> dict[str, Any]:
    return {**asdict(letter), "payload": letter.shown_payload()}


def _one_line(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= _REASON_LENGTH else f"{flat[:_REASON_LENGTH]}…"
