"""The results of old rating runs are deleted; the runs stay, for those who may see everything."""

from services.rating.jobs.pruning import prunes
from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from shared.database.statements import execute, fetch_value, fetch_values
from tests.fixtures.ledgers import Company, Enter
from tests.services.rating.conftest import Identity


async def test_results_of_old_rating_runs_are_deleted_and_the_runs_stay(
    company: Company, enter: Enter, rating_database: Database, identity: Identity
) -> None:
    await enter("W1", "W2", "W3")
    async with rating_database.transaction() as session:
        runs = await fetch_values(
            session,
            """
            INSERT INTO rating_run (status, requested_by, requested_at, orders, finished_at)
            SELECT 'done', 'b', now(), 3, now() - make_interval(days => days) FROM unnest(ARRAY[40, 31, 29, 35, NULL]) AS days
            RETURNING id
            """,
        )
        await execute(
            session,
            """
            INSERT INTO rating_result (run_id, work_order_id, outcome)
            SELECT run.id, w.id, 'SKIPPED' FROM rating_run run CROSS JOIN work_order w
            """,
        )
    prune = prunes(30, None)["rating results"]
    async with rating_database.transaction() as session:
        assert [await prune(session, 4), await prune(session, 4), await prune(session, 4)] == [4, 2, 0]
        left = await fetch_values(session, "SELECT DISTINCT run_id FROM rating_result ORDER BY run_id")
        assert await fetch_value(session, "SELECT count(*) FROM rating_run") == 5
    # The fourth is old, but began after one that is not: its turn comes with that one's.
    assert left == sorted(runs)[2:]
    # Nobody knows any more whose orders the first was about.
    branch = identity("rating", Grant("rating.rating", Level.VIEW, Limits(branches=frozenset({"SAT"}))))
    for run_id, limited in ((runs[0], 404), (runs[2], 200)):
        assert (await company[0].get(f"/v1/rating-runs/{run_id}")).status_code == 200
        assert (await company[0].get(f"/v1/rating-runs/{run_id}", headers=branch)).status_code == limited
