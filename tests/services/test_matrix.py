"""Every operation × every level × every kind of identity, without the gateway: each service authorizes requests itself.

A refused request must not reach the database: PostgreSQL counts the statements.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from shared.access.grants import Grant, Level, Principal
from shared.access.identity import HEADER, ISSUER, grants_to_claim, key_id, sign_identity
from shared.database.pool import Database
from tests.fixtures.alone import running
from tests.fixtures.asgi import Header, ask
from tests.fixtures.operations import LEVELS, Declared, declared_operations

# Without a cookie there is nothing to exchange, so the operation itself refuses.
REFUSES_ITSELF = {"POST /api/v1/security/cookies/refresh"}
IDENTITIES = ("no", "expired", "for another service", "sound")


@dataclass(frozen=True)
class Case:
    """`level` is the caller's level of the operation's feature; for all other features it is admin."""

    operation: Declared
    level: str
    identity: str

    def __str__(self) -> str:
        return f"{self.operation.name} with {self.level} and {self.identity} identity"

    @property
    def passes(self) -> bool:
        if self.operation.level == "public":
            return True
        return self.identity == "sound" and self.operation.allows(self.level)

    @property
    def refusal(self) -> int:
        return 403 if self.identity == "sound" else 401


def cases_of(service: str) -> list[Case]:
    return [
        Case(operation, level, identity)
        for operation in declared_operations(service)
        for level in LEVELS
        for identity in IDENTITIES
    ]


class Identities:
    """Identities that the gateway would sign, and others that it never would."""

    def __init__(self, key: Ed25519PrivateKey, service: str):
        self._key = key
        self._service = service
        self._features = sorted({one.feature for one in declared_operations(service) if one.feature})
        self.headers = cache(self._headers)

    def _headers(self, feature: str | None, level: str, kind: str) -> tuple[Header, ...]:
        if kind == "no":
            return ()
        own = [Grant(feature, Level.of(level))] if feature else []
        grants = (*own, *(Grant(other, Level.ADMIN) for other in self._features if other != feature))
        principal = Principal("7", "ALAMO\\tester", grants)
        match kind:
            case "expired":
                token = self._expired(principal)
            case "for another service":
                token = sign_identity(self._key, principal, "gateway")
            case _:
                token = sign_identity(self._key, principal, self._service)
        return ((HEADER.encode(), token.encode()),)

    def _expired(self, principal: Principal) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": self._service,
            "sub": principal.subject,
            "name": principal.name,
            "iat": now - 61,
            "exp": now - 1,
            "grants": grants_to_claim(principal.grants),
        }
        head = {"kid": key_id(self._key), "typ": "ratebook-identity+jwt"}
        return jwt.encode(claims, self._key, "EdDSA", headers=head)


@pytest.fixture
def database(service: str, request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(f"{service}_database")
    return found


@pytest.mark.parametrize("service", ["rating", "receivables", "security"])
async def test_every_operation_admits_exactly_the_callers_it_declares(
    service: str, database: Database, gateway_key: Ed25519PrivateKey, count_statements: Callable[..., Any]
) -> None:
    identities = Identities(gateway_key, service)
    cases = cases_of(service)
    otherwise: dict[str, int] = {}

    async def ask_for(app: FastAPI, case: Case) -> int:
        headers = identities.headers(case.operation.feature, case.level, case.identity)
        # A stream of what was started here would not end: no jobs run.
        record = "999" if "text/event-stream" in case.operation.answers.get("200", {}).get("content", {}) else "1"
        return await ask(app, case.operation.method, case.operation.path(record), "", list(headers))

    async with running(service, database, gateway_key) as app:
        async with count_statements(database) as statements:
            for case in cases:
                if not case.passes:
                    status = await ask_for(app, case)
                    if status != case.refusal:
                        otherwise[str(case)] = status
        assert otherwise == {}
        assert statements.count == 0
        async with count_statements(database) as statements:
            for case in cases:
                # An operation that needs no identity need not be tested with every kind of identity.
                if case.passes and case.identity == "sound" and case.operation.name not in REFUSES_ITSELF:
                    status = await ask_for(app, case)
                    # An operation that needs no identity may read cookies itself and refuse without one.
                    if status in ({403} if case.operation.level == "public" else {401, 403}) or status >= 500:
                        otherwise[str(case)] = status
        assert otherwise == {}
        assert statements.count > len(declared_operations(service)) / 2
