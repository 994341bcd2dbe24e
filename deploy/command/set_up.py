"""Commands that prepare servers: migrations, the stream, the first administrator."""

import asyncio
from argparse import ArgumentTypeError, Namespace

from pydantic import SecretStr

from deploy.command.arguments import number_of_replicas
from deploy.command.environment import Environment, ask_password
from deploy.command.output import Output
from deploy.local.process import LocalError
from gateway.routes import SERVICES
from services.security.actions.administrators import create_administrator
from shared.database.pool import Database
from shared.events import streams
from shared.service import migration

_BROKER_SECONDS = 10


def migrate(given: Namespace, output: Output) -> int:
    """Upgrades the databases to the newest schema, each as its owner role."""
    around = Environment(given.home)
    wanted = given.services or list(SERVICES)
    for service in wanted:
        migration.upgrade(service, around.variable(f"{service.upper()}_OWNER_DATABASE_URL"))
        output.say(f"{service}: migrated")
    output.document({"migrated": wanted})
    return 0


def provision(given: Namespace, output: Output) -> int:
    """Creates or updates the stream and the consumers; the user in NATS_URL is the provisioner."""
    around = Environment(given.home)
    replicas = given.replicas if given.replicas is not None else _replicas_of(around)

    async def run(url: str) -> list[str]:
        async with asyncio.timeout(_BROKER_SECONDS):
            client = await streams.connect(url, reconnect=False)
            try:
                return await streams.provision(client, replicas=replicas, force=given.force)
            finally:
                await client.close()

    try:
        changed = asyncio.run(run(around.variable("NATS_URL")))
    except TimeoutError:
        raise LocalError(
            f"NATS did not answer within {_BROKER_SECONDS} s. "
            "Check that it is running, and that NATS_URL has its address and the user provisioner."
        ) from None
    except streams.ReplicasLowered as refused:
        raise LocalError(str(refused)) from None
    for change in changed:
        output.say(change)
    output.say("the stream and the consumers are up to date")
    output.document({"provisioned": True, "changed": changed})
    return 0


def _replicas_of(around: Environment) -> int | None:
    """What NATS_REPLICAS says, or None."""
    given = around.find("NATS_REPLICAS")
    try:
        return number_of_replicas(given) if given else None
    except ArgumentTypeError as error:
        raise LocalError(f"NATS_REPLICAS {error}.") from None


def create_admin(given: Namespace, output: Output) -> int:
    """Creates an administrator, or sets a new password for one."""
    url = Environment(given.home).variable("SECURITY_DATABASE_URL")
    password = SecretStr(ask_password("password: "))

    async def run() -> None:
        database = Database(url, 2)
        try:
            async with database.transaction() as session:
                await create_administrator(session, given.name, password)
        finally:
            await database.close()

    asyncio.run(run())
    output.say(f"{given.name} is an administrator")
    output.document({"administrator": given.name})
    return 0
