"""Guessing passwords is slow from anywhere, and every log-in is in the audit."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr

from services.security.actions import service_accounts, tokens
from services.security.actions.log_ins import record_limited
from services.security.actions.tokens import delete_old_attempts
from services.security.errors import LogInLimited
from services.security.rules.log_ins import MOST_OF_ACCOUNT, MOST_OF_ADDRESS, WINDOW, Attempts, require_another
from shared.access.grants import Grant, Level
from shared.database.statements import execute, fetch_value
from tests.services.security.conftest import ADMINISTRATION, PASSWORD, Client, Company

AUDIT = Grant("security.audit", Level.VIEW)


async def try_it(
    nobody: httpx.AsyncClient, name: str = "ALAMO\\ana", password: str = "wrong", address: str = "10.0.0.1"
) -> httpx.Response:
    body = {"user": name, "password": password}
    return await nobody.post("/v1/tokens", json=body, headers={"x-forwarded-for": address})


async def test_after_five_failures_even_the_right_password_must_wait(client: Client, company: Company) -> None:
    await company.user("ALAMO\\ana", password=PASSWORD)
    assert [(await try_it(client())).status_code for _ in range(6)] == [401] * 5 + [429]
    refused = await try_it(client(), "alamo\\ANA", PASSWORD, "10.0.0.2")
    assert (refused.status_code, refused.json()["code"]) == (429, "LOG_IN_LIMITED")
    assert 800 < int(refused.headers["retry-after"]) <= 900


async def test_an_unknown_account_is_limited_in_the_same_way(client: Client, company: Company) -> None:
    assert company
    assert [(await try_it(client(), "ALAMO\\nobody")).status_code for _ in range(6)] == [401] * 5 + [429]


async def test_simultaneous_attempts_cannot_exceed_the_limit(client: Client, company: Company) -> None:
    await company.user("ALAMO\\ana", password=PASSWORD)
    answers = await asyncio.gather(*(try_it(client()) for _ in range(20)))
    assert sorted(one.status_code for one in answers) == [401] * 5 + [429] * 15


async def test_a_successful_log_in_resets_the_count(client: Client, company: Company) -> None:
    await company.user("ALAMO\\ana", password=PASSWORD)
    for _ in range(3):
        assert [(await try_it(client())).status_code for _ in range(4)] == [401] * 4
        assert (await try_it(client(), password=PASSWORD)).status_code == 200


async def crowd(nobody: httpx.AsyncClient, address: str = "10.0.0.1") -> None:
    """Uses up all attempts of an address."""
    statuses = [
        (await try_it(nobody, f"ALAMO\\guess{number}", address=address)).status_code
        for number in range(MOST_OF_ADDRESS)
    ]
    assert statuses == [401] * MOST_OF_ADDRESS


async def test_after_fifty_failures_from_an_address_an_account_that_failed_must_wait(
    client: Client, company: Company
) -> None:
    await company.user("ALAMO\\ana", password=PASSWORD)
    await crowd(client())
    assert (await try_it(client(), "ALAMO\\guess1")).status_code == 429
    assert (await try_it(client())).status_code == 401
    refused = await try_it(client(), password=PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (429, "LOG_IN_LIMITED")
    assert 800 < int(refused.headers["retry-after"]) <= 900
    assert (await try_it(client(), password=PASSWORD, address="10.0.0.2")).status_code == 200


async def test_failures_of_others_never_refuse_the_right_password_of_an_account_that_has_not_failed(
    client: Client, company: Company
) -> None:
    for name in ("ana", "bea", "cleo"):
        await company.user(f"ALAMO\\{name}", password=PASSWORD)
    await crowd(client())
    for name in ("ana", "bea", "cleo", "ana"):
        assert (await try_it(client(), f"ALAMO\\{name}", PASSWORD)).status_code == 200
    # Nor do several at the same moment refuse each other.
    answers = await asyncio.gather(*(try_it(client(), password=PASSWORD) for _ in range(5)))
    assert [one.status_code for one in answers] == [200] * 5


async def test_invented_names_from_a_crowded_address_are_checked_one_at_a_time(
    client: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    await company.user("ALAMO\\ana", password=PASSWORD)
    await crowd(client())
    checking, most = 0, 0

    async def verify(password_hash: str | None, _: SecretStr) -> bool:
        nonlocal checking, most
        checking += 1
        most = max(most, checking)
        await asyncio.sleep(0.02)
        checking -= 1
        return password_hash is not None

    for module in (tokens, service_accounts):
        monkeypatch.setattr(module, "verify_password", verify)
    body = {"account": "ALAMO\\erp", "secret": "1.x"}
    answers = await asyncio.gather(
        *(try_it(client(), f"ALAMO\\invented{number}") for number in range(20)),
        *(client().post("/v1/tokens/service", json=body, headers={"x-forwarded-for": "10.0.0.1"}) for _ in range(2)),
        try_it(client(), password=PASSWORD),
    )
    assert [one.status_code for one in answers] == [401] * 22 + [200]
    assert most == 1
    # Other addresses do not wait for it.
    most = 0
    await asyncio.gather(*(try_it(client(), f"ALAMO\\other{number}", address="10.0.0.2") for number in range(4)))
    assert most > 1


async def test_an_account_that_failed_is_refused_at_a_crowded_address_before_any_work(
    client: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd(client())

    async def verify(_: str | None, __: SecretStr) -> bool:
        raise AssertionError("a password was checked")

    monkeypatch.setattr(tokens, "verify_password", verify)
    assert [(await try_it(client(), f"ALAMO\\guess{number}")).status_code for number in range(10)] == [429] * 10


async def test_a_new_password_lets_the_account_try_again(client: Client, company: Company) -> None:
    ana = await company.user("ALAMO\\ana", password=PASSWORD)
    for _ in range(6):
        await try_it(client())
    keeper = client(*ADMINISTRATION, user="keeper")
    body = {"password": PASSWORD + "2", "must_change": False}
    assert (await keeper.put(f"/v1/users/{ana}/password", json=body)).status_code == 204
    assert (await try_it(client(), password=PASSWORD + "2")).status_code == 200


async def test_after_fifteen_minutes_failures_no_longer_count(client: Client, company: Company) -> None:
    await company.user("ALAMO\\ana", password=PASSWORD)
    for _ in range(6):
        await try_it(client())
    async with company.database.transaction() as session:
        # Makes the attempts older, because the test cannot wait.
        await execute(session, "INSERT INTO log_in_attempt (folded_name, address, at) VALUES ('x', 'y', '2020-01-01')")
        await delete_old_attempts(session, datetime.now(UTC), 100)
        assert await fetch_value(session, "SELECT count(*) FROM log_in_attempt") == MOST_OF_ACCOUNT
        await delete_old_attempts(session, datetime.now(UTC) + WINDOW, 100)
    assert (await try_it(client(), password=PASSWORD)).status_code == 200


async def test_limited_log_ins_are_one_audit_entry_a_minute_with_a_count(client: Client, company: Company) -> None:
    await company.user("ALAMO\\ana", password=PASSWORD)
    began = datetime.now(UTC)
    for _ in range(12):
        await try_it(client())
    for number in range(50):
        await try_it(client(), f"ALAMO\\guess{number}", address="10.0.0.9")
    auditor = client(AUDIT, user="auditor")

    async def limited() -> list[dict[str, str]]:
        told = await auditor.get("/v1/audit", params={"operation": "POST /v1/tokens", "limit": 500})
        return [one for one in told.json()["items"] if one["status"] == 429]

    assert await limited() == []
    async with company.database.transaction() as session:
        assert not await record_limited(session, began)
        assert not await record_limited(session, datetime.now(UTC) + timedelta(minutes=1))
    entries = await limited()
    assert {one["name"] for one in entries} == {"alamo\\ana"}
    assert sum(json.loads(one["body"])["refused"] for one in entries) == 7
    assert len(entries) <= 2


async def test_a_limited_address_is_one_audit_entry_for_all_accounts(client: Client, company: Company) -> None:
    await crowd(client(), "10.0.0.9")
    # Ten of accounts that failed, and ten of invented ones.
    for number in range(MOST_OF_ADDRESS - 10, MOST_OF_ADDRESS + 10):
        await try_it(client(), f"ALAMO\\guess{number}", address="10.0.0.9")
    async with company.database.transaction() as session:
        await record_limited(session, datetime.now(UTC) + timedelta(minutes=1))
    told = await client(AUDIT, user="auditor").get("/v1/audit", params={"limit": 500})
    bodies = [json.loads(one["body"]) for one in told.json()["items"] if one["status"] == 429]
    assert {one["address"] for one in bodies} == {"10.0.0.9"}
    assert sum(one["refused"] for one in bodies) == 20
    assert len(bodies) <= 2


def test_the_wait_ends_when_the_oldest_attempt_is_a_window_old() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with pytest.raises(LogInLimited) as refused:
        require_another(Attempts(5, 0, True, noon, None), noon + timedelta(minutes=14))
    assert refused.value.retry_after_seconds == 60
    assert not require_another(Attempts(4, 49, True, noon, noon), noon)


def test_an_address_is_crowded_after_fifty_attempts() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for waiting in (0, 4):
        assert require_another(Attempts(waiting, 50, False, noon, noon), noon)
    with pytest.raises(LogInLimited) as refused:
        require_another(Attempts(1, 50, True, noon, noon - timedelta(minutes=1)), noon)
    assert (refused.value.retry_after_seconds, refused.value.of_account) == (840, False)


async def test_every_log_in_is_in_the_audit_and_no_password(client: Client, company: Company) -> None:
    await company.user("ALAMO\\ana", password=PASSWORD)
    await try_it(client())
    await try_it(client(), password=PASSWORD)
    told = (await client(AUDIT, user="auditor").get("/v1/audit", params={"operation": "POST /v1/tokens"})).json()
    assert [(one["name"], one["status"]) for one in told["items"]] == [("ALAMO\\ana", 200), ("ALAMO\\ana", 401)]
    assert PASSWORD not in str(told)
