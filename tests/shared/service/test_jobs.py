"""Jobs do all the work there is, react at once to work committed elsewhere, and find it even without notification."""

import asyncio
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.pool import Database
from shared.database.statements import execute, fetch_value
from shared.process.background import running
from shared.service.jobs import Bell, Job

_TASK = "INSERT INTO rating_run (status, requested_by, requested_at, orders) VALUES ('running', 'b', now(), 0)"


async def begin_run(database: Database) -> None:
    async with database.transaction() as session:
        await execute(session, _TASK)


async def finish_one(session: AsyncSession) -> bool:
    """A part of the work: finishes one run."""
    one = "SELECT min(id) FROM rating_run WHERE status = 'running'"
    return await execute(session, f"UPDATE rating_run SET status = 'done' WHERE id = ({one})") == 1


async def all_done(database: Database) -> None:
    """Waits until no run is open."""
    async with asyncio.timeout(8):
        open_runs = 1
        while open_runs:
            await asyncio.sleep(0.01)
            async with database.transaction() as session:
                open_runs = await fetch_value(session, "SELECT count(*) FROM rating_run WHERE status = 'running'")


async def test_a_job_works_until_nothing_is_left(rating_database: Database) -> None:
    for _ in range(3):
        await begin_run(rating_database)
    async with running({"job": partial(Job(finish_one, pause_seconds=3600).run, rating_database, Bell())}):
        await all_done(rating_database)


async def test_the_bell_rings_for_work_committed_on_another_connection(rating_database: Database) -> None:
    bell, idle = Bell(), asyncio.Event()

    async def part(session: AsyncSession) -> bool:
        busy = await finish_one(session)
        if not busy:
            idle.set()
        return busy

    loops = {
        "bell": partial(bell.listen, rating_database),
        "job": partial(Job(part, pause_seconds=3600).run, rating_database, bell),
    }
    async with running(loops):
        heard = bell.next_ring()
        async with asyncio.timeout(8):
            await idle.wait()
            while not heard.is_set():
                # Repeated until the bell is listening.
                await begin_run(rating_database)
                await asyncio.sleep(0.05)
        await begin_run(rating_database)
        await all_done(rating_database)


async def test_without_a_ring_work_is_found_after_a_pause(rating_database: Database) -> None:
    async with running({"job": partial(Job(finish_one, pause_seconds=0.05).run, rating_database, Bell())}):
        await asyncio.sleep(0.1)
        await begin_run(rating_database)
        await all_done(rating_database)


async def test_a_failed_part_is_repeated(rating_database: Database) -> None:
    failures = iter([True, False])

    async def part(session: AsyncSession) -> bool:
        busy = await finish_one(session)
        if busy and next(failures):
            raise ConnectionError("the database connection was lost")
        return busy

    await begin_run(rating_database)
    async with running({"job": partial(Job(part).run, rating_database, Bell())}):
        await all_done(rating_database)
