"""`ratebook restore-finish` with real databases: all three get a new life, or none does."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from subprocess import CompletedProcess

import asyncpg
import pytest

from deploy.local.postgres import SERVICES
from shared.database.pool import Database
from shared.events.incarnations import RELAY_LOCK
from tests.deploy.test_command import ratebook


class Databases:
    """The databases of the three services, with what they know of each other."""

    def __init__(self, cluster: Callable[[str, str], str], names: dict[str, str]):
        self.names = names
        self.urls = {service: cluster(name, f"{service}_owner") for service, name in names.items()}
        self.runtime = {service: cluster(name, f"{service}_runtime") for service, name in names.items()}

    async def finish(self, *words: str) -> CompletedProcess[str]:
        variables = {f"{service.upper()}_OWNER_DATABASE_URL": url for service, url in self.urls.items()}
        return await asyncio.to_thread(ratebook, "restore-finish", *words, **variables)

    async def fetch(self, service: str, sql: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.urls[service])
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    async def known(self) -> list[dict[str, str]]:
        """The incarnations that each database knows."""
        rows = [await self.fetch(service, "SELECT service, id FROM incarnation") for service in SERVICES]
        return [{row["service"]: str(row["id"]) for row in one} for one in rows]


@pytest.fixture
async def databases(cluster: Callable[[str, str], str], fresh_database: Callable[[str], Awaitable[str]]) -> Databases:
    made = Databases(cluster, {service: await fresh_database(service) for service in SERVICES})
    for event in ("published_at", "NULL"):
        await made.fetch(
            "rating",
            "INSERT INTO outbox (event_name, data, published_at, stream_sequence) VALUES ('work-order-rated', '{}', "
            + ("now(), 7)" if event == "published_at" else "NULL, NULL)"),
        )
    return made


async def test_every_database_knows_the_new_lives_and_publishes_again(databases: Databases) -> None:
    before = await databases.known()
    assert [list(one) for one in before] == [[service] for service in SERVICES]
    finished = await databases.finish("--json")
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout) == {"pending": {"rating": 1, "receivables": 0, "security": 0}}
    rating, receivables, security = await databases.known()
    assert rating == receivables == security
    assert set(rating) == set(SERVICES)
    assert not set(rating.values()) & {life for one in before for life in one.values()}
    rows = await databases.fetch("rating", "SELECT published_at, stream_sequence, publication FROM outbox ORDER BY id")
    assert [tuple(row) for row in rows] == [(None, None, 2), (None, None, 1)]


async def test_a_second_run_and_one_after_half_of_it_end_the_same(databases: Databases) -> None:
    """Half of it: the process died after the first of the three databases had committed."""
    await databases.finish()
    await databases.fetch("security", "UPDATE incarnation SET id = gen_random_uuid()")
    assert (await databases.finish()).returncode == 0
    rating, receivables, security = await databases.known()
    assert rating == receivables == security


@asynccontextmanager
async def pool(url: str) -> AsyncIterator[None]:
    database = Database(url, 1, application="ratebook-security")
    await database.ping()
    yield
    await database.close()


@asynccontextmanager
async def relay(url: str) -> AsyncIterator[None]:
    """A relay whose connection a pooler has given another name."""
    connection = await asyncpg.connect(url)
    await connection.execute(f"SELECT pg_advisory_lock({RELAY_LOCK})")
    yield
    await connection.close()


@pytest.mark.parametrize("part", [pool, relay])
async def test_it_refuses_while_a_service_runs_and_changes_nothing(
    databases: Databases, part: Callable[[str], AbstractAsyncContextManager[None]]
) -> None:
    before = await databases.known()
    async with part(databases.runtime["security"]):
        refused = await databases.finish()
    assert refused.returncode == 1
    assert refused.stderr.startswith(
        "security is running: a process has connections to its database. Stop all services"
    )
    assert await databases.known() == before
    assert (await databases.finish()).returncode == 0


async def test_what_starts_meanwhile_waits(databases: Databases) -> None:
    """Another session holds one database, so the command waits with the others held."""
    holder = await asyncpg.connect(databases.urls["security"])
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("SELECT id FROM incarnation")
    finishing = asyncio.create_task(databases.finish())
    started = await asyncpg.connect(databases.runtime["rating"])
    async with asyncio.timeout(20):
        while await started.fetchval("SELECT pg_try_advisory_lock($1)", RELAY_LOCK):
            await started.execute(f"SELECT pg_advisory_unlock({RELAY_LOCK})")
            await asyncio.sleep(0.05)
    reading = asyncio.create_task(started.fetchval("SELECT count(*) FROM incarnation"))
    assert not finishing.done()
    await transaction.rollback()
    await holder.close()
    assert (await finishing).returncode == 0
    assert await reading == len(SERVICES)
    await started.close()
