"""Rating work orders and storing the results, compared with plain INSERTs … FROM unnest of the same rows."""

import time
from collections.abc import Sequence
from functools import partial
from statistics import median

import asyncpg

from tests.bench import orders
from tests.bench.figures import Comparison, Demand, Figure, Tell, rate_of
from tests.bench.stage import Stage

_REPEATS = 3
_SAMPLE_ORDERS = 1_000
_RATINGS = ("rating", "rating_line")
_EVERYTHING = (*_RATINGS, "commission", "rating_result", "outbox")


def run(stage: Stage, tell: Tell, *, count: int) -> Comparison:
    """Rates `count` copies of the sample's work orders three times, each with its limit."""
    copies = count // _SAMPLE_ORDERS
    seconds, limits, narrow_limits = [], [], []
    for repeat in range(1, _REPEATS + 1):
        tell(f"rating of {count:,} orders, {repeat} of {_REPEATS}")
        stage.in_database("rating", orders.clear)
        stage.enter_orders()
        stage.in_database("rating", lambda rating: orders.multiply(rating, copies - 1))
        taken, state = stage.run_job("/rating/rating-runs")
        if state["rated"] + state["failed"] != state["orders"]:
            raise AssertionError(f"the rating run ended as {state}")
        seconds.append(taken)
        limits.append(stage.in_database("rating", partial(_limit, tables=_EVERYTHING)))
        narrow_limits.append(stage.in_database("rating", partial(_limit, tables=_RATINGS)))
    fast, limit, narrow = (rate_of(count, times) for times in (seconds, limits, narrow_limits))
    return Comparison(
        "rating",
        "Rating",
        f"{count:,} open work orders, ten copies of each order in the sample, are rated by one request through the "
        "gateway. The time is from the request until the run has finished, and includes the explanation of every "
        "line, commissions, a result for every order and an event for every rating. The limit is a plain `INSERT … "
        "SELECT FROM unnest` of the same rows, one statement per table: ratings, lines, commissions, results, "
        f"events. For only ratings and lines it would be {narrow:,.0f} orders/s, of which Ratebook reaches "
        f"{fast / narrow:.2f}.",
        "orders/s",
        [Figure(f"Ratebook (median of {_REPEATS})", fast), Figure("limit", limit)],
        [Demand("of the limit", fast / limit, 1 / 3, "at least")],
    )


async def _limit(rating: asyncpg.Connection, *, tables: Sequence[str]) -> float:
    """The seconds for inserting the rows of `tables` again from arrays; the median of three."""
    seconds = []
    arrays = {table: await _arrays(rating, table) for table in tables}
    for _ in range(_REPEATS):
        await rating.execute(f"TRUNCATE {', '.join(tables)}")
        await rating.execute("CHECKPOINT")
        began = time.perf_counter()
        async with rating.transaction():
            for statement, values in arrays.values():
                await rating.execute(statement, *values)
        seconds.append(time.perf_counter() - began)
    return median(seconds)


async def _arrays(rating: asyncpg.Connection, table: str) -> tuple[str, list[list[object]]]:
    """The statement that inserts all rows of `table` from one array per column, and the arrays."""
    columns = await rating.fetch(
        """
        SELECT column_name, data_type FROM information_schema.columns
        WHERE table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position
        """,
        table,
    )
    names = ", ".join(column["column_name"] for column in columns)
    rows = await rating.fetch(f"SELECT {names} FROM {table}")
    unnested = ", ".join(f"${place}::{column['data_type']}[]" for place, column in enumerate(columns, start=1))
    return (
        f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT * FROM unnest({unnested})",
        [[row[position] for row in rows] for position in range(len(columns))],
    )
