"""Owns the way to PostgreSQL: the engine, the one transaction at the edge, and reading rows into dataclasses."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from operator import attrgetter
from typing import Annotated, Any, TypeVar

import asyncpg
from fastapi import Depends, Request
from sqlalchemy import CursorResult, text
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry
from sqlalchemy.util import await_only

from shared.access import Scope

T = TypeVar("T")

# 40001 serialization failure, 40P01 deadlock, 55P03 lock not available: the same work may succeed when repeated.
_TRANSIENT = {"40001", "40P01", "55P03"}


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


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """The request's transaction, committed before the answer leaves.

    A route that looks at the finished answer before the commit (shared.operation) finds it in the request's state, or
    has opened it already.
    """
    opened: AsyncSession | None = getattr(request.state, "session", None)
    if opened is not None:
        yield opened
        return
    database: Database = request.app.state.database
    async with database.transaction() as session:
        request.state.session = session
        yield session


# Without scope="function" the commit would come after the answer, and a failed commit still answer 200.
Transaction = Annotated[AsyncSession, Depends(transaction, scope="function")]


def is_transient(error: BaseException) -> bool:
    """Whether the same work, repeated from its beginning, may succeed: deadlocks, serialization, lock time-outs."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _TRANSIENT


def is_data_error(error: DBAPIError) -> bool:
    """Whether a value did not fit its type: class 22 of PostgreSQL, or refused by the driver before it was sent."""
    sqlstate: str | None = getattr(error.orig, "sqlstate", None)
    return sqlstate.startswith("22") if sqlstate else isinstance(error, DataError)


def is_disconnect(error: BaseException) -> bool:
    """Whether the database went away, as far as the driver can tell."""
    return (
        (isinstance(error, DBAPIError) and error.connection_invalidated)
        or isinstance(error, (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError))
        or (isinstance(error, DBAPIError) and isinstance(error.orig, OSError))
    )


def is_exhausted(error: BaseException) -> bool:
    """Whether every connection of the pool stayed in use for as long as one waits for it."""
    return isinstance(error, PoolTimeout)


def constraint_of(error: DBAPIError) -> str | None:
    """The name of the violated constraint, as PostgreSQL reports it."""
    for cause in (error.orig, getattr(error.orig, "__cause__", None)):
        name: str | None = getattr(cause, "constraint_name", None)
        if name is not None:
            return name
    return None


async def execute(session: AsyncSession, sql: str, /, **parameters: object) -> int:
    """Runs one statement and returns the number of rows it touched."""
    result = await session.execute(text(sql), parameters)
    assert isinstance(result, CursorResult)
    return result.rowcount


async def fetch_all(session: AsyncSession, kind: type[T], sql: str, /, **parameters: object) -> list[T]:
    """The rows of one statement as dataclasses of `kind`; its column names are the field names."""
    result = await session.execute(text(sql), parameters)
    names = tuple(result.keys())
    return [kind(**dict(zip(names, row, strict=True))) for row in result]


async def fetch_one(session: AsyncSession, kind: type[T], sql: str, /, **parameters: object) -> T | None:
    """The only row of one statement as a dataclass of `kind`, None when there is none."""
    result = await session.execute(text(sql), parameters)
    row = result.mappings().one_or_none()
    return None if row is None else kind(**row)


async def fetch_values(session: AsyncSession, sql: str, /, **parameters: object) -> list[Any]:
    """The first column of every row."""
    result = await session.execute(text(sql), parameters)
    return list(result.scalars())


async def fetch_value(session: AsyncSession, sql: str, /, **parameters: object) -> Any:
    """The first column of the first row, None when there is none."""
    result = await session.execute(text(sql), parameters)
    return result.scalar()


async def copy_records(
    session: AsyncSession, table: str, names: Sequence[str], records: Sequence[tuple[Any, ...]]
) -> None:
    """Writes the records into the columns `names` of the table, by COPY; documents come as text.

    The quickest way in for rows by the thousand. Triggers and constraints see them as they see an INSERT.
    Raises DBAPIError like any statement.
    """
    if not records:
        return
    connection = await (await session.connection()).get_raw_connection()
    driver = connection.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    try:
        await driver.copy_records_to_table(table, records=records, columns=names)
    except asyncpg.PostgresError as error:
        raise DBAPIError(f"COPY {table}", None, error) from error


async def copy_rows(
    session: AsyncSession, table: str, names: Sequence[str], rows: Sequence[Any], **same: object
) -> None:
    """Copies the attributes `names` of the rows into the columns of those names, and `same` into each row.

    A name with a dot reads the attribute of an attribute; the column has the last part's name.
    """
    read = attrgetter(*names)
    values = tuple(same.values())
    columns_of_names = [*same, *(name.rpartition(".")[2] for name in names)]
    await copy_records(session, table, columns_of_names, [(*values, *read(row)) for row in rows])


def columns(rows: Sequence[Any], *names: str) -> dict[str, list[Any]]:
    """Turns dataclasses into one list a field, the parameters of an `unnest`."""
    return {name: [getattr(row, name) for row in rows] for name in names}


def scope_condition(
    scope: Scope, *, branch: str | None, customer: str | None, ar_company: str | None
) -> tuple[str, Mapping[str, object]]:
    """The SQL condition under which a row lies in `scope`, with its parameters.

    `branch`, `customer` and `ar_company` are the SQL expressions of the row's sides; None for a side that such rows
    do not have: a limit on it does not narrow them.
    """
    if not scope.limits:
        return "true", {}
    alternatives: list[str] = []
    parameters: dict[str, object] = {}
    for position, limits in enumerate(scope.limits):
        sides = (
            (branch, "branches", "text[]", sorted(limits.branches)),
            (customer, "customers", "text[]", sorted(limits.customers)),
            (ar_company, "ar_companies", "int[]", sorted(limits.ar_companies)),
        )
        terms = []
        for expression, word, kind, allowed in sides:
            if allowed and expression is not None:
                name = f"scope_{word}_{position}"
                terms.append(f"{expression} = ANY(CAST(:{name} AS {kind}))")
                parameters[name] = allowed
        if not terms:
            return "true", {}
        alternatives.append(f"({' AND '.join(terms)})")
    return f"({' OR '.join(alternatives)})", parameters
