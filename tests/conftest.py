"""Fixtures of every suite: one real PostgreSQL for the run, a database of its own for each test, real NATS."""

import asyncio
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from deploy.local.home import Home
from deploy.local.nats import Nats, start_nats
from deploy.local.postgres import SERVICES, Postgres, provision, start_postgres
from deploy.local.sample import load_sample
from deploy.local.suite import Suite
from shared.access.grants import Grant, Principal
from shared.access.identity import HEADER, sign_identity
from shared.database.pool import Database
from shared.service import migration

_CLUSTER = "RATEBOOK_TEST_CLUSTER"

# A law holds however busy the machine is.
settings.register_profile("ratebook", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ratebook")


class Schedule(LoadScopeScheduling):  # type: ignore[misc] # pytest-xdist has no types
    """One worker does all system tests, so that the suite is started once; all others go where there is time."""

    def _split_scope(self, nodeid: str) -> str:
        return "system" if nodeid.startswith("tests/system/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Schedule:
    return Schedule(config, log)


def _quick_place() -> str | None:
    """Memory, where there is plenty: a database for each test writes thousands of files that nobody keeps."""
    memory = Path("/dev/shm")
    fits = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3
    return str(memory) if fits else None


async def _count_statements_in(cluster: Postgres) -> None:
    connection = await cluster.superuser()
    await connection.execute("CREATE EXTENSION pg_stat_statements")
    await connection.close()


def pytest_configure(config: pytest.Config) -> None:
    """Starts the cluster once, in the controlling process; workers find it in the environment."""
    if hasattr(config, "workerinput"):
        return
    directory = Path(tempfile.mkdtemp(prefix="ratebook-tests-", dir=_quick_place()))
    cluster = start_postgres(directory / "postgres", {}, durable=False)
    # The last one first.
    config.add_cleanup(partial(shutil.rmtree, directory, ignore_errors=True))
    config.add_cleanup(cluster.stop)
    asyncio.run(provision(cluster))
    asyncio.run(_count_statements_in(cluster))
    for service in SERVICES:
        migration.upgrade(service, cluster.url(service, f"{service}_owner"))
    os.environ[_CLUSTER] = json.dumps({"port": cluster.port, "passwords": cluster.passwords})


@pytest.fixture(scope="session")
def cluster() -> Callable[[str, str], str]:
    """Gives the URL of a database for a role in the run's PostgreSQL."""
    described = json.loads(os.environ[_CLUSTER])

    def url(database: str, role: str) -> str:
        return f"postgresql://{role}:{described['passwords'][role]}@127.0.0.1:{described['port']}/{database}"

    return url


@pytest.fixture(scope="session")
def templates() -> dict[str, str]:
    """From which database each service's are made: migrated and empty, unless a suite has more to begin with."""
    return {service: service for service in SERVICES}


@pytest.fixture
async def fresh_database(
    cluster: Callable[[str, str], str], templates: dict[str, str]
) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """Makes a database of its own for a service and returns its name; dropped after the test."""
    connection = await asyncpg.connect(cluster("postgres", "postgres"))
    made: list[str] = []

    async def make(service: str) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        await connection.execute(
            f"CREATE DATABASE {name} OWNER {service}_owner TEMPLATE {templates[service]} STRATEGY FILE_COPY"
        )
        made.append(name)
        return name

    yield make
    for name in made:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


async def _runtime(
    service: str, fresh_database: Callable[[str], Awaitable[str]], cluster: Callable[[str, str], str]
) -> AsyncIterator[Database]:
    database = Database(cluster(await fresh_database(service), f"{service}_runtime"), 5)
    yield database
    await database.close()


@pytest.fixture
async def rating_database(
    fresh_database: Callable[[str], Awaitable[str]], cluster: Callable[[str, str], str]
) -> AsyncIterator[Database]:
    """The rating database as its runtime role."""
    async for database in _runtime("rating", fresh_database, cluster):
        yield database


@pytest.fixture
async def receivables_database(
    fresh_database: Callable[[str], Awaitable[str]], cluster: Callable[[str, str], str]
) -> AsyncIterator[Database]:
    """The receivables database as its runtime role."""
    async for database in _runtime("receivables", fresh_database, cluster):
        yield database


@pytest.fixture
async def security_database(
    fresh_database: Callable[[str], Awaitable[str]], cluster: Callable[[str, str], str]
) -> AsyncIterator[Database]:
    """The security database as its runtime role."""
    async for database in _runtime("security", fresh_database, cluster):
        yield database


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Nats]:
    """A provisioned NATS server of its own for the test."""
    server = start_nats(tmp_path / "nats", {})
    await server.provision()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def gateway_key() -> Ed25519PrivateKey:
    """The key with which tests sign identities, as the gateway does."""
    return Ed25519PrivateKey.generate()


@pytest.fixture
def identity(gateway_key: Ed25519PrivateKey) -> Callable[..., dict[str, str]]:
    """Makes the headers of a caller with the given grants: `identity("rating", Grant(...), Grant(...))`."""

    def headers(service: str, *grants: Grant, subject: str = "7", name: str = "ALAMO\\tester") -> dict[str, str]:
        return {HEADER: sign_identity(gateway_key, Principal(subject, name, grants), service)}

    return headers


def client_of(app: FastAPI, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
    """A client that calls `app` in this process."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers)


@contextmanager
def sample_suite(directory: Path, *, durable: bool = False) -> Iterator[Suite]:
    """All processes as `make up` starts them, with the sample company; stopped afterwards."""
    with Home(directory) as home:
        suite = Suite(home, durable=durable)
        try:
            suite.start()
            load_sample(suite)
            yield suite
        finally:
            suite.stop()
