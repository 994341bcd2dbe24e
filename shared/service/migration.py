"""Database migrations: each service has its own Alembic history, run as its owner role."""

import asyncio
import os
from functools import partial
from logging import getLogger
from pathlib import Path

import asyncpg
from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.database.address import libpq_url
from shared.events.ddl import SHARED_TABLES

log = getLogger(__name__)
_TURN_SECONDS = 0.2


def configuration(service: str, owner_url: str) -> Config:
    """The Alembic configuration of `service`. There is no ini file, because it would be the same for every service."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "services" / service / "migrations"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = owner_url
    return config


def upgrade(service: str, owner_url: str) -> None:
    """Upgrades the database of `service` to the newest schema."""
    command.upgrade(configuration(service, owner_url), "head")


def check(service: str, owner_url: str) -> None:
    """Raises if the tables in models.py and the migrations differ."""
    command.check(configuration(service, owner_url))


def run(metadata: MetaData) -> None:
    """Runs the requested migrations, each in its own transaction; called by each service's migrations/env.py."""
    url: str = context.config.attributes.get("url") or os.environ["OWNER_DATABASE_URL"]
    asyncio.run(_run(url, metadata))


async def _run(url: str, metadata: MetaData) -> None:
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=partial(asyncpg.connect, libpq_url(url), timeout=10)
    )
    try:
        async with engine.connect() as connection:
            await _take_turns(connection)
            await connection.run_sync(_migrate, metadata)
    finally:
        await engine.dispose()


async def _take_turns(connection: AsyncConnection) -> None:
    """Waits until no other process migrates this database.

    Asks again and again instead of waiting inside PostgreSQL: a statement that waits is one that CREATE INDEX
    CONCURRENTLY waits for, and the two would wait for each other.
    """
    while True:
        async with connection.begin():
            # A migration that waits for a lock makes every request behind it wait too: give up early instead.
            await connection.execute(text("SET lock_timeout = '5s'"))
            if await connection.scalar(text("SELECT pg_try_advisory_lock(hashtext('migrations'))")):
                return
        await asyncio.sleep(_TURN_SECONDS)


def _migrate(connection: Connection, metadata: MetaData) -> None:
    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return not (kind == "table" and name in SHARED_TABLES)

    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=ours,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
