"""Credits over the four-eyes limit: requested by one person, and approved or rejected once by another."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from tests.fixtures.exchange import exchange
from tests.fixtures.ledgers import Company, Enter, client_on, key
from tests.services.receivables.fixtures import Cluster, Export, Identity, Reconciled

MONTH = {"month": "2026-11", "reason": "agreed"}
PART = {**MONTH, "lines": [{"line": 1, "amount": "45.00"}, {"line": 2}]}


@pytest.fixture
async def invoice(company: Company, enter: Enter, export: Export) -> dict[str, Any]:
    """An exported invoice for W1 with lines of 95.00 and 26.00, in a company with a four-eyes limit of 26.00."""
    _, receivables = company
    found = await receivables.get("/v1/ar-companies/1")
    limited = {**found.json(), "four_eyes_limit": "26.00"}
    await receivables.put("/v1/ar-companies/1", json=limited, headers={"if-match": found.headers["etag"]})
    await enter("W1", zip_code="78130", miles="40")
    await export()
    head: dict[str, Any]
    (head,) = (await receivables.get("/v1/invoices")).json()["items"]
    return head


@pytest.fixture
async def second(
    receivables_database: Database, gateway_key: Ed25519PrivateKey, identity: Identity
) -> AsyncIterator[httpx.AsyncClient]:
    """A second person, who may approve credits."""
    grants = (Grant("receivables.credits", Level.APPROVE), Grant("receivables.invoices", Level.VIEW))
    headers = identity("receivables", *grants, subject="9", name="ALAMO\\second")
    async with client_on("receivables", receivables_database, gateway_key, headers) as client:
        yield client


async def ask(receivables: httpx.AsyncClient, invoice: dict[str, Any], name: object, **body: Any) -> str:
    """Requests a credit and returns the path of the request."""
    answer = await receivables.post(
        f"/v1/invoices/{invoice['id']}/credits", json={**PART, **body}, headers=key(f"ask {name}")
    )
    assert (answer.status_code, answer.json()["credit_id"]) == (202, None), answer.text
    assert answer.json()["invoice"]["open"] == invoice["open"], "nothing is credited yet"
    path: str = answer.headers["location"]
    return path


def of_version(revision: int, name: str | None = None) -> dict[str, str]:
    return {"if-match": f'"{revision}"', **(key(name) if name else {})}


async def test_a_credit_up_to_the_limit_is_posted_directly(company: Company, invoice: dict[str, Any]) -> None:
    _, receivables = company
    body = {**MONTH, "lines": [{"line": 2}]}
    within = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key(1))
    assert (within.status_code, within.json()["request_id"]) == (201, None), within.text
    over = {**MONTH, "lines": [{"line": 1, "amount": "26.01"}]}
    asked = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=over, headers=key(2))
    assert (asked.status_code, asked.json()["credit_id"]) == (202, None), asked.text


async def test_over_the_limit_somebody_else_approves(
    company: Company,
    invoice: dict[str, Any],
    second: httpx.AsyncClient,
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    _, receivables = company
    path = await ask(receivables, invoice, 1)
    (waiting,) = (await second.get("/v1/credit-requests", params={"status": "awaiting_approval"})).json()["items"]
    assert (waiting["invoice_number"], waiting["amount"], waiting["requested_by"]) == (
        "100001",
        "71.00",
        "ALAMO\\tester",
    )
    read = await second.get(path)
    assert read.json()["lines"] == [{"line": 1, "amount": "45.00"}, {"line": 2, "amount": "26.00"}]
    own = await receivables.post(f"{path}/approve", headers=of_version(1, "own"))
    assert (own.status_code, own.json()["code"]) == (409, "OWN_REQUEST")
    approved = await second.post(f"{path}/approve", headers=of_version(1, "second"))
    assert (approved.json()["status"], approved.json()["decided_by"]) == ("approved", "ALAMO\\second"), approved.text
    whole = (await receivables.get(f"/v1/invoices/{invoice['id']}")).json()
    assert (whole["open"], [one["id"] for one in whole["amendments"]]) == ("50.00", [approved.json()["credit_id"]])
    assert whole["amendments"][0]["posted_by"] == "ALAMO\\tester"
    await exchange(rating_database, receivables_database)
    await reconciled()


async def test_the_requester_changes_or_withdraws_and_an_older_version_cannot_be_approved(
    company: Company, invoice: dict[str, Any], second: httpx.AsyncClient
) -> None:
    _, receivables = company
    path = await ask(receivables, invoice, 1)
    others = await second.put(path, json=PART, headers=of_version(1))
    assert (others.status_code, others.json()["code"]) == (409, "OTHERS_REQUEST"), others.text
    changed = await receivables.put(path, json={**MONTH, "lines": [{"line": 1}]}, headers=of_version(1))
    assert (changed.status_code, changed.json()["amount"], changed.headers["etag"]) == (200, "95.00", '"2"')
    stale = await second.post(f"{path}/approve", headers=of_version(1, "stale"))
    assert (stale.status_code, stale.json()["code"]) == (412, "VERSION_STALE")
    withdrawn = await receivables.post(f"{path}/withdraw")
    assert withdrawn.json()["status"] == "withdrawn"
    late = await second.post(f"{path}/approve", headers=of_version(3, "late"))
    assert (late.status_code, late.json()["code"]) == (409, "REQUEST_DECIDED")
    steps = (await second.get(f"{path}/history")).json()["items"]
    assert [(step["action"], step["by"]) for step in steps] == [
        (action, "ALAMO\\tester") for action in ("withdrawn", "changed", "requested")
    ]
    assert steps[1]["changes"] == [
        {"field": "amount", "from": "71.00", "to": "95.00"},
        {"field": "lines/1/amount", "from": "45.00", "to": "95.00"},
        {"field": "lines/2", "from": {"line": 2, "amount": "26.00"}, "to": None},
    ]


async def test_a_request_warns_of_its_date_until_it_is_changed(
    company: Company, invoice: dict[str, Any], second: httpx.AsyncClient
) -> None:
    _, receivables = company
    path = await ask(receivables, invoice, 1)
    body = {**MONTH, "lines": [{"line": 1}]}
    changed = await receivables.put(path, json={**body, "credit_date": "2024-01-31"}, headers=of_version(1))
    rules = [(one["field"], one["rule"]) for one in changed.json()["warnings"]]
    assert rules == [("credit_date", "DATED_BEFORE_INVOICE"), ("credit_date", "DATE_FAR_FROM_MONTH")]
    assert (await second.get(path)).json()["warnings"] == changed.json()["warnings"]
    later = {**body, "credit_date": invoice["invoice_date"]}
    assert (await receivables.put(path, json=later, headers=of_version(2))).json()["warnings"] == []


async def test_a_rejected_credit_says_why_and_stays_rejected(
    company: Company, invoice: dict[str, Any], second: httpx.AsyncClient
) -> None:
    _, receivables = company
    path = await ask(receivables, invoice, 1)
    own = await receivables.post(f"{path}/reject", json={"reason": "mine"}, headers=of_version(1))
    assert own.json()["code"] == "OWN_REQUEST"
    rejected = await second.post(f"{path}/reject", json={"reason": "Not agreed"}, headers=of_version(1))
    assert (rejected.json()["status"], rejected.json()["decision_reason"]) == ("rejected", "Not agreed")
    again = await second.post(f"{path}/approve", headers=of_version(2, "again"))
    assert (again.status_code, again.json()["code"]) == (409, "REQUEST_DECIDED")
    assert (await receivables.get(f"/v1/invoices/{invoice['id']}")).json()["open"] == invoice["open"]


async def test_an_approval_is_checked_against_what_is_left_by_then(
    company: Company, invoice: dict[str, Any], second: httpx.AsyncClient
) -> None:
    """A request reserves nothing: what was credited in the meantime is not left any more."""
    _, receivables = company
    path = await ask(receivables, invoice, 1)
    other = await ask(receivables, invoice, 2)
    assert (await second.post(f"{other}/approve", headers=of_version(1, "other"))).status_code == 200
    late = await second.post(f"{path}/approve", headers=of_version(1, "late"))
    assert (late.status_code, late.json()["code"]) == (422, "MORE_THAN_LEFT"), late.text
    assert (await receivables.get(path)).json()["status"] == "awaiting_approval"


async def test_an_invalid_credit_is_refused_when_it_is_requested(company: Company, invoice: dict[str, Any]) -> None:
    _, receivables = company
    path = f"/v1/invoices/{invoice['id']}/credits"
    missing = await receivables.post(path, json=MONTH, headers=key(1))
    assert (missing.status_code, missing.json()["code"]) == (422, "DISPOSITION_MISSING")
    closed = await receivables.post(path, json={**PART, "month": "2026-09"}, headers=key(2))
    assert closed.json()["code"] == "MONTH_CLOSED"


async def test_twenty_approvals_at_once_credit_once(
    company: Company, invoice: dict[str, Any], second: httpx.AsyncClient
) -> None:
    _, receivables = company
    path = await ask(receivables, invoice, 1)
    sent = (second.post(f"{path}/approve", headers=of_version(1, f"at once {one}")) for one in range(20))
    answers = await asyncio.gather(*sent)
    assert sorted(one.status_code for one in answers) == [200] + [409] * 19
    assert (await receivables.get(f"/v1/invoices/{invoice['id']}")).json()["open"] == "50.00"


async def test_a_user_who_may_not_see_the_invoice_sees_no_request(
    company: Company, invoice: dict[str, Any], second: httpx.AsyncClient, identity: Identity
) -> None:
    _, receivables = company
    path = await ask(receivables, invoice, 1)
    elsewhere = Grant("receivables.credits", Level.APPROVE, Limits(branches=frozenset({"MIA"})))
    headers = identity("receivables", elsewhere, subject="10", name="ALAMO\\mia")
    assert (await receivables.get(path, headers=headers)).status_code == 404
    approved = await receivables.post(f"{path}/approve", headers={**headers, **of_version(1, "elsewhere")})
    assert approved.status_code == 404
    assert (await receivables.get("/v1/credit-requests", headers=headers)).json()["totals"] == {"count": 0}


async def test_the_audit_log_shows_requester_and_approver(
    company: Company, invoice: dict[str, Any], second: httpx.AsyncClient
) -> None:
    _, receivables = company
    path = await ask(receivables, invoice, 1)
    await second.post(f"{path}/approve", headers=of_version(1, "audit"))
    entries = (await receivables.get("/v1/audit", params={"limit": 2})).json()["items"]
    assert [(one["name"], one["operation"], one["status"]) for one in entries] == [
        ("ALAMO\\second", "POST /v1/credit-requests/{request_id}/approve", 200),
        ("ALAMO\\tester", "POST /v1/invoices/{invoice_id}/credits", 202),
    ]


async def test_the_database_itself_refuses_self_approval(
    company: Company, invoice: dict[str, Any], receivables_database: Database, cluster: Cluster
) -> None:
    _, receivables = company
    await ask(receivables, invoice, 1)
    runtime = await asyncpg.connect(cluster(receivables_database.name, "receivables_runtime"))
    with pytest.raises(asyncpg.CheckViolationError, match="credit_request_four_eyes"):
        await runtime.execute(
            "UPDATE credit_request SET status = 'approved', credit_id = invoice_id, decided_by = requested_by,"
            " decided_at = now()"
        )
    await runtime.close()


async def test_the_checks_of_a_month_say_what_keeps_it_open_and_where_to_find_it(
    company: Company, invoice: dict[str, Any]
) -> None:
    _, receivables = company
    checks = "/v1/months/1/2026-11/checks"
    request = (await receivables.get(await ask(receivables, invoice, "waits"))).json()
    assert request["customer_name"] == invoice["customer_name"]
    await receivables.post("/v1/batches", json={"ar_company": 1, "month": "2026-11"})
    await receivables.post("/v1/batches", json={"ar_company": 1, "month": "2026-10"})
    found = (await receivables.get(checks)).json()
    assert found["closable"] is False
    assert [(one["code"], one["blocks"], one["count"], one["total"]) for one in found["checks"]] == [
        ("NOT_NEXT_MONTH", True, 1, None),
        ("BATCHES_OPEN", True, 1, None),
        ("CREDITS_REQUESTED", False, 1, "71.00"),
    ]
    for one in found["checks"][1:]:
        assert len((await receivables.get(f"/v1/{one['list']}")).json()["items"]) == one["count"]
    for month, code in (("2026-11", "NOT_NEXT_MONTH"), ("2026-10", "BATCHES_OPEN")):
        refused = (await receivables.post("/v1/months/close", json={"ar_company": 1, "month": month})).json()
        (check,) = [
            one
            for one in (await receivables.get(f"/v1/months/1/{month}/checks")).json()["checks"]
            if one["code"] == code
        ]
        assert (refused["code"], refused["detail"]) == (code, check["detail"])
    october = (await receivables.get("/v1/batches?month=2026-10&status=open")).json()["items"][0]["id"]
    await receivables.post(f"/v1/batches/{october}/clear")
    assert (await receivables.get("/v1/months/1/2026-10/checks")).json() == {
        "ar_company": 1,
        "month": "2026-10",
        "closable": True,
        "checks": [],
    }
    assert (await receivables.get("/v1/months/9/2026-10/checks")).status_code == 404
