"""Passwords, tokens and keys never appear in representations, logs, answers or errors."""

import logging
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, SecretStr, ValidationError
from sqlalchemy.exc import DBAPIError

from services.security.records.users import User
from services.security.rules.service_accounts import Credential, NewCredential, NewServiceAccount
from services.security.rules.sessions import Shown
from services.security.rules.tokens import TokenKeys, Tokens
from services.security.schemas.service_accounts import AccessTokenRead, ServiceLogInBody
from services.security.schemas.tokens import LogInBody, RefreshTokenBody, TokenRead
from services.security.schemas.users import PasswordBody
from services.security.settings import Settings
from services.security.store.users import Credentials
from shared.database.pool import Database
from shared.database.statements import execute
from tests.services.security.conftest import GIVEN, NOON, PASSWORD, SEED, Client, Company

SECRET = "s3cret-of-the-test"
ERP = User(
    id=8,
    kind="service",
    name="ALAMO\\erp",
    display_name="Ledger",
    has_password=False,
    password_changed_at=None,
    revision=1,
    created_at=NOON,
)


@pytest.mark.parametrize(
    "holder",
    [
        LogInBody(user="ALAMO\\ana", password=SecretStr(SECRET)),
        RefreshTokenBody(refresh_token=SecretStr(SECRET)),
        PasswordBody(password=SecretStr(SECRET)),
        TokenRead(access_token=SECRET, refresh_token=SECRET, expires_in=300),
        Tokens(SECRET, SECRET, 300),
        Credentials(7, SECRET, must_change=False),
        ServiceLogInBody(account="ALAMO\\erp", secret=SecretStr(SECRET)),
        AccessTokenRead(access_token=SECRET, expires_in=300),
        NewCredential(Credential(1, NOON, None, None), SECRET),
        NewServiceAccount(Credential(1, NOON, None, None), SECRET, ERP),
        Shown(1, 7, "ALAMO\\ana", True, NOON + timedelta(hours=1), None, None, SECRET.encode()),
    ],
)
def test_values_with_a_secret_do_not_show_it(holder: BaseModel | Tokens) -> None:
    assert SECRET not in repr(holder)
    assert SECRET not in str(holder)


def test_keys_do_not_show_themselves(keys: TokenKeys) -> None:
    assert repr(keys) == "TokenKeys()"


def test_errors_in_settings_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECURITY_DATABASE_URL", f"postgresql://runtime:{SECRET}@localhost/security")
    monkeypatch.setenv("NATS_URL", f"nats://security:{SECRET}@localhost")
    monkeypatch.setenv("SECURITY_SIGNING_KEY", SEED)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "gateway_keys" in str(refused.value)
    assert SECRET not in str(refused.value)
    assert SEED not in str(refused.value)
    monkeypatch.setenv("SECURITY_GATEWAY_KEYS", '{"keys": []}')
    settings = Settings()
    assert SECRET not in repr(settings)
    assert SEED not in repr(settings)


@pytest.mark.parametrize(
    "seed", ["", "x" * 64, SEED[:-2], SEED + "00", SECRET, f"{SEED},", f"{SEED},x", f"{SEED},{SEED}"]
)
def test_an_invalid_signing_key_prevents_the_start(monkeypatch: pytest.MonkeyPatch, seed: str) -> None:
    monkeypatch.setenv("SECURITY_DATABASE_URL", "postgresql://localhost/security")
    monkeypatch.setenv("NATS_URL", "nats://localhost")
    monkeypatch.setenv("SECURITY_GATEWAY_KEYS", '{"keys": []}')
    monkeypatch.setenv("SECURITY_SIGNING_KEY", seed)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "signing_key" in str(refused.value)
    assert not seed or seed not in str(refused.value)


async def test_passwords_and_tokens_never_appear_in_the_log(
    clerk: httpx.AsyncClient, client: Client, company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ana = await company.user("ALAMO\\ana")
    answers = [await clerk.put(f"/v1/users/{ana}/password", json={"password": GIVEN})]
    body = {"user": "ALAMO\\ana", "password": GIVEN, "new_password": PASSWORD}
    answers.append(await client().post("/v1/tokens", json={"user": "ALAMO\\ana", "password": GIVEN}))
    answers.append(await client().post("/v1/passwords", json={**body, "new_password": GIVEN}))
    answers.append(await client().post("/v1/passwords", json={**body, "again": PASSWORD}))
    answers.append(await client().post("/v1/passwords", json=body))
    answers.append(await clerk.put(f"/v1/users/{ana}/password", json={"password": PASSWORD, "again": PASSWORD}))
    log_in = await client().post("/v1/tokens", json={"user": "ALAMO\\ana", "password": PASSWORD})
    first = log_in.json()["refresh_token"]
    answers.append(await client().post("/v1/tokens", json={"user": "ALAMO\\ana", "password": [PASSWORD]}))
    second = (await client().post("/v1/tokens/refresh", json={"refresh_token": first})).json()["refresh_token"]
    third = (await client().post("/v1/tokens/refresh", json={"refresh_token": second})).json()["refresh_token"]
    answers.append(await client().post("/v1/tokens/refresh", json={"refresh_token": first}))
    answers.append(await client(user=ana).post("/v1/tokens/revoke", json={"refresh_token": third, "x": third}))
    told = caplog.text + "".join(answer.text for answer in answers)
    assert "used twice" in told
    for secret in (PASSWORD, GIVEN, first, second, third, log_in.json()["access_token"], SEED, "$argon2id"):
        assert secret not in told


async def test_a_database_error_shows_no_parameters(app: FastAPI) -> None:
    database: Database = app.state.database
    with pytest.raises(DBAPIError) as failed:
        async with database.transaction() as session:
            await execute(session, "UPDATE no_such_table SET password_hash = :password_hash", password_hash=SECRET)
    assert SECRET not in str(failed.value)


async def test_no_answer_shows_a_password_hash(clerk: httpx.AsyncClient, company: Company) -> None:
    ana = await company.user("ALAMO\\ana", password=PASSWORD)
    for accept in ("application/json", "text/csv"):
        listed = await clerk.get("/v1/users", headers={"accept": accept})
        assert "argon2" not in listed.text
    assert "argon2" not in (await clerk.get(f"/v1/users/{ana}")).text
