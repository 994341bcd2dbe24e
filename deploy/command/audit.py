"""Commands for the audit: its seals followed in a service's own database, by the service's own rights."""

import asyncio
from argparse import Namespace

from deploy.command.environment import Environment
from deploy.command.output import Output
from deploy.local.process import LocalError
from gateway.routes import SERVICES
from shared.audit import store
from shared.audit.store import Verdict
from shared.database.pool import Database

_WRONG = 3


def verify_audit(given: Namespace, output: Output) -> int:
    """Says for each service how many entries are sealed, the last seal, and everything that is wrong."""
    if given.expect is not None and given.service is None:
        raise LocalError("A seal belongs to one service: name it.")
    expected = None if given.expect is None else _seal_of(given.expect)
    services = SERVICES if given.service is None else (given.service,)
    verdicts = {service: asyncio.run(_verify(given, service, expected)) for service in services}
    output.table(
        [{"service": name, "sealed": one.sealed, "last seal": one.head} for name, one in verdicts.items()],
        ("service", "sealed", "last seal"),
    )
    faults = [f"{name}: {fault}" for name, one in verdicts.items() for fault in one.faults]
    for fault in faults:
        output.say(fault)
    output.say(f"{len(faults)} faults")
    output.document({name: vars(one) for name, one in verdicts.items()})
    return _WRONG if faults else 0


def _seal_of(words: str) -> tuple[int, str]:
    position, _, seal = words.partition(":")
    if not position.isdigit() or len(seal) != 64:
        raise LocalError("--expect takes POSITION:SEAL as `ratebook audit verify --json` says them: sealed and head.")
    return int(position), seal.lower()


async def _verify(given: Namespace, service: str, expected: tuple[int, str] | None) -> Verdict:
    database = Database(Environment(given.home).variable(f"{service.upper()}_DATABASE_URL"), 2)
    try:
        async with database.transaction() as session:
            return await store.verify(session, expected)
    finally:
        await database.close()
