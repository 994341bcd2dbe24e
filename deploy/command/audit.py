"""Commands for the audit, which check its seals in the database of each service with the service's own role."""

import asyncio
from argparse import Namespace

from deploy.command.environment import Environment
from deploy.command.output import Output
from deploy.local.process import LocalError
from gateway.routes import SERVICES
from shared.audit import store
from shared.audit.store import Verdict
from shared.database.pool import Database
from shared.values.numbers import counted

_WRONG = 3


def verify_audit(given: Namespace, output: Output) -> int:
    """Prints for each service the number of sealed entries, how many were trusted, the last seal, and all faults."""
    if given.expect is not None and given.service is None:
        raise LocalError("A seal belongs to one service. Name the service.")
    expected = None if given.expect is None else _seal_of(given.expect)
    services = SERVICES if given.service is None else (given.service,)
    verdicts = {service: asyncio.run(_verify(given, service, expected)) for service in services}
    output.table(
        [
            {"service": name, "sealed": verdict.sealed, "checked before": verdict.trusted, "last seal": verdict.head}
            for name, verdict in verdicts.items()
        ],
        ("service", "sealed", "checked before", "last seal"),
    )
    faults = [f"{name}: {fault}" for name, verdict in verdicts.items() for fault in verdict.faults]
    for fault in faults:
        output.say(fault)
    output.say(counted(len(faults), "fault"))
    output.document({name: vars(verdict) for name, verdict in verdicts.items()})
    return _WRONG if faults else 0


def _seal_of(words: str) -> tuple[int, str]:
    position, _, seal = words.partition(":")
    if not position.isdigit() or len(seal) != 64:
        raise LocalError(
            "--expect must be POSITION:SEAL, the `sealed` and `head` that `ratebook audit verify --json` prints."
        )
    return int(position), seal.lower()


async def _verify(given: Namespace, service: str, expected: tuple[int, str] | None) -> Verdict:
    database = Database(Environment(given.home).variable(f"{service.upper()}_DATABASE_URL"), 2)
    try:
        async with database.transaction() as session:
            return await store.verify(session, expected, full=given.full)
    finally:
        await database.close()
