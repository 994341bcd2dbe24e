"""A process dies in the middle of a command, at each statement in turn: the command is done completely or not at all.

The connection is closed as if the process had died. The next process, and the same command sent again, find either the
state before the command or the state after it.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text

from shared.database.pool import Database
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import Company, Enter, Rate, key, load, order_csv
from tests.services.rating.conftest import Reconciled

Command = Callable[[], Awaitable[httpx.Response]]
MOST_STATEMENTS = 60


class Death:
    """Closes the connection before statement `at` of a command. `struck` says whether the command got that far."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0
        self.struck = False

    def before_statement(self, connection: Any, *_: Any) -> None:
        self.seen += 1
        if self.seen == self.at:
            self.struck = True
            connection.connection.dbapi_connection.driver_connection.terminate()


@contextmanager
def dying(database: Database, at: int) -> Iterator[Death]:
    death = Death(at)
    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", death.before_statement)
    try:
        yield death
    finally:
        event.remove(engine, "before_cursor_execute", death.before_statement)


async def everything_in(database: Database) -> dict[str, str]:
    """A digest of every table."""
    async with database.transaction() as session:
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        tables = (await session.execute(text(names))).scalars().all()
        digest = "SELECT '{0}', coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {0} AS t"
        found = await session.execute(text(" UNION ALL ".join(digest.format(name) for name in tables)))
        return {row[0]: row[1] for row in found}


@pytest.fixture
def survives(rating_database: Database) -> Callable[[Command], Awaitable[int]]:
    """Sends a command that dies at its first statement, at its second one, and so on, until it is done.

    Returns at how many statements it died.
    """

    async def check(command: Command) -> int:
        before = await everything_in(rating_database)
        for at in range(1, MOST_STATEMENTS):
            with dying(rating_database, at) as death:
                answer = await command()
            if not death.struck:
                assert answer.is_success, answer.text
                assert await everything_in(rating_database) != before
                return at - 1
            assert answer.status_code >= 500, answer.text
            assert await everything_in(rating_database) == before, f"statement {at} left something behind"
        raise AssertionError("the command never ended")

    return check


@pytest.fixture
async def rating(company: Company) -> httpx.AsyncClient:
    """Rating with a bill-to that has a roll-up rule, and a server who earns commissions."""
    rating, _ = company
    await load(rating, "commission-rates")
    rule = {"ar_company": 1, "bill_to": "S1001", "style": "rollup", "cycle": "monthly"}
    assert (await rating.post("/v1/rollup-rules", json=rule)).status_code == 201
    return rating


@pytest.fixture
async def orders(rating: httpx.AsyncClient, enter: Enter, rate: Rate) -> list[str]:
    """Two orders of one server, by path: a rated one and an open one."""
    made = await enter("W1", "W2")
    for order in made:
        body = {"servers": [{"server": "S101"}]}
        await rating.patch(f"/v1/work-orders/{order['id']}", json=body, headers={"if-match": '"1"'})
    assert (await rate(made[0]["id"])).is_success
    return [f"/v1/work-orders/{order['id']}" for order in made]


async def etag_of(rating: httpx.AsyncClient, path: str) -> dict[str, str]:
    return {"if-match": (await rating.get(path)).headers["etag"]}


async def test_assigning_by_rule_is_all_or_nothing(
    rating: httpx.AsyncClient, orders: list[str], survives: Callable[[Command], Awaitable[int]]
) -> None:
    assert await survives(lambda: rating.post("/v1/invoices/assign", json={}, headers=key("assign"))) >= 5


async def test_removing_a_draft_with_its_ratings_is_all_or_nothing(
    rating: httpx.AsyncClient, orders: list[str], survives: Callable[[Command], Awaitable[int]]
) -> None:
    (draft,) = (await rating.post("/v1/invoices/assign", json={}, headers=key("assign"))).json()["invoice_ids"]
    headers = await etag_of(rating, f"/v1/invoices/{draft}")
    assert await survives(lambda: rating.delete(f"/v1/invoices/{draft}", headers=headers)) >= 5


async def test_removing_the_ratings_of_chosen_orders_is_all_or_nothing(
    rating: httpx.AsyncClient, orders: list[str], survives: Callable[[Command], Awaitable[int]]
) -> None:
    await rating.post("/v1/invoices/assign", json={}, headers=key("assign"))
    body = {"work_orders": [{"work_order_id": int(path.rpartition("/")[2])} for path in orders]}
    path = "/v1/work-orders/remove-ratings"
    assert await survives(lambda: rating.post(path, json=body, headers=key("remove"))) >= 5


async def test_invoicing_an_open_order_on_demand_is_all_or_nothing(
    rating: httpx.AsyncClient,
    orders: list[str],
    survives: Callable[[Command], Awaitable[int]],
    rating_database: Database,
    receivables_database: Database,
    reconciled: Reconciled,
) -> None:
    headers = {**await etag_of(rating, orders[1]), **key("demand")}
    body = {"invoice_date": "2026-11-20"}
    path = f"{orders[1]}/on-demand-invoice"
    assert await survives(lambda: rating.post(path, json=body, headers=headers)) >= 8
    await exchange(rating_database, receivables_database)
    assert len((await rating.get("/v1/invoices")).json()["items"]) == 1
    await reconciled()


async def test_zero_billing_and_reopening_are_all_or_nothing(
    rating: httpx.AsyncClient, orders: list[str], survives: Callable[[Command], Awaitable[int]]
) -> None:
    for noun in ("zero-bill", "reopen"):
        headers = await etag_of(rating, orders[1])
        command = partial(rating.post, f"{orders[1]}/{noun}", json={"reason": "chance"}, headers=headers)
        assert await survives(command) >= 2


@pytest.mark.parametrize("noun", ["work-orders", "billing-profiles", "prebills"])
async def test_importing_a_file_is_all_or_nothing(
    rating: httpx.AsyncClient, orders: list[str], survives: Callable[[Command], Awaitable[int]], noun: str
) -> None:
    profile = (
        "branch,customer_type,priority,job_type,region,effective_from,billing_item,method,rate\n"
        "SAT,LAW,RUSH,WRIT,BEXAR,2016-01-01,Service of process,flat,80\n"
        "SAT,LAW,TODAY,WRIT,BEXAR,2016-01-01,Service of process,flat,90\n"
    )
    content = {
        "work-orders": order_csv("W7,SAT,S1001,RUSH,CITATION,78205,,", "W8,SAT,S1001,RUSH,CITATION,78205,,"),
        "billing-profiles": profile.encode(),
        "prebills": b"work_order,billing_item,rate\nW1,Mileage,5\nW2,Mileage,6\n",
    }[noun]
    assert await survives(lambda: load(rating, noun, content)) >= 2


async def test_selecting_and_paying_commissions_are_all_or_nothing(
    rating: httpx.AsyncClient,
    orders: list[str],
    survives: Callable[[Command], Awaitable[int]],
    rating_database: Database,
    receivables_database: Database,
) -> None:
    headers = {**await etag_of(rating, orders[0]), **key("demand")}
    await rating.post(f"{orders[0]}/on-demand-invoice", json={"invoice_date": "2026-11-20"}, headers=headers)
    await exchange(rating_database, receivables_database)
    assert await survives(lambda: rating.post("/v1/commission-payments", json={}, headers=key("choose"))) >= 3
    (payment,) = (await rating.get("/v1/commission-payments")).json()["items"]
    path = f"/v1/commission-payments/{payment['id']}/pay"
    assert await survives(lambda: rating.post(path, headers=key("pay"))) >= 2
    totals = (await rating.get("/v1/commissions")).json()["totals"]
    assert (totals["owed"], totals["paid"]) == ("0.00", payment["total"])
