"""The metrics that a service looks up in its database for each scrape, with a time limit."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from prometheus_client import Metric
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.pool import Database
from shared.database.statements import execute
from shared.events import dead_letters, outbox
from shared.process.metrics import Lookup, gauge, gauge_by

Measure = Callable[[AsyncSession], Awaitable[list[Metric]]]


def in_database(database: Database, measures: Sequence[Measure], consumers: Sequence[str]) -> Lookup:
    """The pending events, the dead letters of every consumer (even if none), and the service's own `measures`."""

    async def look() -> list[Metric]:
        async with database.transaction() as session:
            # The caller gives up after two seconds; the database should not keep working after that.
            await execute(session, "SET LOCAL statement_timeout = '2s'")
            backlog = await outbox.read_backlog(session)
            letters = dict.fromkeys(consumers, 0) | await dead_letters.count_waiting(session)
            own = [family for measure in measures for family in await measure(session)]
        return [
            gauge("ratebook_outbox_pending", "Events waiting to be published.", backlog.pending),
            gauge("ratebook_outbox_oldest_age_seconds", "Age of the oldest such event.", backlog.oldest_age_seconds),
            gauge_by("ratebook_dead_letters", "Messages set aside and not replayed.", "consumer", letters),
            *own,
        ]

    return look


def of_pool(database: Database) -> Lookup:
    """The use of the connection pool, without asking the database."""

    async def look() -> Iterable[Metric]:
        pool = database.pool
        return [
            gauge("ratebook_database_pool_size", "Size of the connection pool.", pool.size()),
            gauge("ratebook_database_pool_in_use", "Connections in use.", pool.checkedout()),
            gauge("ratebook_database_pool_waiting", "Transactions waiting for a connection.", pool.waiting),
        ]

    return look
