"""Exporting rated orders, compared with one INSERT … SELECT of the same rows and with a naive implementation."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.receivables.models.batches import Batch
from services.receivables.models.posting import ArLine, ArTransaction, GlDistribution, NumberSeries
from tests.bench import orders
from tests.bench.figures import Comparison, Demand, Figure, Tell, rate_of
from tests.bench.limit import clear, seconds_of_insert
from tests.bench.stage import Stage

_REPEATS = 3
_NAIVE_INVOICES = 500
_SAMPLE_SECONDS = 0.1


def run(stage: Stage, tell: Tell, *, small: int, large: int) -> list[Comparison]:
    """Exports `small` orders three times and `large` ones once, each with its limit; then measures the naive way."""
    idle = stage.memory_bytes()
    small_seconds, small_limits = [], []
    for repeat in range(1, _REPEATS + 1):
        tell(f"export of {small:,} orders, {repeat} of {_REPEATS}")
        small_seconds.append(_export(stage, small))
        small_limits.append(seconds_of_insert(stage))
    tell("naive implementation")
    naive = _NAIVE_INVOICES / asyncio.run(_book_naively(stage))
    tell(f"export of {large:,} orders")
    with _watching(stage) as peak:
        large_seconds = _export(stage, large)
    large_limit = large / seconds_of_insert(stage)
    fast = rate_of(small, small_seconds)
    limit = rate_of(small, small_limits)
    return [
        Comparison(
            "export",
            "Exporting to A/R",
            "Rated orders with three lines each are exported by one request through the gateway, with `fsync` on. "
            "The time is from the request until the run reports that the last order is locked. The limit is one "
            "transaction in PostgreSQL that inserts the same transactions, lines and GL rows into the same tables "
            "with their constraints and triggers (median of 3). The naive implementation books one invoice per "
            "transaction with SQLModel, without the message, the outcome and the answer.",
            "invoices/s",
            [
                Figure(f"Ratebook, {small:,} orders (median of {_REPEATS})", fast),
                Figure(f"Ratebook, {large:,} orders", large / large_seconds),
                Figure(f"limit, {small:,} invoices", limit),
                Figure(f"limit, {large:,} invoices", large_limit),
                Figure(f"naive, {_NAIVE_INVOICES:,} invoices", naive),
            ],
            [
                Demand(f"of the limit, {small:,} orders", fast / limit, 0.4, "at least"),
                Demand(f"of the limit, {large:,} orders", large / large_seconds / large_limit, 0.4, "at least"),
                Demand(f"times the naive implementation, {small:,} orders", fast / naive, 15, "at least"),
                Demand(
                    f"times the naive implementation, {large:,} orders", large / large_seconds / naive, 15, "at least"
                ),
            ],
        ),
        Comparison(
            "memory",
            "Memory",
            f"Resident memory of the four processes, idle and at the peak of exporting {large:,} orders.",
            "MiB",
            [
                Figure(f"{name}, {when}", memory[name] / 2**20)
                for name in idle
                for when, memory in (("idle", idle), ("peak", peak))
            ],
        ),
    ]


def _export(stage: Stage, count: int) -> float:
    """The seconds for exporting `count` orders, each on its own invoice."""
    stage.in_database("receivables", clear)
    stage.in_database("rating", lambda rating: orders.make_rated(rating, count))
    seconds, state = stage.run_job("/rating/exports")
    if (state["status"], state["exported"]) != ("done", count):
        raise AssertionError(f"the export ended as {state}")
    return seconds


async def _book_naively(stage: Stage) -> float:
    """The seconds for booking invoices of the last export again, row by row, one transaction each."""
    assert stage.suite.postgres is not None
    url = stage.suite.postgres.url("receivables", "receivables_owner").replace("postgresql:", "postgresql+asyncpg:", 1)
    engine = create_async_engine(url)
    async with AsyncSession(engine) as session:
        invoice = (await session.exec(select(ArTransaction).limit(1))).one()
        head = invoice.model_dump(exclude={"id", "number", "seq", "rating_invoice_id"})
        of_invoice = (await session.exec(select(ArLine).where(ArLine.transaction_id == invoice.id))).all()
        lines = [line.model_dump(exclude={"transaction_id"}) for line in of_invoice]
        rows_of = select(GlDistribution).where(GlDistribution.transaction_id == invoice.id)
        rows = [row.model_dump(exclude={"transaction_id"}) for row in (await session.exec(rows_of)).all()]
    began = time.perf_counter()
    for _ in range(_NAIVE_INVOICES):
        async with AsyncSession(engine) as session:
            batch = await session.get_one(Batch, head["batch_id"], with_for_update=True)
            batch.last_seq += 1
            key = (head["ar_company"], f"transaction {head['month']}")
            series = await session.get_one(NumberSeries, key, with_for_update=True)
            series.last_number += 1
            booked = ArTransaction(**head, number=series.last_number, seq=batch.last_seq)
            session.add(booked)
            await session.flush()
            session.add_all([ArLine(**line, transaction_id=booked.id) for line in lines])
            await session.flush()
            # In one statement, because the database checks the GL rows of each statement and would refuse a single row.
            values = [{**row, "transaction_id": booked.id} for row in rows]
            await session.exec(insert(GlDistribution).values(values))
            await session.commit()
    seconds = time.perf_counter() - began
    await engine.dispose()
    return seconds


@contextmanager
def _watching(stage: Stage) -> Iterator[dict[str, int]]:
    """Records the peak memory of each process while the block runs."""
    peak = stage.memory_bytes()
    over = Event()

    def watch() -> None:
        while not over.wait(_SAMPLE_SECONDS):
            for name, size in stage.memory_bytes().items():
                peak[name] = max(peak[name], size)

    thread = Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()
