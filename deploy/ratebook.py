"""The operators' command: `python -m deploy.ratebook <command>`; it reads the same environment as the services."""

import argparse
import asyncio
import getpass
import os
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from services.security.actions.administrators import create_administrator
from shared import migration
from shared.database import Database
from shared.events import streams
from shared.identity import public_jwks

SERVICES = ("rating", "receivables", "security")


class VariableMissing(Exception):
    """A command needs an environment variable that is not set."""


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise VariableMissing(f"Set {name}; the README lists the variables.")
    return value


def migrate(services: list[str]) -> None:
    """Brings the databases to the newest schema, each as its owner role."""
    for service in services or SERVICES:
        migration.upgrade(service, _variable(f"{service.upper()}_OWNER_DATABASE_URL"))
        print(f"{service}: migrated")


async def provision() -> None:
    """Makes the stream and the consumers, or brings them up to date; NATS_URL is the provisioner's."""
    client = await streams.connect(_variable("NATS_URL"), reconnect=False)
    try:
        await streams.provision(client)
    finally:
        await client.close()
    print("stream and consumers are there")


async def create_admin(name: str) -> None:
    """Makes an administrator, or gives one a new password; the password is asked for, or read from standard input."""
    password = getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    database = Database(_variable("SECURITY_DATABASE_URL"), 2)
    try:
        async with database.transaction() as session:
            await create_administrator(session, name, SecretStr(password))
    finally:
        await database.close()
    print(f"{name} is an administrator")


def new_key() -> None:
    """Prints a new signing key, and the public half as the services want it (…_GATEWAY_KEYS)."""
    key = Ed25519PrivateKey.generate()
    print(key.private_bytes_raw().hex())
    print(public_jwks([key]))


def main() -> int:
    parser = argparse.ArgumentParser(prog="ratebook", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    migrating = commands.add_parser("migrate", help="bring the databases to the newest schema")
    migrating.add_argument(
        "services", nargs="*", metavar="SERVICE", help="of rating, receivables, security; all without"
    )
    commands.add_parser("provision", help="make the stream and the consumers at NATS")
    commands.add_parser("new-key", help="print a new signing key and its public half")
    admin = commands.add_parser("create-admin", help="make an administrator, or give one a new password")
    admin.add_argument("name", help=r"DOMAIN\name")
    given = parser.parse_args()
    try:
        match given.command:
            case "migrate":
                unknown = set(given.services) - set(SERVICES)
                if unknown:
                    parser.error(f"there is no service {', '.join(sorted(unknown))}")
                migrate(given.services)
            case "provision":
                asyncio.run(provision())
            case "new-key":
                new_key()
            case _:
                asyncio.run(create_admin(given.name))
    except VariableMissing as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
