"""What waits for somebody, in one request, as the lists show it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.receivables.actions import invoice_emails
from services.receivables.jobs.account_changes import announce_job
from services.receivables.rules.invoice_prints.prints import PrintSelection
from services.receivables.store import invoice_emails as emails
from shared.access.grants import EVERYTHING, Grant, Level, Limits
from shared.clock import now
from shared.database.pool import Database
from shared.database.statements import execute
from tests.fixtures.clerk import Clerk
from tests.fixtures.ledgers import client_on
from tests.services.receivables.fixtures import CountStatements, Identity

FEATURES = ("batches", "credits", "month_reopening", "customers", "accounts", "invoices")
Asking = Callable[..., Awaitable[Any]]


def viewing(*features: str, **limits: frozenset[Any]) -> list[Grant]:
    return [Grant(f"receivables.{feature}", Level.VIEW, Limits(**limits)) for feature in features]


@pytest.fixture
async def busy(clerk: Clerk, receivables_database: Database) -> Clerk:
    """A clerk with batches in several states, a credit and a month that wait, a large debt, and an e-mail that failed."""
    invoice = await clerk.post_invoice({"net": "2000.00", "tax_code": None}, customer="E2")
    await clerk.set_company(four_eyes_limit="10.00")
    await clerk.client.post("/v1/month-reopenings", json={"ar_company": 1, "month": "2026-09", "reason": "late"})
    await clerk.batch()
    faulty, valid = await clerk.batch(), await clerk.batch()
    await clerk.entered(faulty, customer="E1")
    await clerk.entered(valid, customer="E1", lines=[{"net": "100.00"}])
    await clerk.validate(faulty)
    await clerk.validate(valid)
    await clerk.send(valid)
    async with receivables_database.transaction() as session:
        # Only invoices from rating are credited by a command.
        await execute(
            session,
            """
            INSERT INTO credit_request (invoice_id, amount, month, credit_on, reason, requested_by, requested_at)
            VALUES (:invoice_id, 45, '2026-11', '2026-11-20', 'agreed', 'ALAMO\\tester', now())
            """,
            invoice_id=invoice["id"],
        )
        selection = PrintSelection(invoice_ids=[invoice["id"]])
        customer = (await clerk.client.get("/v1/customers", params={"search": "E2"})).json()["items"][0]
        change = {"email": "pay@example.com"}
        version = {"if-match": f'"{customer["version"]}"'}
        await clerk.client.patch(f"/v1/customers/{customer['id']}", json=change, headers=version)
        await invoice_emails.queue(session, EVERYTHING, selection, again=False, requested_by="x", now=now())
        email = await emails.take_due(session, now())
        assert email is not None
        await emails.mark_unsent(session, email.id, "no such person", None)
    working = True
    while working:
        async with receivables_database.transaction() as session:
            working = await announce_job().part(session)
    return clerk


@pytest.fixture
def ask(receivables_database: Database, gateway_key: Ed25519PrivateKey, identity: Identity) -> Asking:
    """Asks for a path as somebody else with these grants."""

    async def asking(path: str, *grants: Grant) -> Any:
        headers = identity("receivables", *grants, subject="9", name="ALAMO\\other")
        async with client_on("receivables", receivables_database, gateway_key, headers) as client:
            answer = await client.get(path)
            assert answer.status_code == 200, answer.text
            return answer.json()

    return asking


def parts_of(waiting: dict[str, Any]) -> list[dict[str, Any]]:
    batches = waiting.pop("batches") or {}
    return [*batches.values(), *(part for part in waiting.values() if part)]


async def test_each_part_counts_what_its_list_shows(busy: Clerk, ask: Asking) -> None:
    grants = viewing(*FEATURES)
    waiting = await ask("/v1/waiting", *grants)
    assert {status: part["count"] for status, part in waiting["batches"].items()} == {
        "open": 1,
        "errors": 1,
        "warnings": 0,
        "valid": 0,
        "awaiting_approval": 1,
    }
    assert (waiting["credit_requests"]["count"], waiting["credit_requests"]["total"]) == (1, "45.00")
    assert [waiting[name]["count"] for name in ("month_reopenings", "customers_over_limit", "emails_failed")] == [
        1,
        1,
        1,
    ]
    for part in parts_of(waiting):
        page = await ask(f"/v1/{part['list']}", *grants)
        assert page["totals"]["count"] == part["count"], part


async def test_nobody_decides_their_own_requests(busy: Clerk) -> None:
    waiting = (await busy.client.get("/v1/waiting")).json()
    assert (waiting["credit_requests"]["count"], waiting["month_reopenings"]["count"]) == (0, 0)


async def test_a_part_is_left_out_without_its_feature_and_counts_only_within_limits(busy: Clerk, ask: Asking) -> None:
    assert set((await ask("/v1/waiting")).values()) == {None}
    without = await ask("/v1/waiting", *viewing("customers", "batches"))
    assert [name for name, part in without.items() if part] == ["batches"]
    for limits in ({"ar_companies": frozenset({2})}, {"customers": frozenset({"E1"}), "branches": frozenset({"SAT"})}):
        waiting = await ask("/v1/waiting", *viewing(*FEATURES, **limits))
        reopenings = waiting.pop("month_reopenings")
        assert reopenings["count"] == (0 if "ar_companies" in limits else 1)
        waiting["batches"].pop("open")
        assert {part["count"] for part in parts_of(waiting)} == {0}
    # What E2 owes has no branch, so that somebody with a limit to branches does not see it.
    of_branch = [*viewing("customers"), *viewing("accounts", branches=frozenset({"SAT"}))]
    assert (await ask("/v1/waiting", *of_branch))["customers_over_limit"]["count"] == 0
    assert (await ask("/v1/customers?over_limit=true", *of_branch))["items"] == []


async def test_a_list_of_customers_over_their_limit_needs_the_feature_of_accounts(
    busy: Clerk, identity: Identity
) -> None:
    over = (await busy.client.get("/v1/customers", params={"over_limit": True})).json()["items"]
    others = (await busy.client.get("/v1/customers", params={"over_limit": False})).json()["totals"]["count"]
    total = (await busy.client.get("/v1/customers")).json()["totals"]["count"]
    assert ([one["number"] for one in over], others) == (["E2"], total - 1)
    headers = identity("receivables", *viewing("customers"))
    refused = await busy.client.get("/v1/customers", params={"over_limit": True}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")


async def test_what_waits_takes_one_statement_for_each_part(
    busy: Clerk, receivables_database: Database, count_statements: CountStatements
) -> None:
    async with count_statements(receivables_database) as statements:
        await busy.client.get("/v1/waiting")
    assert sum(statements.calls.values()) == 5
