"""Other systems have their own accounts and credentials, and their own way to log in."""

import asyncio
import json
from typing import Any

import httpx
import jwt
import pytest
from pydantic import SecretStr

from services.security.actions.administrators import create_administrator
from services.security.errors import ServiceAccountOnly
from services.security.rules.permissions import GROUPS
from shared.access.grants import Grant, Level
from tests.services.security.conftest import ADMINISTRATION, PASSWORD, Client, Company

KEEPING = Grant("security.service_accounts", Level.ADMIN)
AUDIT = Grant("security.audit", Level.VIEW)
ERP = {"name": "ALAMO\\erp", "display_name": "The ledger"}


@pytest.fixture
def keeper(client: Client) -> httpx.AsyncClient:
    """A user who may administer service accounts and groups."""
    return client(KEEPING, *ADMINISTRATION, user="keeper")


@pytest.fixture
async def erp(keeper: httpx.AsyncClient, company: Company) -> dict[str, Any]:
    made = await keeper.post("/v1/service-accounts", json=ERP)
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store"), made.text
    told: dict[str, Any] = made.json()
    return told


async def ask(nobody: httpx.AsyncClient, secret: object, account: str = "ALAMO\\erp") -> httpx.Response:
    return await nobody.post("/v1/tokens/service", json={"account": account, "secret": secret})


async def test_a_credential_gives_an_access_token_and_no_session(client: Client, erp: dict[str, Any]) -> None:
    answer = await ask(client(), erp["secret"], "alamo\\ERP")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert set(answer.json()) == {"access_token", "token_type", "expires_in"}
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["sid"]) == (str(erp["account"]["id"]), f"credential {erp['credential']['id']}")
    assert claims["exp"] - claims["iat"] == answer.json()["expires_in"] == 300
    assert (await client(user=erp["account"]["id"]).get("/v1/me/sessions")).json()["items"] == []


async def test_the_secret_is_shown_once_and_stored_as_a_hash(
    keeper: httpx.AsyncClient, company: Company, erp: dict[str, Any]
) -> None:
    listed = await keeper.get(f"/v1/service-accounts/{erp['account']['id']}/credentials")
    assert erp["secret"] not in listed.text
    (one,) = listed.json()["items"]
    assert (one["id"], one["last_used_at"], one["revoked_at"]) == (erp["credential"]["id"], None, None)


async def test_everything_but_the_secret_gets_the_same_refusal(
    client: Client, company: Company, erp: dict[str, Any]
) -> None:
    await company.user("ALAMO\\ana", password=PASSWORD)
    number, _, random = str(erp["secret"]).partition(".")
    answers = [
        await ask(client(), f"{number}.x"),
        await ask(client(), f"{int(number) + 1}.{random}"),
        await ask(client(), random),
        await ask(client(), "", "ALAMO\\nobody"),
        await ask(client(), erp["secret"], "ALAMO\\ana"),
        await ask(client(), PASSWORD, "ALAMO\\ana"),
        await client().post("/v1/tokens", json={"user": "ALAMO\\erp", "password": erp["secret"]}),
    ]
    bodies = [{**answer.json(), "request_id": None} for answer in answers]
    assert all(body == bodies[0] for body in bodies)
    assert (bodies[0]["status"], bodies[0]["code"]) == (401, "LOGIN_REFUSED")


async def test_guessing_secrets_is_limited_but_locks_out_no_other_address(client: Client, erp: dict[str, Any]) -> None:
    assert [(await ask(client(), "1.x")).status_code for _ in range(6)] == [401] * 5 + [429]
    assert (await ask(client(), erp["secret"])).status_code == 429
    body = {"account": "ALAMO\\erp", "secret": erp["secret"]}
    elsewhere = await client().post("/v1/tokens/service", json=body, headers={"x-forwarded-for": "10.9.9.9"})
    assert elsewhere.status_code == 200


async def test_a_credential_is_rotated_without_a_gap(
    client: Client, keeper: httpx.AsyncClient, erp: dict[str, Any]
) -> None:
    path = f"/v1/service-accounts/{erp['account']['id']}/credentials"
    second = await keeper.post(path)
    assert second.status_code == 201
    for secret in (erp["secret"], second.json()["secret"]):
        assert (await ask(client(), secret)).status_code == 200
    third = await keeper.post(path)
    assert (third.status_code, third.json()["code"]) == (409, "CREDENTIALS_ENOUGH")
    for _ in range(2):
        assert (await keeper.delete(f"{path}/{erp['credential']['id']}")).status_code == 204
    assert (await ask(client(), erp["secret"])).status_code == 401
    assert (await ask(client(), second.json()["secret"])).status_code == 200
    assert [one["revoked_at"] is None for one in (await keeper.get(path)).json()["items"]] == [True, False]
    assert (await keeper.delete(f"{path}/4711")).status_code == 404


async def test_two_clerks_cannot_create_a_third_credential(keeper: httpx.AsyncClient, erp: dict[str, Any]) -> None:
    path = f"/v1/service-accounts/{erp['account']['id']}/credentials"
    made = await asyncio.gather(*(keeper.post(path) for _ in range(4)))
    assert sorted(one.status_code for one in made) == [201, 409, 409, 409]


async def test_a_deactivated_account_gets_no_token(
    client: Client, clerk: httpx.AsyncClient, erp: dict[str, Any]
) -> None:
    path = f"/v1/users/{erp['account']['id']}"
    etag = (await clerk.get(path)).headers["etag"]
    assert (await clerk.patch(path, json={"active": False}, headers={"if-match": etag})).status_code == 200
    assert (await ask(client(), erp["secret"])).status_code == 401


async def test_a_service_account_has_no_password_and_a_person_no_credential(
    keeper: httpx.AsyncClient, clerk: httpx.AsyncClient, company: Company, erp: dict[str, Any]
) -> None:
    refused = await clerk.put(f"/v1/users/{erp['account']['id']}/password", json={"password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (409, "SERVICE_ACCOUNT_ONLY")
    ana = await company.user("ALAMO\\ana")
    for method, path in (("GET", ""), ("POST", ""), ("DELETE", "/1")):
        refused = await keeper.request(method, f"/v1/service-accounts/{ana}/credentials{path}")
        assert (refused.status_code, refused.json()["code"]) == (409, "SERVICE_ACCOUNT_ONLY")
    with pytest.raises(ServiceAccountOnly):
        async with company.database.transaction() as session:
            await create_administrator(session, "ALAMO\\erp", SecretStr(PASSWORD))


async def test_service_accounts_are_listed_separately_and_among_the_users(
    keeper: httpx.AsyncClient, clerk: httpx.AsyncClient, company: Company, erp: dict[str, Any]
) -> None:
    await company.user("ALAMO\\ana")
    listed = (await keeper.get("/v1/service-accounts")).json()
    assert ([one["name"] for one in listed["items"]], listed["totals"]) == (["ALAMO\\erp"], {"count": 1})
    assert (await keeper.get("/v1/service-accounts", params={"search": "payroll"})).json()["items"] == []
    kinds = {one["name"]: one["kind"] for one in (await clerk.get("/v1/users")).json()["items"]}
    assert kinds == {"ALAMO\\ana": "person", "ALAMO\\erp": "service"}
    assert (await clerk.get("/v1/users", params={"kind": "service"})).json()["totals"] == {"count": 1}


async def test_only_an_administrator_creates_credentials_for_an_account_that_administers_groups(
    client: Client, keeper: httpx.AsyncClient, company: Company, erp: dict[str, Any]
) -> None:
    account = erp["account"]["id"]
    await company.group("Provisioning", Grant(GROUPS, Level.ADMIN), members=(account,))
    path = f"/v1/service-accounts/{account}/credentials"
    refused = await client(KEEPING, user="other").post(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "ADMINISTRATOR_PROTECTED")
    assert (await keeper.post(path)).status_code == 201


async def test_a_service_account_does_not_count_as_the_last_administrator(
    clerk: httpx.AsyncClient, company: Company, erp: dict[str, Any]
) -> None:
    ana = await company.user("ALAMO\\ana", password=PASSWORD)
    group = await company.group("Administrators", Grant(GROUPS, Level.ADMIN), members=(ana, erp["account"]["id"]))
    refused = await clerk.delete(f"/v1/groups/{group}/members/{ana}")
    assert (refused.status_code, refused.json()["code"]) == (409, "LAST_ADMINISTRATOR")


async def test_the_audit_has_the_commands_but_no_secret(
    client: Client, keeper: httpx.AsyncClient, erp: dict[str, Any]
) -> None:
    await ask(client(), "1.wrong")
    await ask(client(), erp["secret"])
    told = (await client(AUDIT, user="auditor").get("/v1/audit")).json()["items"]
    assert [(one["operation"], one["name"], one["status"]) for one in told] == [
        ("POST /v1/tokens/service", "ALAMO\\erp", 200),
        ("POST /v1/tokens/service", "ALAMO\\erp", 401),
        ("POST /v1/service-accounts", "ALAMO\\tester", 201),
    ]
    assert str(erp["secret"]).partition(".")[2] not in json.dumps(told)
