"""Users choose their own passwords, above all in place of one that was set for them."""

from typing import Any

import httpx
import pytest

from shared.access.grants import Grant, Level
from tests.services.security.conftest import GIVEN, PASSWORD, Client, Company

BODY = {"user": "ALAMO\\ana", "password": GIVEN, "new_password": PASSWORD}


async def log_in(client: Client, password: str) -> tuple[int, str | None]:
    answer = await client().post("/v1/tokens", json={"user": "alamo\\ANA", "password": password})
    return answer.status_code, answer.json().get("code")


@pytest.fixture
async def ana(clerk: httpx.AsyncClient, company: Company) -> int:
    user_id = await company.user("ALAMO\\ana")
    assert (await clerk.put(f"/v1/users/{user_id}/password", json={"password": GIVEN})).status_code == 204
    return user_id


@pytest.mark.usefixtures("ana")
async def test_a_password_that_was_set_for_a_user_only_chooses_another(client: Client) -> None:
    for path in ("/v1/tokens", "/v1/cookies"):
        answer = await client().post(path, json={"user": "ALAMO\\ana", "password": GIVEN})
        assert (answer.status_code, answer.json()["code"]) == (403, "PASSWORD_TO_CHANGE")
    assert (await client().post("/v1/passwords", json=BODY)).status_code == 204
    assert await log_in(client, PASSWORD) == (200, None)
    assert await log_in(client, GIVEN) == (401, "LOGIN_REFUSED")


async def test_a_change_ends_all_sessions_and_is_in_the_audit(
    client: Client, clerk: httpx.AsyncClient, ana: int
) -> None:
    await client().post("/v1/passwords", json=BODY)
    await log_in(client, PASSWORD)
    assert len((await clerk.get(f"/v1/users/{ana}/sessions")).json()["items"]) == 1
    again = {**BODY, "password": PASSWORD, "new_password": PASSWORD + "2"}
    assert (await client().post("/v1/passwords", json=again)).status_code == 204
    assert (await clerk.get(f"/v1/users/{ana}/sessions")).json()["items"] == []
    auditor = client(Grant("security.audit", Level.VIEW), user=98)
    found = (await auditor.get("/v1/audit", params={"operation": "POST /v1/passwords"})).json()["items"]
    assert [(entry["subject"], entry["status"], entry["body"]) for entry in found] == [(str(ana), 200, None)] * 2


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"password": "wrong"}, 401, "LOGIN_REFUSED"),
        ({"user": "ALAMO\\nobody"}, 401, "LOGIN_REFUSED"),
        ({"new_password": GIVEN}, 422, "PASSWORD_UNFIT"),
        ({"new_password": "short"}, 422, "PASSWORD_UNFIT"),
        ({"new_password": None}, 422, "INVALID_INPUT"),
    ],
)
async def test_a_refused_change_changes_nothing(client: Client, change: dict[str, Any], status: int, code: str) -> None:
    answer = await client().post("/v1/passwords", json={**BODY, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await log_in(client, GIVEN) == (403, "PASSWORD_TO_CHANGE")


@pytest.mark.usefixtures("ana")
async def test_guessing_here_is_counted_with_the_log_ins(client: Client) -> None:
    for number in range(5):
        await client().post("/v1/passwords", json={**BODY, "password": f"guess {number}"})
    assert (await client().post("/v1/passwords", json=BODY)).json()["code"] == "LOG_IN_LIMITED"
    assert await log_in(client, GIVEN) == (429, "LOG_IN_LIMITED")


async def test_a_deactivated_user_changes_nothing(client: Client, clerk: httpx.AsyncClient, ana: int) -> None:
    headers = {"if-match": (await clerk.get(f"/v1/users/{ana}")).headers["etag"]}
    assert (await clerk.patch(f"/v1/users/{ana}", json={"active": False}, headers=headers)).status_code == 200
    assert (await client().post("/v1/passwords", json=BODY)).json()["code"] == "LOGIN_REFUSED"
