"""Rating work orders and storing the ratings, beside one plain INSERT … FROM unnest of the same rows."""

import time
from statistics import median

import asyncpg

from tests.bench import orders
from tests.bench.figures import Comparison, Demand, Figure, Tell, rate_of
from tests.bench.stage import Stage

_REPEATS = 3
_SAMPLE_ORDERS = 1_000


def run(stage: Stage, tell: Tell, *, count: int) -> Comparison:
    """Rates `count` copies of the sample's work orders, three times, each beside the limit."""
    copies = count // _SAMPLE_ORDERS
    seconds, limits = [], []
    for repeat in range(1, _REPEATS + 1):
        tell(f"rating of {count:,} orders, {repeat} of {_REPEATS}")
        stage.in_database("rating", orders.clear)
        stage.enter_orders()
        stage.in_database("rating", lambda rating: orders.multiply(rating, copies - 1))
        taken, state = stage.run_job("/rating/rating-runs")
        if state["rated"] + state["failed"] != state["orders"]:
            raise AssertionError(f"the rating run ended as {state}")
        seconds.append(taken)
        limits.append(stage.in_database("rating", _limit))
    fast, limit = rate_of(count, seconds), rate_of(count, limits)
    return Comparison(
        "rating",
        "Rating",
        f"{count:,} open work orders, ten of each order of the sample, are rated by one request through the gateway: from "
        "the request until the run has finished, with the explanation of every line, a result for every order and an "
        "event for every rating. The limit is a plain `INSERT … SELECT FROM unnest` of the same ratings and lines.",
        "orders/s",
        [Figure(f"Ratebook (median of {_REPEATS})", fast), Figure("limit", limit)],
        [Demand("of the limit", fast / limit, 1 / 3, "at least")],
    )


async def _limit(rating: asyncpg.Connection) -> float:
    """The seconds of inserting the ratings and lines again from arrays; the median of three."""
    seconds = []
    for table in ("rating", "rating_line"):
        await rating.execute(f"CREATE TEMP TABLE saved_{table} AS TABLE {table}")
    arrays = {table: await _arrays(rating, table) for table in ("rating", "rating_line")}
    for _ in range(_REPEATS):
        await rating.execute("TRUNCATE rating, rating_line")
        await rating.execute("CHECKPOINT")
        began = time.perf_counter()
        async with rating.transaction():
            for statement, values in arrays.values():
                await rating.execute(statement, *values)
        seconds.append(time.perf_counter() - began)
    return median(seconds)


async def _arrays(rating: asyncpg.Connection, table: str) -> tuple[str, list[list[object]]]:
    """The statement that inserts all rows of `table` from one array a column, and the arrays."""
    columns = await rating.fetch(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position",
        table,
    )
    rows = await rating.fetch(f"SELECT {', '.join(one['column_name'] for one in columns)} FROM {table}")
    unnested = ", ".join(f"${place}::{one['data_type']}[]" for place, one in enumerate(columns, start=1))
    return (
        f"INSERT INTO {table} SELECT * FROM unnest({unnested})",
        [[row[position] for row in rows] for position in range(len(columns))],
    )
