"""Logging in, refreshing and logging out over HTTP."""

import asyncio

import httpx
import jwt
import pytest
from jwt import PyJWKSet

from tests.services.security.conftest import PASSWORD, Client, Company


@pytest.fixture
async def ana(company: Company) -> int:
    return await company.user("ALAMO\\ana", password=PASSWORD)


@pytest.fixture
def nobody(client: Client) -> httpx.AsyncClient:
    return client()


async def log_in(caller: httpx.AsyncClient, user: str = "ALAMO\\ana", password: str = PASSWORD) -> httpx.Response:
    return await caller.post("/v1/tokens", json={"user": user, "password": password})


async def refresh(caller: httpx.AsyncClient, token: str) -> httpx.Response:
    return await caller.post("/v1/tokens/refresh", json={"refresh_token": token})


async def test_a_log_in_gives_a_token_that_is_valid_for_the_published_keys(nobody: httpx.AsyncClient, ana: int) -> None:
    answer = await log_in(nobody)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 300)
    published = await nobody.get("/v1/jwks")
    assert "d" not in published.json()["keys"][0]
    keys = PyJWKSet.from_dict(published.json())
    kid = jwt.get_unverified_header(tokens["access_token"])["kid"]
    claims = jwt.decode(
        tokens["access_token"],
        keys[kid],
        algorithms=["EdDSA"],
        audience="ratebook-gateway",
        issuer="ratebook-security",
        options={"require": ["exp", "iat", "jti", "sub", "sid", "name"]},
    )
    assert (claims["sub"], claims["name"]) == (str(ana), "ALAMO\\ana")
    assert claims["exp"] - claims["iat"] == 300


async def test_all_failed_log_ins_look_the_same(nobody: httpx.AsyncClient, company: Company, ana: int) -> None:
    await company.user("ALAMO\\ben", active=False, password=PASSWORD)
    await company.user("ALAMO\\eve")
    answers = [
        await log_in(nobody, "ALAMO\\ana", "wrong"),
        await log_in(nobody, "ALAMO\\nobody", PASSWORD),
        await log_in(nobody, "not a name", PASSWORD),
        await log_in(nobody, "ALAMO\\ben", PASSWORD),
        await log_in(nobody, "ALAMO\\eve", PASSWORD),
        await refresh(nobody, "never given out"),
    ]
    bodies = [{**answer.json(), "request_id": None} for answer in answers]
    assert all(body == bodies[0] for body in bodies)
    assert (bodies[0]["status"], bodies[0]["code"]) == (401, "LOGIN_REFUSED")
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"user": "ALAMO\\ana"},
        {"user": "ALAMO\\ana", "password": None},
        {"user": 7, "password": PASSWORD},
        {"user": "ALAMO\\ana", "password": "x" * 1001},
        {"user": "x" * 1001, "password": PASSWORD},
        {"user": "ALAMO\\ana", "password": PASSWORD, "admin": True},
        [],
    ],
)
async def test_an_invalid_body_is_refused(nobody: httpx.AsyncClient, body: object) -> None:
    answer = await nobody.post("/v1/tokens", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
    assert PASSWORD not in answer.text


async def test_refreshing_gives_the_next_tokens_and_repeating_gives_them_again(
    nobody: httpx.AsyncClient, ana: int
) -> None:
    first = (await log_in(nobody)).json()
    second, again = await asyncio.gather(*(refresh(nobody, first["refresh_token"]) for _ in range(2)))
    assert (second.status_code, again.status_code) == (200, 200)
    assert second.json()["refresh_token"] == again.json()["refresh_token"] != first["refresh_token"]
    assert second.json()["access_token"] != again.json()["access_token"]


async def test_reusing_a_token_ends_the_session_although_the_answer_is_401(nobody: httpx.AsyncClient, ana: int) -> None:
    first = (await log_in(nobody)).json()["refresh_token"]
    second = (await refresh(nobody, first)).json()["refresh_token"]
    third = (await refresh(nobody, second)).json()["refresh_token"]
    reused = await refresh(nobody, first)
    assert (reused.status_code, reused.json()["code"]) == (401, "LOGIN_REFUSED")
    assert (await refresh(nobody, third)).status_code == 401


async def test_logging_out_ends_the_session(nobody: httpx.AsyncClient, client: Client, ana: int) -> None:
    token = (await log_in(nobody)).json()["refresh_token"]
    body = {"refresh_token": token}
    assert (await nobody.post("/v1/tokens/revoke", json=body)).status_code == 401
    other = await client(user=ana + 1).post("/v1/tokens/revoke", json=body)
    assert (other.status_code, other.json()["code"]) == (404, "NOT_FOUND")
    for _ in range(2):
        assert (await client(user=ana).post("/v1/tokens/revoke", json=body)).status_code == 204
    assert (await refresh(nobody, token)).status_code == 401
