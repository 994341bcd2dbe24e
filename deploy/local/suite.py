"""The running suite: PostgreSQL, NATS, the three services and the gateway, each in its own process."""

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import httpx
from pydantic import SecretStr

from deploy.local.home import ENVIRONMENT, ROOT, Home, keep_private
from deploy.local.nats import USERS, Nats, start_nats
from deploy.local.postgres import SERVICES, Postgres, provision, role_names, start_postgres
from deploy.local.process import Child, LocalError, reserve, start, wait_until
from services.security.actions.administrators import create_administrator
from shared.access.identity import load_private_key, public_jwks
from shared.database.pool import Database
from shared.service import migration

GATEWAY_PORT = 8400
ADMINISTRATOR = r"ALAMO\admin"
_START_SECONDS = 40


@dataclass(frozen=True)
class Server:
    """A process that serves HTTP."""

    child: Child
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Suite:
    """The suite that `make up` starts. Its parts can be killed and started again one by one."""

    def __init__(self, home: Home, *, gateway_port: int | None = None, durable: bool = True):
        self.home = home
        self._durable = durable
        try:
            self._ports = {"gateway": reserve(gateway_port or 0), **{name: reserve() for name in SERVICES}}
        except OSError:
            raise LocalError(
                f"Port {gateway_port} is in use. Stop the program that uses it, or choose another port: make up PORT=8500"
            ) from None
        self.postgres: Postgres | None = None
        self.nats: Nats | None = None
        self.servers: dict[str, Server] = {}

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['gateway'].port}"

    def start(self, report: Callable[[str], None] = lambda _: None) -> None:
        """Starts everything in order and waits until it is ready; `report` is called for each step."""
        self.home.secrets.complete(role_names(), USERS, [ADMINISTRATOR])
        self.home.save()
        report("PostgreSQL")
        self.start_postgres()
        report("NATS")
        self.start_nats()
        report("database migrations")
        self.migrate()
        report("services")
        for name in SERVICES:
            self.start_server(name)
        self.wait_ready()
        report("gateway")
        self.start_server("gateway")
        self.wait_ready("gateway")
        keep_private(self.home.path / ENVIRONMENT, self.operators_environment())

    def start_postgres(self) -> None:
        port = None if self.postgres is None else self.postgres.port
        directory = self.home.path / "postgres"
        self.postgres = start_postgres(directory, self.home.secrets.postgres, port, durable=self._durable)
        asyncio.run(provision(self.postgres))

    def start_nats(self) -> None:
        port = None if self.nats is None else self.nats.port
        self.nats = start_nats(self.home.path / "nats", self.home.secrets.nats, port)
        asyncio.run(self.nats.provision())

    def migrate(self) -> None:
        """Upgrades all databases to the newest schema, and creates the first administrator."""
        assert self.postgres is not None
        for service in SERVICES:
            migration.upgrade(service, self.postgres.url(service, f"{service}_owner"))
        asyncio.run(self._create_administrator())

    async def _create_administrator(self) -> None:
        assert self.postgres is not None
        database = Database(self.postgres.url("security", "security_runtime"), 2)
        try:
            async with database.transaction() as session:
                password = SecretStr(self.home.secrets.password_of(ADMINISTRATOR))
                await create_administrator(session, ADMINISTRATOR, password)
        finally:
            await database.close()

    def start_server(self, name: str) -> None:
        """Starts a service or the gateway, always on the same port for the lifetime of the suite."""
        reserved = self._ports[name]
        with reserved.socket() as listening:
            command = [
                sys.executable,
                "-m",
                "shared.process.server",
                self.module_of(name),
                "--fd",
                str(listening.fileno()),
            ]
            child = start(
                name,
                command,
                self.home.path / f"{name}.log",
                environment=self.environment_of(name),
                folder=ROOT,
                sockets=[listening],
            )
        self.servers[name] = Server(child, reserved.port)

    def module_of(self, name: str) -> str:
        """The module that creates the application of a process."""
        return "gateway.main" if name == "gateway" else f"services.{name}.main"

    def environment_of(self, name: str) -> dict[str, str]:
        """The environment of a process; docs/settings.md has the same variables."""
        assert self.postgres is not None
        assert self.nats is not None
        kept = self.home.secrets
        environment = {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            # Nothing checks /readyz here, so a process can stop at once.
            "DRAIN_SECONDS": os.environ.get("DRAIN_SECONDS", "0"),
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO"),
            "NATS_URL": self.nats.url(name),
        }
        if name == "gateway":
            environment["GATEWAY_SIGNING_KEY"] = kept.gateway_key
            environment["GATEWAY_METRICS_KEY"] = kept.metrics_key
            for service in SERVICES:
                environment[f"GATEWAY_{service.upper()}_URL"] = f"http://127.0.0.1:{self._ports[service].port}"
            return environment
        prefix = name.upper()
        environment[f"{prefix}_DATABASE_URL"] = self.postgres.url(name, f"{name}_runtime")
        environment[f"{prefix}_GATEWAY_KEYS"] = public_jwks([load_private_key(kept.gateway_key)])
        if name == "security":
            environment["SECURITY_SIGNING_KEY"] = kept.security_key
        return environment

    def operators_environment(self) -> dict[str, str]:
        """The variables that the command `ratebook` needs, with the same names as in production."""
        assert self.postgres is not None
        assert self.nats is not None
        environment = {
            "NATS_URL": self.nats.url("provisioner"),
            "RATEBOOK_GATEWAY_URL": self.gateway_url,
            "RATEBOOK_USER": ADMINISTRATOR,
        }
        for service in SERVICES:
            for variable, role in (("DATABASE_URL", "runtime"), ("OWNER_DATABASE_URL", "owner")):
                environment[f"{service.upper()}_{variable}"] = self.postgres.url(service, f"{service}_{role}")
        return environment

    def wait_ready(self, *names: str) -> None:
        """Waits until the named servers, by default all, report that they are ready."""
        with httpx.Client(timeout=2) as client:
            for name in names or tuple(self.servers):
                server = self.servers[name]
                wait_until(server.child, partial(_ready, client, server.url), patience_seconds=_START_SECONDS)

    def find_stopped(self) -> list[Child]:
        """The parts that have stopped unexpectedly."""
        children = [part.child for part in (self.postgres, self.nats) if part is not None]
        children += [server.child for server in self.servers.values()]
        return [child for child in children if not child.running]

    def start_again(self, stopped: Child) -> None:
        """Starts a part that has stopped, at its old address. Raises LocalError if it does not come up."""
        if self.postgres is not None and stopped is self.postgres.child:
            self.start_postgres()
        elif self.nats is not None and stopped is self.nats.child:
            self.start_nats()
        else:
            self.start_server(stopped.name)

    def stop(self) -> None:
        """Stops everything, beginning with the gateway so that no new requests arrive."""
        (self.home.path / ENVIRONMENT).unlink(missing_ok=True)
        for name in ("gateway", *SERVICES):
            if name in self.servers:
                self.servers[name].child.ask_to_stop()
        for server in self.servers.values():
            server.child.stop()
        for part in (self.nats, self.postgres):
            if part is not None:
                part.stop()
        for reserved in self._ports.values():
            reserved.release()


def _ready(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(f"{url}/readyz").status_code == 200
    except httpx.HTTPError:
        return False
