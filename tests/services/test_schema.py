"""In every service the tables are what the migrations make, and models.py says the same."""

import asyncio

import asyncpg
import pytest

from deploy.local.postgres import SERVICES
from shared.events.ddl import SHARED_TABLES
from shared.service import migration


@pytest.fixture(params=SERVICES)
async def owner_url(request, fresh_database, cluster) -> tuple[str, str]:
    """A service and its new database, as its owner role."""
    service: str = request.param
    return service, cluster(await fresh_database(service), f"{service}_owner")


async def test_models_and_migrations_are_the_same(owner_url: tuple[str, str]) -> None:
    await asyncio.to_thread(migration.check, *owner_url)


async def test_a_column_that_the_models_do_not_know_is_noticed(owner_url: tuple[str, str]) -> None:
    connection = await asyncpg.connect(owner_url[1])
    table = await connection.fetchval(
        "SELECT min(tablename) FROM pg_tables WHERE schemaname = 'public' AND NOT tablename = ANY($1)",
        ["alembic_version", *SHARED_TABLES],
    )
    await connection.execute(f"ALTER TABLE {table} ADD COLUMN colour text")
    await connection.close()
    with pytest.raises(Exception, match="colour"):
        await asyncio.to_thread(migration.check, *owner_url)
