"""A process that knows the rate table of some moment loads what has changed since, and nothing else."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.rate_tables import RateTable
from services.rating.store import rate_tables
from shared.database.pool import Database
from shared.database.statements import execute, fetch_value
from tests.fixtures.ledgers import Company
from tests.services.rating.api.test_billing_profiles import profile
from tests.services.rating.conftest import CountStatements

CHANGES = (
    "UPDATE billing_profile SET source = 'another letter' WHERE id % 3 = 0",
    "UPDATE billing_profile SET effective_to = '2027-12-31', priority = 'ANY' WHERE id = 1",
    "UPDATE billing_profile SET branch = (SELECT min(code) FROM branch) WHERE branch = 'SAT' AND id % 2 = 0",
    "UPDATE profile_line SET rate = rate + 1 WHERE profile_id = 2 AND position = 1",
    "DELETE FROM profile_line WHERE profile_id = 3 AND position > 1",
    "UPDATE billing_item SET fee_advance = NOT fee_advance WHERE name = 'Service of process'",
    "UPDATE bill_type SET kind = 'outcome' WHERE code = 'SKIP_TRACE'",
    "INSERT INTO region_zip (region, zip) SELECT max(code), '78205' FROM region WHERE code <> 'BEXAR'",
    "DELETE FROM region_zip WHERE zip IN ('78201', '78205')",
    "INSERT INTO zone_zip (zone, zip) VALUES ('NEAR', '782'), ('NEAR', '78130')",
    "UPDATE zone_zip SET zip = '798'",
    "DELETE FROM zone_zip WHERE zip = '799'",
    "UPDATE quantity SET derived = 'services' WHERE code = 'STOPS'",
    "INSERT INTO quantity SELECT 'WORDS', 'Words', NULL, 'words', 'proof', NULL, '{}'",
)


async def load_fully(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> RateTable:
    """The rate table as a process reads it that has just started."""
    with monkeypatch.context() as patched:
        patched.setattr(rate_tables, "_cached", {})
        return await rate_tables.load(session)


@pytest.fixture
async def owned(company: Company, rating_database: Database, cluster: Any) -> Database:
    """The database of the sample company for its owner, who may change anything."""
    return Database(cluster(rating_database.name, "rating_owner"), 2)


@pytest.mark.parametrize("change", CHANGES)
async def test_what_changed_is_loaded_and_the_result_is_that_of_loading_everything(
    owned: Database, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    async with owned.transaction() as session:
        await execute(session, "INSERT INTO zone (code, name) VALUES ('NEAR', 'Near'), ('FAR', 'Far')")
        await execute(session, "INSERT INTO zone_zip (zone, zip) VALUES ('FAR', '799')")
        monkeypatch.setattr(rate_tables, "_cached", {})
        before = await rate_tables.load(session)
    async with owned.transaction() as session:
        await execute(session, change)
    async with owned.transaction() as session:
        monkeypatch.setattr(rate_tables, "_load_all", None)
        after = await rate_tables.load(session)
        monkeypatch.undo()
        assert after == await load_fully(session, monkeypatch)
        assert after != before
    await owned.close()


async def test_a_change_loads_its_own_lines_whatever_the_size_of_the_table(
    company: Company, rating_database: Database, count_statements: CountStatements
) -> None:
    rating, _ = company
    made = await rating.post("/v1/billing-profiles", json=profile())
    async with rating_database.transaction() as session:
        await rate_tables.load(session)
    lines = [{"billing_item": "Service of process", "rate": "131"}]
    path = f"/v1/billing-profiles/{made.json()['id']}"
    changed = await rating.put(path, json=profile(lines=lines), headers={"if-match": made.headers["etag"]})
    assert changed.status_code == 200, changed.text
    async with count_statements(rating_database) as statements, rating_database.transaction() as session:
        await rate_tables.load(session)
    read = [query for query in statements.calls if "FROM billing_profile" in query or "FROM profile_line" in query]
    assert len(read) == 2
    assert all("ANY" in query for query in read)
    assert statements.count == 4
    async with count_statements(rating_database) as statements, rating_database.transaction() as session:
        await rate_tables.load(session)
    assert statements.count == 1


async def test_a_change_that_was_taken_back_leaves_nothing_behind(
    owned: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that loaded the rate table within the transaction must not continue from there."""
    async with owned.transaction() as session:
        await execute(session, "UPDATE profile_line SET rate = rate + 7")
        await rate_tables.load(session)
        await session.rollback()
    async with owned.transaction() as session:
        await execute(session, "UPDATE billing_profile SET source = 'another' WHERE id = 1")
    async with owned.transaction() as session:
        assert await rate_tables.load(session) == await load_fully(session, monkeypatch)
    await owned.close()


async def test_a_statement_that_changes_no_row_changes_no_rate_table(owned: Database) -> None:
    async with owned.transaction() as session:
        before = await fetch_value(session, "SELECT content FROM rate_table_state")
        await execute(session, "DELETE FROM profile_line WHERE profile_id = -1")
        assert await fetch_value(session, "SELECT content FROM rate_table_state") == before
    await owned.close()
