"""Estimates of open orders: kept by a job, made again when something changes that they depend on, and compared."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from services.rating.actions import estimates
from shared.clock import now
from shared.database.attempts import Attempts
from shared.database.pool import Database
from shared.database.statements import execute, fetch_value, fetch_values
from tests.fixtures.attempts import LOUD
from tests.fixtures.exchange import work_off
from tests.fixtures.ledgers import Company, Enter, Rate
from tests.services.rating.api.test_billing_profiles import profile
from tests.services.rating.conftest import CountStatements, Do

WIP = "/v1/work-in-progress"
RENEW = "UPDATE order_estimate SET estimated_at = '2020-01-01'"


@pytest.fixture
def renewed(rating_database: Database) -> Callable[[], Awaitable[set[str]]]:
    """Lets the job work, and returns the numbers of the orders that it has estimated since the last time."""

    async def do() -> set[str]:
        await work_off(rating_database)
        async with rating_database.transaction() as session:
            found = await fetch_values(
                session,
                """
                SELECT number FROM work_order w JOIN order_estimate e ON e.work_order_id = w.id
                WHERE e.estimated_at > '2020-01-01'
                """,
            )
            await execute(session, RENEW)
        return set(found)

    return do


Renewed = Callable[[], Awaitable[set[str]]]


async def orders_of(rating: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    page = (await rating.get(f"{WIP}/work-orders")).json()
    return {item["number"]: item for item in page["items"]}


async def in_database(database: Database, *statements: str) -> None:
    async with database.transaction() as session:
        for statement in statements:
            await execute(session, statement)


async def test_an_order_waits_for_its_estimate_and_keeps_the_old_one_meanwhile(
    company: Company, enter: Enter, rating_database: Database, do: Do
) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    new = (await orders_of(rating))["W1"]
    assert (new["value"], new["value_from"], new["why"], new["waits"]) == (None, "none", "", True)
    totals = (await rating.get(WIP)).json()["totals"]
    assert (totals["value"], totals["without_value"], totals["waiting"], totals["estimated_at"]) == ("0.00", 1, 1, None)
    await work_off(rating_database)
    known = (await orders_of(rating))["W1"]
    assert (known["value"], known["value_from"], known["waits"]) == ("80.00", "estimate", False)
    totals = (await rating.get(WIP)).json()["totals"]
    assert (totals["value"], totals["without_value"], totals["waiting"]) == ("80.00", 0, 0)
    assert totals["estimated_at"] == known["estimated_at"]
    manual = {"billing_item": "Mileage", "rate": "7.50", "comment": "far away"}
    entered = await do("POST", f"/v1/work-orders/{order['id']}/manual-lines", manual)
    assert entered.status_code == 201, entered.text
    changed = (await orders_of(rating))["W1"]
    assert (changed["value"], changed["estimated_at"], changed["waits"]) == ("80.00", known["estimated_at"], True)
    await do("PATCH", f"/v1/work-orders/{order['id']}", {"reference": "changed once more"})
    for by in ("customer", "server"):
        (group,) = (await rating.get(WIP, params={"by": by})).json()["groups"]
        assert (group["orders"], group["open"], group["waiting"], group["value"]) == (1, 1, 1, "80.00")
    await work_off(rating_database)
    assert (await orders_of(rating))["W1"]["value"] == "87.50"


async def test_an_order_that_is_not_open_has_no_estimate(
    company: Company, enter: Enter, rate: Rate, rating_database: Database, do: Do
) -> None:
    rating, _ = company
    rated, closed, _left = await enter("W1", "W2", "W3")
    await work_off(rating_database)
    await rate(rated["id"])
    await do("POST", f"/v1/work-orders/{closed['id']}/zero-bill", {"reason": "a gift"})
    shown = await orders_of(rating)
    assert {number: (item["value_from"], item["waits"]) for number, item in shown.items()} == {
        "W1": ("rating", False),
        "W3": ("estimate", False),
    }
    await work_off(rating_database)
    async with rating_database.transaction() as session:
        assert await fetch_value(session, "SELECT count(*) FROM order_estimate") == 1
        assert await fetch_value(session, "SELECT count(*) FROM order_to_estimate") == 0


def new_profile(*facts: str) -> str:
    """The statement that enters a profile without lines: branch, four key values, and the first day."""
    values = ", ".join(f"'{fact}'" for fact in facts)
    return f"""
        INSERT INTO billing_profile (branch, customer_type, priority, job_type, region, effective_from, source)
        VALUES ({values}, '')
    """


OF_W1 = "(SELECT profile_id FROM order_estimate JOIN work_order w ON w.id = work_order_id WHERE w.number = 'W1')"


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        (f"UPDATE profile_line SET rate = rate + 1 WHERE profile_id = {OF_W1}", {"W1"}),
        (f"UPDATE billing_profile SET effective_to = '2026-01-01' WHERE id = {OF_W1}", {"W1"}),
        (new_profile("SAT", "LAW", "ANY", "CITATION", "TX_OTHER", "2026-01-01"), {"W2"}),
        (new_profile("SAT", "ANY", "ANY", "ANY", "ANY", "2027-01-01"), set()),
        (new_profile("SAT", "ANY", "STANDARD", "CITATION", "ANY", "2026-01-01"), {"W1", "W2"}),
        ("INSERT INTO region_zip (region, zip) VALUES ('BEXAR', '99999')", {"W3"}),
        ("INSERT INTO zone_zip (zone, zip) VALUES ('NEAR', '7813')", {"W2"}),
        ("UPDATE customer SET customer_type = 'BUSINESS' WHERE number = 'S1002'", {"W3"}),
        ("UPDATE customer SET name = 'Another name'", set()),
        ("UPDATE branch SET name = 'Another name'", set()),
    ],
)
async def test_only_the_orders_that_a_change_can_touch_are_estimated_again(
    company: Company,
    enter: Enter,
    rating_database: Database,
    renewed: Renewed,
    cluster: Any,
    change: str,
    touched: set[str],
) -> None:
    await enter("W1")
    await enter("W2", zip_code="78130")
    await enter("W3", zip_code="99999", customer="S1002")
    owner = Database(cluster(rating_database.name, "rating_owner"), 1)
    await in_database(owner, "INSERT INTO zone (code, name) VALUES ('NEAR', 'Near')")
    assert await renewed() == {"W1", "W2", "W3"}
    await in_database(owner, change)
    assert await renewed() == touched
    await owner.close()


async def test_a_changed_billing_item_touches_the_orders_that_it_was_entered_for(
    company: Company, enter: Enter, rating_database: Database, renewed: Renewed, do: Do
) -> None:
    rating, _ = company
    await rating.post("/v1/billing-items", json={"name": "Parking", "income_account": "4000"})
    order, _other = await enter("W1", "W2")
    manual = {"billing_item": "Parking", "rate": "7.50", "comment": "garage"}
    assert (await do("POST", f"/v1/work-orders/{order['id']}/manual-lines", manual)).status_code == 201
    assert await renewed() == {"W1", "W2"}
    await in_database(rating_database, "UPDATE billing_item SET fee_advance = true WHERE name = 'Parking'")
    assert await renewed() == {"W1"}


async def test_many_changed_profiles_touch_all_orders_of_their_branches(
    company: Company, enter: Enter, rating_database: Database, renewed: Renewed
) -> None:
    await enter("W1")
    await enter("W2", zip_code="99999")
    await enter("M1", branch="MIA", zip_code="33101")
    await renewed()
    await in_database(rating_database, "UPDATE billing_profile SET source = 'new' WHERE branch = 'SAT'")
    async with rating_database.transaction() as session:
        assert await fetch_value(session, "SELECT count(*) FROM billing_profile WHERE branch = 'SAT'") > 20
    assert await renewed() == {"W1", "W2"}


async def test_a_new_rate_shows_in_work_in_progress(company: Company, enter: Enter, rating_database: Database) -> None:
    rating, _ = company
    await enter("W1")
    await work_off(rating_database)
    query = {"branch": "SAT", "customer_type": "LAW", "priority": "STANDARD", "job_type": "CITATION", "region": "BEXAR"}
    (found,) = (await rating.get("/v1/billing-profiles", params=query)).json()["items"]
    lines = [{"billing_item": "Service of process", "rate": "85"}]
    raised = profile(priority="STANDARD", effective_from="2016-05-01", lines=lines)
    await rating.put(f"/v1/billing-profiles/{found['id']}", json=raised, headers={"if-match": '"1"'})
    await work_off(rating_database)
    assert (await rating.get(WIP)).json()["totals"]["value"] == "85.00"


async def test_an_order_that_cannot_be_read_does_not_hold_up_the_others(
    company: Company, enter: Enter, rating_database: Database
) -> None:
    rating, _ = company
    await enter("W1", "W2", "W3")
    await in_database(rating_database, """UPDATE work_order SET servers = '[{"name": 1}]' WHERE number = 'W2'""")
    attempts = Attempts("tests")
    async with rating_database.transaction() as session:
        assert await estimates.estimate_part(session, now(), attempts)
    assert len(attempts.left_out) == 1
    async with rating_database.transaction() as session:
        assert not await estimates.estimate_part(session, now(), attempts)
        assert await fetch_values(
            session,
            "SELECT number FROM work_order w JOIN order_estimate e ON e.work_order_id = w.id ORDER BY number",
        ) == ["W1", "W3"]
        assert await fetch_value(session, "SELECT count(DISTINCT work_order_id) FROM order_to_estimate") == 1
    await in_database(rating_database, "UPDATE work_order SET servers = '[]' WHERE number = 'W2'")
    await work_off(rating_database)
    assert {item["value"] for item in (await orders_of(rating)).values()} == {"80.00"}


async def test_two_instances_never_estimate_at_the_same_time(enter: Enter, rating_database: Database) -> None:
    await enter("W1")
    async with rating_database.transaction() as first, rating_database.transaction() as second:
        assert await estimates.estimate_part(first, now(), LOUD)
        assert not await estimates.estimate_part(second, now(), LOUD)


async def test_what_changes_while_it_is_estimated_is_estimated_again(
    company: Company, enter: Enter, rating_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rating, _ = company
    await enter("W1")
    original = asyncio.sleep
    changes = ["UPDATE work_order SET served_zip = '99999', revision = revision + 1"]

    ours = asyncio.get_running_loop()

    async def change_meanwhile(seconds: float) -> None:
        # Servers of other tests may sleep in threads of this process; a connection must not get into their loops.
        if changes and asyncio.get_running_loop() is ours:
            await in_database(rating_database, changes.pop())
        await original(seconds)

    # The requests have their turn when the orders are read and not yet rated.
    with monkeypatch.context() as patched:
        patched.setattr("shared.process.background.asyncio.sleep", change_meanwhile)
        async with rating_database.transaction() as session:
            await estimates.estimate_part(session, now(), LOUD)
    assert not changes
    shown = (await orders_of(rating))["W1"]
    assert (shown["value"], shown["waits"]) == ("80.00", True)
    await work_off(rating_database)
    assert (await orders_of(rating))["W1"]["why"] == "REGION_REQUIRED"


async def test_the_statements_of_a_part_do_not_grow_with_its_orders(
    company: Company, enter: Enter, rating_database: Database, count_statements: CountStatements
) -> None:
    counted = []
    for size in (1, 120):
        await enter(*(f"B{size}-{number}" for number in range(size)))
        async with count_statements(rating_database) as statements, rating_database.transaction() as session:
            await estimates.estimate_part(session, now(), LOUD)
        counted.append(statements.count)
        await work_off(rating_database)
    assert counted[1] <= counted[0] <= 15


async def test_the_reconciliation_names_an_estimate_that_is_wrong_and_claims_to_be_current(
    company: Company, enter: Enter, rating_database: Database
) -> None:
    rating, _ = company
    await enter("W1", "W2")
    await work_off(rating_database)
    assert (await rating.get("/v1/reconciliation")).json()["differences"] == []
    wrong = """
        UPDATE order_estimate SET total = 81 WHERE work_order_id = (SELECT id FROM work_order WHERE number = 'W2')
    """
    await in_database(rating_database, wrong)
    (difference,) = (await rating.get("/v1/reconciliation")).json()["differences"]
    assert (difference["kind"], difference["document"], difference["amount"]) == ("ESTIMATE", "work order W2", "1.00")
    await in_database(rating_database, "UPDATE work_order SET revision = revision + 1 WHERE number = 'W2'")
    assert (await rating.get("/v1/reconciliation")).json()["differences"] == []
