"""Fixtures for all tests: one real PostgreSQL for the run, a new database for each test, and real NATS."""

import asyncio
import gc
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import asyncpg
import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
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
from shared.database.address import libpq_url
from shared.database.pool import Database
from shared.service import migration
from tests.fixtures.answers import watch_answers
from tests.fixtures.certificates import own_certificate
from tests.fixtures.databases import Databases

_CLUSTER = "RATEBOOK_TEST_CLUSTER"

# Properties must hold however busy the machine is, so there is no deadline.
settings.register_profile("ratebook", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ratebook")
# Before any app is built, so it cannot be a fixture; it lasts as long as the process.
watch_answers(pytest.MonkeyPatch())
if "RATEBOOK_EXAMPLES" in os.environ:
    from tests.fixtures.examples import collect_examples

    collect_examples(pytest.MonkeyPatch(), Path(os.environ["RATEBOOK_EXAMPLES"]))


# The suite of all processes, the client generated from the document, and the document as one tree. Tests of the console
# belong together file by file.
_TOGETHER = ("tests/system/", "tests/services/test_clients.py", "tests/gateway/test_documents.py")


class Schedule(LoadScopeScheduling):  # type: ignore[misc] # pytest-xdist has no types
    """Gives tests that share something costly to one worker, so that it is made once; others go to any free worker."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/console/"):
            return nodeid.partition("::")[0]
        return next((place for place in _TOGETHER if nodeid.startswith(place)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Schedule:
    return Schedule(config, log)


def _quick_place() -> str | None:
    """A folder in memory if there is enough: a database for each test writes thousands of temporary files."""
    memory = Path("/dev/shm")
    fits = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3
    return str(memory) if fits else None


async def _prepare(cluster: Postgres) -> None:
    """Lets tests count statements, and makes logging in cheap: a password of this run protects nothing."""
    connection = await cluster.superuser()
    await connection.execute("CREATE EXTENSION pg_stat_statements")
    await connection.execute("ALTER SYSTEM SET scram_iterations = 1")
    # No database of a test lives long enough to need it, and a template that is being vacuumed cannot be copied.
    await connection.execute("ALTER SYSTEM SET autovacuum = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


def pytest_configure(config: pytest.Config) -> None:
    """Starts the cluster once in the controlling process; workers find it in the environment.

    If the environment has one already, none is started: an empty one, `{}`, is enough for tests of rules.
    """
    if _CLUSTER in os.environ:
        return
    directory = Path(tempfile.mkdtemp(prefix="ratebook-tests-", dir=_quick_place()))
    # Each client of a test would read the certificates of all the world's authorities otherwise.
    os.environ["SSL_CERT_FILE"] = str(own_certificate(directory))
    cluster = start_postgres(directory / "postgres", {}, durable=False)
    # In reverse order.
    config.add_cleanup(partial(shutil.rmtree, directory, ignore_errors=True))
    config.add_cleanup(cluster.stop)
    asyncio.run(_prepare(cluster))
    asyncio.run(provision(cluster))
    for service in SERVICES:
        migration.upgrade(service, cluster.url(service, f"{service}_owner"))
    os.environ[_CLUSTER] = json.dumps({"port": cluster.port, "passwords": cluster.passwords})


def pytest_collection_finish() -> None:
    """Leaves what is loaded by now out of garbage collection: looking through it again and again takes long."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def cluster() -> Callable[[str, str], str]:
    """Returns the URL of a database for a role in the run's PostgreSQL."""
    described = json.loads(os.environ[_CLUSTER])

    def url(database: str, role: str) -> str:
        return f"postgresql://{role}:{described['passwords'][role]}@127.0.0.1:{described['port']}/{database}"

    return url


@pytest.fixture(scope="session")
def templates() -> dict[str, str]:
    """The template of each service's databases: migrated and empty, unless a suite needs more to begin with."""
    return {service: service for service in SERVICES}


@pytest.fixture(scope="session")
def lent_databases(cluster: Callable[[str, str], str]) -> Iterator[tuple[BlockingPortal, Databases]]:
    """The databases of this worker, and the portal to the loop in which they are made and emptied."""
    with start_blocking_portal() as portal:
        server = portal.call(asyncpg.connect, cluster("postgres", "postgres"))
        made = Databases(lambda name: cluster(name, "postgres"), server)
        yield portal, made
        portal.call(made.close)
        portal.call(server.close)


@pytest.fixture
async def create_database(
    lent_databases: tuple[BlockingPortal, Databases], templates: dict[str, str]
) -> AsyncIterator[Callable[[str], str]]:
    """Makes a database for a service and returns its name; it is as its template, and given back after the test.

    It is given back while the loop of the test still runs, so that connections that are left notice that they are closed.
    """
    portal, databases = lent_databases
    made: list[str] = []

    def make(service: str) -> str:
        made.append(portal.call(databases.lend, service, templates[service]))
        return made[-1]

    yield make
    for name in made:
        await asyncio.to_thread(portal.call, databases.give_back, name)


@pytest.fixture
def fresh_database(create_database: Callable[[str], str]) -> Callable[[str], Awaitable[str]]:
    """The same, for coroutines."""

    async def make(service: str) -> str:
        return await asyncio.to_thread(create_database, service)

    return make


class LateDatabase(Database):
    """A database that is created when its address is first used: many tests need only one of the two ledgers."""

    def __init__(self, create: Callable[[], str], pool_size: int):
        self._create = create
        self._created: str | None = None
        super().__init__("postgresql://not/created/yet", pool_size)

    @property
    def url(self) -> str:
        if self._created is None:
            self._created = libpq_url(self._create())
        return self._created

    @url.setter
    def url(self, url: str) -> None:
        """The address is known once there is a database."""


async def _runtime(
    service: str, create_database: Callable[[str], str], cluster: Callable[[str, str], str]
) -> AsyncIterator[Database]:
    database = LateDatabase(lambda: cluster(create_database(service), f"{service}_runtime"), 5)
    yield database
    await database.close()


@pytest.fixture
async def rating_database(
    create_database: Callable[[str], str], cluster: Callable[[str, str], str]
) -> AsyncIterator[Database]:
    """The rating database, used as its runtime role."""
    async for database in _runtime("rating", create_database, cluster):
        yield database


@pytest.fixture
async def receivables_database(
    create_database: Callable[[str], str], cluster: Callable[[str, str], str]
) -> AsyncIterator[Database]:
    """The receivables database, used as its runtime role."""
    async for database in _runtime("receivables", create_database, cluster):
        yield database


@pytest.fixture
async def security_database(
    create_database: Callable[[str], str], cluster: Callable[[str, str], str]
) -> AsyncIterator[Database]:
    """The security database, used as its runtime role."""
    async for database in _runtime("security", create_database, cluster):
        yield database


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Nats]:
    """A new, provisioned NATS server for the test."""
    server = start_nats(tmp_path / "nats", {})
    await server.provision()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def gateway_key() -> Ed25519PrivateKey:
    """The key that tests sign identities with, as the gateway does."""
    return Ed25519PrivateKey.generate()


@pytest.fixture
def identity(gateway_key: Ed25519PrivateKey) -> Callable[..., dict[str, str]]:
    """Returns a function that makes the headers of a caller: `identity("rating", Grant(...), Grant(...))`."""

    def headers(
        service: str, *grants: Grant, subject: str = "7", name: str = "ALAMO\\tester", session: str = ""
    ) -> dict[str, str]:
        return {HEADER: sign_identity(gateway_key, Principal(subject, name, grants, session), service)}

    return headers


def client_of(app: FastAPI, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
    """A client that calls `app` in this process."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers)


@contextmanager
def sample_suite(directory: Path, *, durable: bool = False) -> Iterator[Suite]:
    """Runs all processes as `make up` does, with the sample company, and stops them afterwards."""
    with Home(directory) as home:
        suite = Suite(home, durable=durable)
        try:
            suite.start()
            load_sample(suite)
            yield suite
        finally:
            suite.stop()
