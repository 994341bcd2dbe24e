"""Commands for dead letters: looked at and replayed in a service's own database, by its own consumers."""

import asyncio
import importlib
import json
import pkgutil
from argparse import Namespace
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

T = TypeVar("T")
_COLUMNS = ("service", "id", "consumer", "deliveries", "created_at", "reason")
_REASON_LENGTH = 120


def consumers_of(service: str) -> dict[str, Consumer[Any]]:
    """The consumers of a service by their durable names."""
    try:
        package = importlib.import_module(f"services.{service}.consumers")
    except ModuleNotFoundError:
        return {}
    modules = [
        importlib.import_module(one.name) for one in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
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
    """The dead letters that were not replayed, oldest first."""
    services = [given.service] if given.service else [one for one in SERVICES if consumers_of(one)]
    rows = [
        {**_described(letter), "service": service}
        for service in services
        for letter in asyncio.run(_with_database(given, service, _waiting))
    ]
    output.table([{**row, "reason": _one_line(row["reason"])} for row in rows], _COLUMNS)
    output.say(f"{len(rows)} dead letters")
    output.document(rows)
    return 0


def show_letter(given: Namespace, output: Output) -> int:
    """One dead letter with its payload."""

    async def find(database: Database) -> DeadLetter:
        async with database.transaction() as session:
            return await _find(session, given.service, given.id)

    letter = _described(asyncio.run(_with_database(given, given.service, find)))
    output.facts(letter)
    output.document(letter)
    return 0


def replay_letters(given: Namespace, output: Output) -> int:
    """Handles messages once more, each in a transaction of its own; those that fail stay as they were."""
    if bool(given.ids) == bool(given.consumer):
        raise LocalError("Name the dead letters to replay, or all of a consumer with --consumer.")
    results = asyncio.run(_with_database(given, given.service, lambda database: _replay(database, given)))
    failed = sum(one["result"] != "replayed" for one in results)
    output.table(results, ("id", "consumer", "result"))
    output.say(f"{len(results) - failed} replayed, {failed} failed")
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
    """`replayed`, or what was in the way."""
    consumer = consumers_of(given.service).get(letter.consumer)
    if consumer is None:
        return f"{given.service} has no consumer {letter.consumer} any more"
    if letter.replayed_at is not None:
        return f"was replayed at {letter.replayed_at:%Y-%m-%d %H:%M} already"

    async def handle(session: AsyncSession, payload: bytes) -> None:
        await consumer.take_in(session, [payload])

    try:
        async with database.transaction() as session:
            await dead_letters.replay(session, letter, handle)
    except Exception as error:
        return _one_line(f"{type(error).__name__}: {error}")
    return "replayed"


async def _find(session: AsyncSession, service: str, letter_id: int) -> DeadLetter:
    letter = await dead_letters.find(session, letter_id)
    if letter is None:
        raise LocalError(
            f"{service} has no dead letter {letter_id}: `ratebook dead-letters list` shows those that wait."
        )
    return letter


def _described(letter: DeadLetter) -> dict[str, Any]:
    payload = letter.payload.decode(errors="replace")
    try:
        return {**asdict(letter), "payload": json.loads(payload)}
    except ValueError:
        return {**asdict(letter), "payload": payload}


def _one_line(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= _REASON_LENGTH else f"{flat[:_REASON_LENGTH]}…"
