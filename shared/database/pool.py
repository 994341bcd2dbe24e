"""The connections of a process to its database, and the transactions on them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import AdaptedConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry
from sqlalchemy.util import await_only

from shared.database.address import libpq_url

STATEMENT_SECONDS = 55
"""What a statement of a request may take. After 60 s the gateway answers 504, and nobody waits for the rest."""
_IDLE_SECONDS = 60
_TRUSTED_SECONDS = 1.0
"""For how long after its last use a connection that is still open counts as usable without being asked."""
_PATIENCE = text(
    "SELECT set_config('statement_timeout', :time, true), set_config('idle_in_transaction_session_timeout', :time, true)"
)

_ACTING = text("SELECT set_config('ratebook.acting', :name, true)")


class Pool(AsyncAdaptedQueuePool):
    """A pool that hands out connections first come, first served, and knows how many callers are waiting.

    SQLAlchemy's own queue gives a returned connection to the caller that asks at that moment and sends those already
    waiting to the end of the line, so under load some of them wait until they time out.
    """

    # Under any other name SQLAlchemy logs the pool's housekeeping at INFO.
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
    """The database of this process: a pool of connections to it."""

    def __init__(self, url: str, pool_size: int, *, application: str = "ratebook"):
        self.url = libpq_url(url)
        self._settings = {
            "timezone": "UTC",
            "lock_timeout": "15s",
            "statement_timeout": f"{STATEMENT_SECONDS}s",
            "idle_in_transaction_session_timeout": f"{_IDLE_SECONDS}s",
            "application_name": application,
            # Rows are looked up by keys, in memory or on drives that do not seek, and statements are short: without
            # these, PostgreSQL reads whole tables where an index is quicker, and compiles what runs for a moment.
            "random_page_cost": "1.1",
            "jit": "off",
        }
        self.engine: AsyncEngine = create_async_engine(
            # The driver connects by itself: SQLAlchemy and asyncpg read some URLs differently, and then the pool works
            # while the relay, which has a connection of its own, does not.
            "postgresql+asyncpg://",
            async_creator=self._connect,
            poolclass=Pool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            # Errors are logged, and parameters contain password hashes and customer data.
            hide_parameters=True,
        )
        event.listen(self.engine.sync_engine, "checkin", _note_use)
        event.listen(self.engine.sync_engine, "checkout", _require_usable)

    async def _connect(self, **settings: str) -> asyncpg.Connection:
        return await asyncpg.connect(self.url, timeout=10, server_settings={**self._settings, **settings})

    @asynccontextmanager
    async def transaction(
        self, *, statement_seconds: int | None = None, acting: str | None = None
    ) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises.

        It acts for the account `acting`, which the records that it changes then name.

        A statement ends after `statement_seconds`, or after the time that a request has. As long may the transaction be
        idle, because a job draws documents and sends e-mails inside its own.
        """
        async with AsyncSession(self.engine, autoflush=False, expire_on_commit=False) as session, session.begin():
            if statement_seconds is not None:
                await session.execute(_PATIENCE, {"time": f"{statement_seconds}s"})
            if acting is not None:
                await act_for(session, acting)
            yield session

    @property
    def name(self) -> str:
        """The name of the database on its server."""
        return urlsplit(self.url).path.removeprefix("/")

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
        """Opens a connection outside the pool, for LISTEN and for advisory locks that are held for long."""
        return await self._connect(application_name=f"ratebook-{purpose}")

    async def close(self) -> None:
        await self.engine.dispose()


async def act_for(session: AsyncSession, name: str) -> None:
    """From now on this transaction acts for the account with this name; see Database.transaction."""
    await session.execute(_ACTING, {"name": name})


def _note_use(_: object, record: ConnectionPoolEntry) -> None:
    record.info["used_at"] = time.monotonic()


def _require_usable(connection: AdaptedConnection, record: ConnectionPoolEntry, _: object) -> None:
    """Replaces all connections of the pool if the server does not answer on this one, which has been idle.

    SQLAlchemy's own check asks three questions before each transaction: it begins one, asks, and rolls back. They took
    as long as all that a short transaction does.
    """
    driver = connection.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    idle_seconds = time.monotonic() - record.info.get("used_at", time.monotonic())
    try:
        if driver.is_closed():
            raise InvalidatePoolError("the server has closed the connection")
        if idle_seconds > _TRUSTED_SECONDS:
            # An empty statement: the server answers and does nothing.
            await_only(driver.fetchrow(";"))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise InvalidatePoolError("the server does not answer on the connection") from error
