"""Fixtures of every suite: one real PostgreSQL for the run, a database of its own for each test, real NATS."""

import asyncio
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local import postgres as local_postgres
from deploy.local.nats import Nats, start_nats
from deploy.local.postgres import SERVICES, Postgres, create_database, provision, start_postgres
from shared import migration
from shared.database import Database

_CLUSTER = "RATEBOOK_TEST_CLUSTER"


def pytest_configure(config: pytest.Config) -> None:
    """Starts the cluster once, in the controlling process; workers find it in the environment."""
    if hasattr(config, "workerinput"):
        return
    directory = Path(tempfile.mkdtemp(prefix="ratebook-tests-"))
    cluster = start_postgres(directory / "postgres", {}, durable=False)
    config.add_cleanup(lambda: (cluster.stop(), shutil.rmtree(directory, ignore_errors=True)))
    asyncio.run(provision(cluster))
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


@pytest.fixture
async def fresh_database(cluster: Callable[[str, str], str]) -> AsyncIterator[Callable[[str], str]]:
    """Makes an empty, migrated database for a service and returns its name; dropped after the test."""
    import asyncpg

    connection = await asyncpg.connect(cluster("postgres", "postgres"))
    made: list[str] = []

    async def make(service: str) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        await connection.execute(f"CREATE DATABASE {name} OWNER {service}_owner TEMPLATE {service}")
        made.append(name)
        return name

    yield make
    for name in made:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()
