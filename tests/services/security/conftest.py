"""The security service in this process, with the features of a small suite, and callers of every kind."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from pydantic import SecretStr

from services.security.actions import groups, passwords, users
from services.security.main import create_app
from services.security.records.grants import GrantEntry
from services.security.records.groups import GroupDraft
from services.security.records.users import UserDraft
from services.security.rules.features import Features, features_of
from services.security.rules.tokens import TokenKeys, token_keys
from services.security.settings import Settings
from shared.access.grants import Grant, Level
from shared.access.identity import public_jwks
from shared.database.pool import Database
from tests.conftest import client_of

SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
GIVEN = "set by an administrator"

_QUICK = PasswordHasher.from_parameters(CHEAPEST)
_QUICK_NOBODYS = _QUICK.hash(b"nobody's")

ADMINISTRATION = (Grant("security.users", Level.ADMIN), Grant("security.groups", Level.ADMIN))


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes argon2id work less, because tests hash hundreds of passwords."""
    monkeypatch.setattr(passwords, "_HASHER", _QUICK)
    monkeypatch.setattr(passwords, "_NOBODYS", _QUICK_NOBODYS)


def operation(feature: str, level: str) -> dict[str, str]:
    return {"summary": f"{level} it", "x-feature": feature, "x-access-level": level, "x-label": f"The {feature}"}


DOCUMENTS = {
    "rating": {
        "paths": {
            "/v1/orders": {"get": operation("rating.orders", "view"), "post": operation("rating.orders", "edit")},
            "/v1/exports": {"post": operation("rating.export", "approve")},
        }
    },
    "receivables": {"paths": {"/v1/invoices": {"get": operation("receivables.invoices", "view")}}},
    "security": {
        "paths": {
            "/v1/tokens": {"post": {"summary": "Log in", "x-access-level": "public"}},
            "/v1/users": {"get": operation("security.users", "view")},
            "/v1/groups": {"get": operation("security.groups", "view"), "post": operation("security.groups", "admin")},
        }
    },
}


@pytest.fixture
def features() -> Features:
    return features_of(DOCUMENTS)


@pytest.fixture
def keys() -> TokenKeys:
    return token_keys(SEED)


@cache
def application(gateway_keys: str) -> tuple[FastAPI, dict[str, Any]]:
    """The service, built once, and the state that it begins with: building it takes longer than most tests."""
    settings = Settings(
        database_url=SecretStr("postgresql://127.0.0.1:1/none"),
        NATS_URL=SecretStr("nats://localhost"),
        gateway_keys=gateway_keys,
        signing_key=SecretStr(SEED),
    )
    made = create_app(settings)
    return made, dict(made.state._state)


@pytest.fixture
def app(security_database: Database, gateway_key: Ed25519PrivateKey, features: Features) -> FastAPI:
    """The service as just started, with the database of the test."""
    made, state = application(public_jwks([gateway_key]))
    of_test = {"database": security_database, "features": features, "crowd": asyncio.Lock()}
    for name, value in {**state, **of_test}.items():
        setattr(made.state, name, value)
    return made


Client = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def client(app: FastAPI, identity: Callable[..., dict[str, str]]) -> AsyncIterator[Client]:
    """Makes clients: `client()` is anonymous, `client(Grant(...), user=7)` is user 7 with these grants."""
    made: list[httpx.AsyncClient] = []

    def make(*grants: Grant, user: int | str | None = None) -> httpx.AsyncClient:
        known = grants or user is not None
        headers = identity("security", *grants, subject=str(user or "gateway")) if known else None
        made.append(client_of(app, headers))
        return made[-1]

    yield make
    for one in made:
        await one.aclose()


@pytest.fixture
def clerk(client: Client) -> httpx.AsyncClient:
    """A user who may administer users and groups and is in no group."""
    return client(*ADMINISTRATION, user="clerk")


@dataclass(frozen=True)
class Company:
    """Creates what a test needs with the service's own actions."""

    database: Database
    features: Features

    async def user(self, name: str, *, active: bool = True, password: str | None = None) -> int:
        async with self.database.transaction() as session:
            draft = UserDraft(name=name, display_name=name.split("\\")[1].title(), active=active)
            user = await users.create_user(session, draft, NOON)
            if password is not None:
                await users.set_password(
                    session, user.id, SecretStr(password), must_change=False, by_administrator=True, now=NOON
                )
        return user.id

    async def group(self, name: str, *grants: Grant, members: tuple[int, ...] = ()) -> int:
        async with self.database.transaction() as session:
            draft = GroupDraft(name=name, grants=tuple(map(GrantEntry.of, grants)))
            group = await groups.create_group(session, draft, self.features, NOON)
            for user_id in members:
                await groups.add_member(session, group.id, user_id, changer_id=None)
        return group.id


@pytest.fixture
def company(app: FastAPI, features: Features) -> Company:
    return Company(app.state.database, features)
