"""Reopening months, the last one first. In a company with a four-eyes limit, a second person has to approve."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.receivables.rules.months import months_after
from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from tests.fixtures.ledgers import client_on
from tests.services.receivables.fixtures import Cluster, Identity

LAST_CLOSED = {"ar_company": 1, "month": "2026-09", "reason": "a receipt was missing"}


@pytest.fixture
async def second(
    receivables_database: Database, gateway_key: Ed25519PrivateKey, identity: Identity
) -> AsyncIterator[httpx.AsyncClient]:
    """A second person, who may approve reopenings."""
    grant = Grant("receivables.month_reopening", Level.APPROVE)
    headers = identity("receivables", grant, subject="9", name="ALAMO\\second")
    async with client_on("receivables", receivables_database, gateway_key, headers) as client:
        yield client


@pytest.fixture
async def four_eyes(receivables: httpx.AsyncClient) -> None:
    """Company 1 has a four-eyes limit."""
    found = await receivables.get("/v1/ar-companies/1")
    limited = {**found.json(), "four_eyes_limit": "1000.00"}
    await receivables.put("/v1/ar-companies/1", json=limited, headers={"if-match": found.headers["etag"]})


async def open_months(receivables: httpx.AsyncClient) -> list[str]:
    months = (await receivables.get("/v1/months")).json()["items"]
    return [one["month"] for one in months if one["ar_company"] == 1 and one["open"]]


async def ask(receivables: httpx.AsyncClient, **other: Any) -> dict[str, Any]:
    answer = await receivables.post("/v1/month-reopenings", json={**LAST_CLOSED, **other})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(asked: httpx.Response) -> tuple[int, str]:
    return asked.status_code, asked.json()["code"]


async def test_without_a_limit_a_month_is_reopened_directly_and_can_be_closed_again(
    receivables: httpx.AsyncClient,
) -> None:
    before = await open_months(receivables)
    done = await ask(receivables)
    assert (done["status"], done["four_eyes"], done["requested_by"], done["decided_by"]) == (
        *("approved", False),
        *("ALAMO\\tester", "ALAMO\\tester"),
    )
    assert await open_months(receivables) == ["2026-09", *before[:-1]]
    assert (await receivables.post("/v1/months/close", json={"ar_company": 1, "month": "2026-09"})).status_code == 204
    assert await open_months(receivables) == before


@pytest.mark.parametrize(("month", "company", "status", "code"), [
    ("2026-08", 1, 409, "NOT_LAST_CLOSED_MONTH"), ("2026-10", 1, 409, "NOT_LAST_CLOSED_MONTH"),
    ("2026-09", 9, 404, "NOT_FOUND"), ("2026-13", 1, 422, "INVALID_INPUT"),
])  # fmt: skip
async def test_only_the_month_that_was_closed_last_is_reopened(
    receivables: httpx.AsyncClient, month: str, company: int, status: int, code: str
) -> None:
    body = {**LAST_CLOSED, "month": month, "ar_company": company}
    assert await refused(await receivables.post("/v1/month-reopenings", json=body)) == (status, code)
    assert (await receivables.get("/v1/month-reopenings")).json()["totals"] == {"count": 0}


async def test_a_reopening_needs_a_reason(receivables: httpx.AsyncClient) -> None:
    for reason in ("", "  "):
        answer = await receivables.post("/v1/month-reopenings", json={**LAST_CLOSED, "reason": reason})
        assert answer.status_code == 422


async def test_under_four_eyes_a_month_stays_closed_until_somebody_else_agrees(
    receivables: httpx.AsyncClient, four_eyes: None, second: httpx.AsyncClient
) -> None:
    before = await open_months(receivables)
    asked = await ask(receivables)
    path = f"/v1/month-reopenings/{asked['id']}"
    assert (asked["status"], asked["four_eyes"], await open_months(receivables)) == ("awaiting_approval", True, before)
    assert await refused(await receivables.post(f"{path}/approve")) == (409, "OWN_REQUEST")
    assert await refused(await receivables.post("/v1/month-reopenings", json=LAST_CLOSED)) == (409, "REOPENING_WAITS")
    assert await refused(await second.post(f"{path}/withdraw")) == (409, "OTHERS_REQUEST")
    approved = (await second.post(f"{path}/approve")).json()
    assert (approved["status"], approved["decided_by"]) == ("approved", "ALAMO\\second")
    assert await open_months(receivables) == ["2026-09", *before[:-1]]
    assert await refused(await second.post(f"{path}/reject", json={"reason": "late"})) == (409, "REQUEST_DECIDED")


async def test_a_request_is_rejected_with_a_reason_or_withdrawn(
    receivables: httpx.AsyncClient, four_eyes: None, second: httpx.AsyncClient
) -> None:
    before = await open_months(receivables)
    first = await ask(receivables)
    path = f"/v1/month-reopenings/{first['id']}"
    assert await refused(await receivables.post(f"{path}/reject", json={"reason": "no"})) == (409, "OWN_REQUEST")
    rejected = (await second.post(f"{path}/reject", json={"reason": "book it in November"})).json()
    assert (rejected["status"], rejected["decision_reason"]) == ("rejected", "book it in November")
    withdrawn = await receivables.post(f"/v1/month-reopenings/{(await ask(receivables))['id']}/withdraw")
    assert withdrawn.json()["status"] == "withdrawn"
    assert await open_months(receivables) == before
    listed = (await receivables.get("/v1/month-reopenings", params={"ar_company": 1})).json()
    assert [one["status"] for one in listed["items"]] == ["withdrawn", "rejected"]
    waiting = await receivables.get("/v1/month-reopenings", params={"status": "awaiting_approval"})
    assert waiting.json()["totals"] == {"count": 0}


async def test_a_request_is_not_approved_after_the_next_month_was_closed(
    receivables: httpx.AsyncClient, four_eyes: None, second: httpx.AsyncClient
) -> None:
    asked = await ask(receivables)
    assert (await receivables.post("/v1/months/close", json={"ar_company": 1, "month": "2026-10"})).status_code == 204
    approved = await second.post(f"/v1/month-reopenings/{asked['id']}/approve")
    assert await refused(approved) == (409, "NOT_LAST_CLOSED_MONTH")


async def test_many_requests_and_approvals_at_once_reopen_one_month(
    receivables: httpx.AsyncClient, four_eyes: None, second: httpx.AsyncClient
) -> None:
    """Twenty requests, then twenty approvals: one request, and one month."""
    asking = (receivables.post("/v1/month-reopenings", json=LAST_CLOSED) for _ in range(20))
    answers = await asyncio.gather(*asking)
    assert sorted(one.status_code for one in answers) == [201] + [409] * 19
    (asked,) = [one.json() for one in answers if one.is_success]
    approving = (second.post(f"/v1/month-reopenings/{asked['id']}/approve") for _ in range(20))
    assert sorted(one.status_code for one in await asyncio.gather(*approving)) == [200] + [409] * 19
    months = await open_months(receivables)
    assert months[0] == "2026-09"
    assert months_after(months[0], 5) == months[-1]


async def test_reopening_needs_its_own_feature_within_the_companies_of_the_grant(
    receivables: httpx.AsyncClient, identity: Identity
) -> None:
    closing = identity("receivables", Grant("receivables.months", Level.ADMIN))
    assert (await receivables.post("/v1/month-reopenings", json=LAST_CLOSED, headers=closing)).status_code == 403
    elsewhere = Limits(ar_companies=frozenset({2}))
    limited = identity("receivables", Grant("receivables.month_reopening", Level.APPROVE, elsewhere))
    assert (await receivables.post("/v1/month-reopenings", json=LAST_CLOSED, headers=limited)).status_code == 404
    done = await ask(receivables)
    assert (await receivables.get(f"/v1/month-reopenings/{done['id']}", headers=limited)).status_code == 404
    assert (await receivables.get("/v1/month-reopenings", headers=limited)).json()["totals"] == {"count": 0}


async def test_the_audit_log_shows_requester_and_approver(
    receivables: httpx.AsyncClient, four_eyes: None, second: httpx.AsyncClient
) -> None:
    asked = await ask(receivables)
    await second.post(f"/v1/month-reopenings/{asked['id']}/approve")
    entries = (await receivables.get("/v1/audit", params={"limit": 2})).json()["items"]
    assert [(one["name"], one["operation"]) for one in entries] == [
        ("ALAMO\\second", "POST /v1/month-reopenings/{reopening_id}/approve"),
        ("ALAMO\\tester", "POST /v1/month-reopenings"),
    ]


async def test_the_database_itself_refuses_self_approval(
    receivables: httpx.AsyncClient, four_eyes: None, receivables_database: Database, cluster: Cluster
) -> None:
    await ask(receivables)
    runtime = await asyncpg.connect(cluster(receivables_database.name, "receivables_runtime"))
    with pytest.raises(asyncpg.CheckViolationError, match="month_reopening_four_eyes"):
        await runtime.execute(
            "UPDATE month_reopening SET status = 'approved', decided_by = requested_by, decided_at = now()"
        )
    await runtime.close()
