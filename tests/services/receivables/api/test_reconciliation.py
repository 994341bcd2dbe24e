"""The reconciliation: open months in a request, every month in a run, and what each of them finds."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.receivables.actions.reconciliation import check_next_month
from services.receivables.rules.reconciliation import MOST_TRANSACTIONS
from shared.access.grants import Grant, Level, Limits
from shared.clock import now
from shared.database.pool import Database
from tests.fixtures.clerk import Clerk
from tests.fixtures.ledgers import client_on
from tests.services.receivables.fixtures import Cluster, Identity

Spoil = Callable[[str], Awaitable[None]]


@pytest.fixture
def spoil(receivables_database: Database, cluster: Cluster) -> Spoil:
    """Runs a statement that nothing in the product would run, without triggers."""

    async def run(statement: str) -> None:
        owner = await asyncpg.connect(cluster(receivables_database.name, "postgres"))
        await owner.execute("SET session_replication_role = replica")
        await owner.execute(statement)
        await owner.close()

    return run


async def found_by(clerk: Clerk) -> list[tuple[str, str]]:
    answer = await clerk.client.get("/v1/reconciliation")
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["detail"]) for one in answer.json()["differences"]]


async def run_all(clerk: Clerk, database: Database) -> dict[str, Any]:
    """Starts a run and works it off."""
    started = await clerk.client.post("/v1/reconciliation/runs")
    assert started.status_code == 202, started.text
    busy = True
    while busy:
        async with database.transaction() as session:
            busy = await check_next_month(session, now())
    done: dict[str, Any] = (await clerk.client.get(started.headers["location"])).json()
    return done


async def close(clerk: Clerk, month: str) -> None:
    """Closes the month in all companies."""
    for company in (await clerk.client.get("/v1/ar-companies")).json()["items"]:
        answer = await clerk.client.post("/v1/months/close", json={"ar_company": company["number"], "month": month})
        assert answer.status_code == 204, answer.text


@pytest.mark.parametrize(
    ("statement", "kind", "detail"),
    [
        (
            "UPDATE invoice_balance SET open = open + 1",
            "INVOICE_BALANCE",
            "the balance kept is 101.00, postings add up to 100.00",
        ),
        ("UPDATE invoice_balance SET credited = -1", "INVOICE_BALANCE", "the balance kept is 100.00"),
        ("DELETE FROM invoice_balance", "INVOICE_BALANCE", "the balance kept is missing"),
        (
            "UPDATE account_movement SET amount = amount + 2",
            "CUSTOMER_ACCOUNT",
            "the account kept is 102.00, open invoices add up to 100.00",
        ),
        (
            "UPDATE gl_distribution SET debit = debit + 3 WHERE debit > 0",
            "SUB_LEDGER",
            "the sub-ledger has 100.00, the general ledger 103.00",
        ),
        ("DELETE FROM gl_distribution WHERE debit > 0", "GL_ROW_MISSING", "account 1200, debit 100.00, credit 0.00"),
        (
            "UPDATE ar_line SET amount = 90",
            "TRANSACTION_AND_LINES",
            "total is 100.00, lines add up to 90.00",
        ),
        (
            "UPDATE batch SET posted_total = posted_total - 1",
            "BATCH_TOTAL",
            "the total kept is 99.00 (1), transactions add up to 100.00 (1)",
        ),
        (
            "UPDATE number_series SET last_number = 3 WHERE series LIKE 'transaction%'",
            "NUMBERS",
            "1 documents for 3 numbers",
        ),
        (
            "UPDATE number_series SET last_number = last_number + 3 WHERE series = 'invoice'",
            "NUMBERS",
            "and 2 others up to",
        ),
    ],
)
async def test_what_does_not_add_up_is_named(
    clerk: Clerk, spoil: Spoil, statement: str, kind: str, detail: str
) -> None:
    await clerk.post_invoice({"net": "100"})
    assert await found_by(clerk) == []
    await spoil(statement)
    assert any(kind == found and detail in said for found, said in await found_by(clerk)), await found_by(clerk)


async def test_a_request_checks_the_open_months_and_a_run_all_of_them(
    clerk: Clerk, receivables_database: Database, spoil: Spoil
) -> None:
    old = await clerk.batch(month="2026-10")
    await clerk.entered(old, customer="E1", lines=[{"net": "30"}])
    await clerk.post(old)
    await clerk.post_invoice({"net": "50"})
    await close(clerk, "2026-10")
    read = (await clerk.client.get("/v1/reconciliation")).json()
    assert (read["from_month"], read["totals"]["invoiced"]) == ("2026-11", "50.00")
    assert read["closed_months"] == [
        {"month": "2026-10", "transactions": 1, "checked_at": None, "differences": None, "proved": False}
    ]
    whole = (await clerk.client.get("/v1/reconciliation", params={"from_month": "2026-10"})).json()
    assert (whole["totals"]["invoiced"], whole["closed_months"]) == ("80.00", [])

    done = await run_all(clerk, receivables_database)
    assert (done["status"], done["months"], done["checked"], done["differences"]) == ("done", 2, 2, 0)
    assert (done["totals"]["invoices"], done["totals"]["invoiced"]) == (2, "80.00")
    assert [(one["sub_ledger"], one["general_ledger"]) for one in done["accounts"] if one["account"] == "1200"] == [
        ("80.00", "80.00")
    ]
    (closed,) = (await clerk.client.get("/v1/reconciliation")).json()["closed_months"]
    assert (closed["proved"], closed["differences"]) == (True, 0)

    # Only a run looks into a closed month. What it finds there takes the proof away.
    await spoil("UPDATE invoice_balance SET open = 31 WHERE month = '2026-10'")
    read = (await clerk.client.get("/v1/reconciliation")).json()
    assert [one["kind"] for one in read["differences"]] == ["CUSTOMER_ACCOUNT"]
    done = await run_all(clerk, receivables_database)
    found = (await clerk.client.get(f"/v1/reconciliation/runs/{done['id']}/differences")).json()
    assert ("2026-10", "INVOICE_BALANCE") in [(one["month"], one["kind"]) for one in found["items"]]
    (closed,) = (await clerk.client.get("/v1/reconciliation")).json()["closed_months"]
    assert closed["proved"] is False
    runs = (await clerk.client.get("/v1/reconciliation/runs")).json()
    assert ([one["id"] for one in runs["items"]], runs["totals"]) == ([done["id"], done["id"] - 1], {"count": 2})


async def test_a_month_that_was_posted_to_again_is_not_proved_any_more(
    clerk: Clerk, receivables_database: Database
) -> None:
    old = await clerk.batch(month="2026-10")
    await clerk.entered(old, customer="E1", lines=[{"net": "30"}])
    await clerk.post(old)
    await run_all(clerk, receivables_database)
    more = await clerk.batch(month="2026-10")
    await clerk.entered(more, customer="E1", lines=[{"net": "40"}])
    await clerk.post(more)
    await close(clerk, "2026-10")
    (closed,) = (await clerk.client.get("/v1/reconciliation")).json()["closed_months"]
    assert (closed["differences"], closed["proved"]) == (0, False)


async def test_a_month_that_cannot_be_checked_is_named_and_the_others_are_checked(
    clerk: Clerk, receivables_database: Database, spoil: Spoil
) -> None:
    old = await clerk.batch(month="2026-10")
    await clerk.entered(old, customer="E1", lines=[{"net": "30"}])
    await clerk.post(old)
    await clerk.post_invoice({"net": "50"})
    await spoil("UPDATE ar_transaction SET net = 'NaN', total = 'NaN' WHERE month = '2026-10'")
    done = await run_all(clerk, receivables_database)
    assert (done["status"], done["checked"], done["failed"]) == ("done", 2, 1)
    failed, checked = done["months_checked"]
    assert (failed["month"], failed["failure"]) == ("2026-10", "it failed unexpectedly: ValidationError")
    assert (checked["month"], checked["failure"], done["totals"]["invoiced"]) == ("2026-11", "", "50.00")


async def test_an_automatic_number_that_is_no_number_is_missing(clerk: Clerk, spoil: Spoil) -> None:
    first = await clerk.post_invoice({"net": "100"})
    await clerk.post_invoice({"net": "50"})
    await clerk.post_invoice({"net": "50"})
    await spoil(f"UPDATE ar_transaction SET invoice_number = 'X' WHERE id = {first['id'] + 1}")
    assert [kind for kind, _ in await found_by(clerk)] == ["NUMBERS"]


async def test_there_is_one_run_at_a_time(clerk: Clerk) -> None:
    await clerk.post_invoice({"net": "100"})
    first = await clerk.client.post("/v1/reconciliation/runs")
    assert (first.status_code, first.json()["checked"]) == (202, 0)
    second = await clerk.client.post("/v1/reconciliation/runs")
    assert (second.status_code, second.json()["code"]) == (409, "RECONCILIATION_RUNNING")


async def test_more_than_a_request_may_check_is_refused_with_the_way_to_do_it(clerk: Clerk, spoil: Spoil) -> None:
    await clerk.post_invoice({"net": "100"})
    await spoil(f"UPDATE number_series SET last_number = {MOST_TRANSACTIONS + 1} WHERE series LIKE 'transaction%'")
    answer = await clerk.client.get("/v1/reconciliation")
    assert (answer.status_code, answer.json()["code"]) == (422, "TOO_MANY_TRANSACTIONS")
    assert "POST /v1/reconciliation/runs" in answer.json()["detail"]


async def test_runs_are_for_those_who_see_everything(
    clerk: Clerk, receivables_database: Database, gateway_key: Ed25519PrivateKey, identity: Identity
) -> None:
    await clerk.post_invoice({"net": "100"})
    await close(clerk, "2026-10")
    grant = Grant("receivables.reconciliation", Level.VIEW, Limits(customers=frozenset({"E1"})))
    headers = identity("receivables", grant, subject="9", name="ALAMO\\limited")
    async with client_on("receivables", receivables_database, gateway_key, headers) as limited:
        assert (await limited.post("/v1/reconciliation/runs")).status_code == 403
        assert (await limited.get("/v1/reconciliation/runs")).status_code == 403
        assert (await limited.get("/v1/reconciliation/runs/1")).status_code == 403
        read = (await limited.get("/v1/reconciliation")).json()
        assert (read["totals"]["invoiced"], read["closed_months"]) == ("100.00", [])


async def test_there_is_no_such_run(clerk: Clerk) -> None:
    for path in ("runs/7", "runs/7/differences"):
        answer: httpx.Response = await clerk.client.get(f"/v1/reconciliation/{path}")
        assert answer.status_code == 404


async def test_a_counter_that_jumped_is_a_difference_and_costs_no_more_than_others(clerk: Clerk, spoil: Spoil) -> None:
    await clerk.post_invoice({"net": "100"})
    await spoil("UPDATE number_series SET last_number = 900000000000 WHERE series = 'invoice'")
    (found,) = (await clerk.client.get("/v1/reconciliation")).json()["differences"]
    assert (found["kind"], found["amount"]) == ("NUMBERS", "100000.00")


async def test_a_run_finds_numbers_that_are_missing_between_two_months(
    clerk: Clerk, receivables_database: Database, spoil: Spoil
) -> None:
    old = await clerk.batch(month="2026-10")
    await clerk.entered(old, customer="E1", lines=[{"net": "30"}])
    await clerk.post(old)
    await spoil("UPDATE number_series SET last_number = last_number + 1 WHERE series = 'invoice'")
    await clerk.post_invoice({"net": "50"})
    done = await run_all(clerk, receivables_database)
    found = (await clerk.client.get(f"/v1/reconciliation/runs/{done['id']}/differences")).json()["items"]
    assert [(one["kind"], one["amount"]) for one in found] == [("NUMBERS", "1.00")]


async def test_runs_that_were_refused_push_no_other_run_out(clerk: Clerk, receivables_database: Database) -> None:
    await clerk.post_invoice({"net": "100"})
    first = await run_all(clerk, receivables_database)
    await clerk.client.post("/v1/reconciliation/runs")
    for _ in range(101):
        assert (await clerk.client.post("/v1/reconciliation/runs")).status_code == 409
    async with receivables_database.transaction() as session:
        while await check_next_month(session, now()):
            pass
    await run_all(clerk, receivables_database)
    assert (await clerk.client.get(f"/v1/reconciliation/runs/{first['id']}")).status_code == 200
