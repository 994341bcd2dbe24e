"""Owns the connections of a process to its database, and the transactions made on them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry
from sqlalchemy.util import await_only


class Pool(AsyncAdaptedQueuePool):
    """Connections that are reused, handed out in the order in which they are asked for; knows how many wait.

    SQLAlchemy's own queue gives a connection that comes back to whoever asks at that moment, and those who wait begin
    anew behind all others: under load some of them wait until they time out.
    """

    # Or its housekeeping would be logged at INFO, which is not so for SQLAlchemy's own classes.
    _sqla_logger_namespace = "sqlalchemy.pool"

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self._turns = asyncio.Semaphore(self.size())
        self.waiting = 0

    def _do_get(self) -> ConnectionPoolEntry:
        await_only(self._wait_for_turn())
        try:
            return super()._do_get()
        except BaseException:
            self._turns.release()
            raise

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        self._turns.release()

    async def _wait_for_turn(self) -> None:
        self.waiting += 1
        try:
            async with asyncio.timeout(self.timeout()):
                await self._turns.acquire()
        except TimeoutError:
            raise PoolTimeout(f"all {self.size()} connections stayed in use for {self.timeout():.0f} s") from None
        finally:
            self.waiting -= 1


class Database:
    """The connections of one process to its own database."""

    def __init__(self, url: str, pool_size: int, *, application: str = "ratebook"):
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            poolclass=Pool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
            # Errors are logged, and parameters hold password hashes and customers' data.
            hide_parameters=True,
            connect_args={
                "timeout": 10,
                "server_settings": {"application_name": application, "timezone": "UTC", "lock_timeout": "15s"},
            },
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with AsyncSession(self.engine, autoflush=False, expire_on_commit=False) as session, session.begin():
            yield session

    @property
    def pool(self) -> Pool:
        pool = self.engine.sync_engine.pool
        assert isinstance(pool, Pool)
        return pool

    async def ping(self) -> None:
        """Raises when the database does not answer."""
        async with self.transaction() as session:
            await session.execute(text("SELECT 1"))

    async def connect(self, purpose: str) -> asyncpg.Connection:
        """A connection of its own, outside the pool: for LISTEN and for advisory locks that last."""
        name = {"application_name": f"ratebook-{purpose}"}
        return await asyncpg.connect(self.url, timeout=10, server_settings=name)

    async def close(self) -> None:
        await self.engine.dispose()
