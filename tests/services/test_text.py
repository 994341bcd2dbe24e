"""The null character, which PostgreSQL cannot store, and other extreme values in every parameter of every operation.

They are refused, and never a failure of the service.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.access.grants import Grant, Level, Principal
from shared.access.identity import HEADER, sign_identity
from shared.database.pool import Database
from tests.fixtures.alone import running
from tests.fixtures.operations import Declared, declared_operations, schemas_of

SERVICES = ("rating", "receivables", "security")
EXTREME = {
    "huge number": "9" * 30,
    "beyond bigint": str(2**63),
    "negative": str(-(2**63) - 1),
    "thousands of digits": "9" * 5_000,
    "scientific": "1e1000000",
    "not a number": "NaN",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "before the first moment": "0001-01-01T00:00:00+23:59",
    "after the last moment": "9999-12-31T23:59:59-23:59",
    "first month": "0000-01",
    "last month": "9999-12",
    "long": "x" * 10_000,
    "nested cursor": "W1tbW1tb" * 1_300,
    "wildcards": "%_\\" * 500,
    "control": "\x01\x1f\x7f\ufeff\u202e",
    "not UTF-8": "\udcff",
    "empty": "",
}

ALWAYS = {"huge number", "first day"}
"""These are tried by `make test`, the others by `make test-long`."""


@pytest.fixture
def database(service: str, request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(f"{service}_database")
    return found


def identity(key: Ed25519PrivateKey, service: str) -> dict[str, str]:
    features = sorted({one.feature for one in declared_operations(service) if one.feature})
    grants = [Grant(feature, Level.ADMIN) for feature in features]
    return {HEADER: sign_identity(key, Principal("7", "ALAMO\\tester", tuple(grants)), service)}


@asynccontextmanager
async def caller_of(service: str, database: Database, key: Ed25519PrivateKey) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a running service, which may do everything there."""
    async with running(service, database, key) as app:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://service", headers=identity(key, service)
        ) as client:
            yield client


def resolved(schema: dict[str, Any], service: str) -> dict[str, Any]:
    """The schema itself, or the first real type of a choice."""
    if "$ref" in schema:
        return resolved(schemas_of(service)[schema["$ref"].rsplit("/", 1)[1]], service)
    for choice in ("anyOf", "oneOf"):
        for one in schema.get(choice, ()):
            if one.get("type") != "null":
                return resolved(one, service)
    return schema


def poisoned(
    schema: dict[str, Any], service: str, value: object, pointer: str = "", *, only: str | None = None
) -> Iterator[tuple[str, Any]]:
    """Every pointer to a text in a body, with a body that has `value` there and nothing else.

    With `only`, those to a text of this format.
    """
    real = resolved(schema, service)
    match real.get("type"):
        case "object" if "properties" in real:
            for name, described in real["properties"].items():
                for place, body in poisoned(described, service, value, f"{pointer}/{name}", only=only):
                    yield place, {name: body}
        case "object" if only is None:
            yield f"{pointer}/a", {"a": value}
        case "array":
            for place, body in poisoned(real["items"], service, value, f"{pointer}/0", only=only):
                yield place, [body]
        case _ if only is None or real.get("format") == only:
            # Numbers and dates may be sent as texts too.
            yield pointer, value


def headers_of(operation: Declared) -> dict[str, str]:
    return {"idempotency-key": "k", "if-match": '"1"'} if operation.method != "GET" else {}


def parameters(operation: Declared, place: str) -> list[str]:
    return [one["name"] for one in operation.parameters if one["in"] == place]


@pytest.mark.parametrize("service", SERVICES)
async def test_a_null_character_is_refused_with_its_place_by_every_operation(
    service: str, database: Database, gateway_key: Ed25519PrivateKey
) -> None:
    otherwise: dict[str, object] = {}
    tried = 0

    async def refused(operation: Declared, path: str, place: str, **sent: Any) -> None:
        nonlocal tried
        tried += 1
        answer = await client.request(operation.method, path, **sent)
        if answer.status_code != 422 or place not in {one["pointer"] for one in answer.json()["errors"]}:
            otherwise[f"{operation.name} with {place}"] = (answer.status_code, answer.text[:200])

    async with caller_of(service, database, gateway_key) as client:
        for operation in declared_operations(service):
            headers = headers_of(operation)
            for name in parameters(operation, "path"):
                path = operation.template.replace(f"{{{name}}}", "a%00b")
                await refused(operation, filled(path), f"path {name}", headers=headers)
            for name in parameters(operation, "query"):
                query = f"{operation.path()}?{name}=a%00b"
                await refused(operation, query, f"query {name}", headers=headers)
            for place, body in poisoned(operation.body, service, "a\0b") if operation.body else ():
                await refused(operation, operation.path(), place, headers=headers, json=body)
    assert not otherwise, "\n".join(f"{asked}: {got}" for asked, got in otherwise.items())
    assert tried > len(declared_operations(service))


@pytest.mark.parametrize("service", SERVICES)
async def test_a_date_out_of_range_or_sent_as_a_number_is_refused_by_every_operation_with_its_place(
    service: str, database: Database, gateway_key: Ed25519PrivateKey
) -> None:
    otherwise: dict[str, object] = {}
    tried = 0
    wrong = {"1989-12-31": "between", "2101-01-01": "between", "1767225600": "a date", 1767225600: "a date"}

    async def refused(operation: Declared, path: str, place: str, words: str, **sent: Any) -> None:
        nonlocal tried
        tried += 1
        answer = await client.request(operation.method, path, headers=headers_of(operation), **sent)
        faults = {one["pointer"]: one["detail"] for one in answer.json()["errors"]} if answer.is_error else {}
        if answer.status_code == 404 and "/batches/" in path:
            # The batch is looked up first; tests of entries have one.
            return
        if answer.status_code != 422 or f"must be {words}" not in faults.get(place, ""):
            otherwise[f"{operation.name} with {place} {path} {sent}"] = (answer.status_code, answer.text[:200])

    async with caller_of(service, database, gateway_key) as client:
        for operation in declared_operations(service):
            for one in operation.parameters:
                if one["in"] == "query" and resolved(one["schema"], service).get("format") == "date":
                    for value, words in wrong.items():
                        query = f"{operation.path()}?{one['name']}={value}"
                        await refused(operation, query, f"query {one['name']}", words)
            for value, words in wrong.items():
                for place, body in poisoned(operation.body or {"type": "null"}, service, value, only="date"):
                    await refused(operation, operation.path(), place, words, json=body)
    assert not otherwise, "\n".join(f"{asked}: {got}" for asked, got in otherwise.items())
    assert tried > {"rating": 100, "receivables": 60, "security": -1}[service]


def filled(path: str) -> str:
    return "/".join("1" if step.startswith("{") else step for step in path.split("/"))


@pytest.mark.parametrize(
    "name", [name if name in ALWAYS else pytest.param(name, marks=pytest.mark.long) for name in EXTREME]
)
@pytest.mark.parametrize("service", SERVICES)
async def test_an_extreme_value_is_never_a_failure_of_the_service(
    service: str, name: str, database: Database, gateway_key: Ed25519PrivateKey
) -> None:
    failed: dict[str, object] = {}
    value = EXTREME[name]
    text = quote(value, safe="", errors="surrogateescape")

    async def ask(operation: Declared, path: str, place: str, **sent: Any) -> None:
        answer = await client.request(operation.method, path, **sent)
        if answer.status_code >= 500 and answer.json()["code"] != "IDENTITY_PROVIDER_AWAY":
            failed[f"{operation.name} with {place}"] = (answer.status_code, answer.text[:200])

    async with caller_of(service, database, gateway_key) as client:
        for operation in declared_operations(service):
            headers = headers_of(operation)
            for one in parameters(operation, "path"):
                path = operation.template.replace(f"{{{one}}}", text)
                await ask(operation, filled(path), f"path {one}", headers=headers)
            for one in parameters(operation, "query"):
                await ask(operation, f"{operation.path()}?{one}={text}", f"query {one}", headers=headers)
            for place, body in poisoned(operation.body, service, value) if operation.body else ():
                content = json.dumps(body).encode()
                sent = {**headers, "content-type": "application/json"}
                await ask(operation, operation.path(), place, headers=sent, content=content)
    assert not failed, "\n".join(f"{asked}: {got}" for asked, got in failed.items())
