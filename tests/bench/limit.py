"""The limit for postings: one INSERT … SELECT of the same rows into the same tables, inside PostgreSQL."""

import time
from statistics import median

import asyncpg

from tests.bench.stage import Stage

_POSTED = ("ar_line", "gl_distribution", "ar_transaction")
"""The tables in the order in which a posting writes them."""
_REPEATS = 3


def seconds_of_insert(stage: Stage) -> float:
    """The seconds for inserting all posted rows again in one transaction; the median of three."""

    async def measure(receivables: asyncpg.Connection) -> float:
        for table in _POSTED:
            await receivables.execute(f"CREATE TEMP TABLE saved_{table} AS TABLE {table}")
        seconds = []
        for _ in range(_REPEATS):
            await receivables.execute("TRUNCATE ar_transaction, ar_line, gl_distribution, invoice_balance CASCADE")
            await receivables.execute("CHECKPOINT")
            began = time.perf_counter()
            async with receivables.transaction():
                await receivables.execute("SET CONSTRAINTS ar_line_transaction_id_fkey DEFERRED")
                for table in _POSTED:
                    await receivables.execute(f"INSERT INTO {table} SELECT * FROM saved_{table}")
            seconds.append(time.perf_counter() - began)
        return median(seconds)

    return stage.in_database("receivables", measure)


async def clear(receivables: asyncpg.Connection) -> None:
    """Removes everything that is posted, so that the next measurement has only its own rows."""
    await receivables.execute(
        "TRUNCATE ar_transaction, ar_line, gl_distribution, invoice_balance, batch, export_outcome, export_outcome_order, "
        "inbox CASCADE"
    )
    await forget_events(receivables)


async def forget_events(connection: asyncpg.Connection) -> None:
    """Empties the outbox as pruning does: without its last sequences, the relay would say that a backup was restored."""
    await connection.execute(
        """
        WITH deleted AS (DELETE FROM outbox WHERE published_at IS NOT NULL RETURNING event_name, stream_sequence)
        INSERT INTO outbox_pruned (event_name, stream_sequence)
        SELECT event_name, max(stream_sequence) FROM deleted GROUP BY event_name
        ON CONFLICT (event_name) DO UPDATE SET stream_sequence = excluded.stream_sequence
        """
    )
    await connection.execute("VACUUM outbox")
