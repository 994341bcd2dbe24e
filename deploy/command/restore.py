"""The command that ends a restore: it begins a new life of all databases."""

import asyncio
from argparse import Namespace
from contextlib import AsyncExitStack
from uuid import uuid4

from deploy.command.environment import Environment
from deploy.command.output import Output
from deploy.local.process import LocalError
from gateway.routes import SERVICES
from shared.database.pool import Database
from shared.events import incarnations
from shared.values.numbers import counted

_PATIENCE_SECONDS = 3600


def finish_restore(given: Namespace, output: Output) -> int:
    """Gives each database a new incarnation and makes it known to the others, while all services are stopped.

    From then on, events that were published before are set aside, and every event that a database still has is
    published again. Can be repeated, also after it was broken off.
    """
    around = Environment(given.home)
    urls = {service: around.variable(f"{service.upper()}_OWNER_DATABASE_URL") for service in SERVICES}
    pending = asyncio.run(_finish(urls))
    for service, events in pending.items():
        output.say(f"{service}: {counted(events, 'event')} will be published again")
    output.say("the restore is finished; start the services now")
    output.document({"pending": pending})
    return 0


async def _finish(urls: dict[str, str]) -> dict[str, int]:
    """How many events of each service will be published again. Raises LocalError while a service is running."""
    new = {service: uuid4() for service in urls}
    pending = {}
    async with AsyncExitStack() as stack:
        sessions = {}
        for service, url in urls.items():
            database = Database(url, 1, application="restore-finish")
            stack.push_async_callback(database.close)
            # Nothing is committed before all three are ready, and then directly one after the other.
            sessions[service] = await stack.enter_async_context(
                database.transaction(statement_seconds=_PATIENCE_SECONDS)
            )
        for service, session in sessions.items():
            if not await incarnations.hold(session):
                raise LocalError(
                    f"{service} is running: a process has connections to its database. Stop all services and gateways, "
                    "then run this command again. Nothing was changed."
                )
        for service, session in sessions.items():
            pending[service] = await incarnations.begin(session, new)
    return pending
