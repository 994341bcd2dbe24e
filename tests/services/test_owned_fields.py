"""Nobody can send what the services own: ids, states, versions, users, times, totals, and other fields of answers."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.access.grants import Grant, Level
from shared.database.pool import Database
from tests.conftest import client_of
from tests.fixtures.alone import running
from tests.fixtures.operations import Declared, declared_operations, schemas_of

SERVICES = ("rating", "receivables", "security")
OWNED = frozenset(
    {"id", "status", "version", "revision", "created_by", "created_at", "changed_at", "posted", "posted_by", "posted_at", "requested_by", "booked_by",
     "total", "balance", "open", "number", "subject", "epoch", "is_admin", "scope", "grants", "approved_by", "password_hash"}
)  # fmt: skip
# Clerks do set these: whether a customer may be billed, and the state of a contract or of a billing in another system.
SAID_BY_CLERKS = {
    # The revision that was read, like the ETag of a single order; and what field staff report.
    "rating": {
        ("ChosenOrder", "revision"),
        *((name, field) for name in ("ServiceInput", "ServiceProofInput") for field in ("served_at", "received_by")),
    },
    "receivables": {("Contract", "status"), ("CustomerEntry", "status"), ("CustomerChange", "status"), ("JobBilling", "status"),
                    # Which of its templates a company uses.
                    ("TemplateChoice", "version")},
    # The status of a denial, which only gateways can report.
    "security": {("CountedDenial", "status")},
}  # fmt: skip
# The filters of a report are checked by the list that it names, quantities are named by codes that are checked, and what a
# program keeps for its user is that program's own.
NAMED_MEMBERS = {
    "rating": {
        ("POST /api/v1/rating/reports", "ReportRequest"), ("POST /api/v1/rating/work-orders", "NewWorkOrder"),
        ("PATCH /api/v1/rating/work-orders/{work_order_id}", "WorkOrderChange"),
        ("PUT /api/v1/rating/work-orders/{work_order_id}/proof", "Proof"), ("POST /api/v1/rating/rating-trials", "EnteredOrderInput"),
    },
    "receivables": {("POST /api/v1/receivables/reports", "ReportRequest")},
    "security": {("PUT /api/v1/security/me/preferences/{key}", "PreferenceBody")},
}  # fmt: skip
SENT_BACK = frozenset({"changed_by", "changed_at"})
"""What a record that was read may have when it is sent back; it is left out, and never saved."""


def objects_in(schema: Any, service: str, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields every object in a schema, with the name of its model."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            yield from objects_in(schemas_of(service)[name], service, name)
            return
        if schema.get("type") == "object":
            yield name, schema
        for part in schema.values():
            yield from objects_in(part, service, name)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects_in(part, service, name)


def with_body(service: str) -> list[Declared]:
    return [one for one in declared_operations(service) if one.body is not None]


@pytest.mark.parametrize("service", SERVICES)
def test_no_body_accepts_unknown_members(service: str) -> None:
    assert with_body(service)
    open_ended = {
        (one.name, name)
        for one in with_body(service)
        for name, schema in objects_in(one.body, service)
        if schema.get("additionalProperties") is not False
    }
    assert open_ended == NAMED_MEMBERS.get(service, set())


@pytest.mark.parametrize("service", SERVICES)
def test_no_body_has_a_field_that_the_service_owns(service: str) -> None:
    words = OWNED - {"number", "open", "total", "subject", "grants", "scope"}
    named = {
        (name, member)
        for one in with_body(service)
        for name, schema in objects_in(one.body, service)
        for member in schema.get("properties", {})
        if member in words or member.endswith(("_by", "_at"))
    }
    assert named == SAID_BY_CLERKS.get(service, set())


def members_to_smuggle(operation: Declared) -> set[str]:
    """Fields that the service owns or shows in answers, and that this body does not have."""
    answers = [answer for status, answer in operation.answers.items() if status.startswith("2")]
    shown = {member for _, schema in objects_in(answers, operation.service) for member in schema.get("properties", {})}
    _, body = next(objects_in(operation.body, operation.service))
    members: set[str] = (OWNED | shown) - body["properties"].keys()
    return members


async def enter_a_batch(client: httpx.AsyncClient) -> None:
    """Creates batch 1 with an entry of one line, because operations inside a batch look for the batch first."""
    batch = await client.post("/v1/batches", json={"ar_company": 1, "month": "2026-11"})
    entry = {
        "customer": "S1001",
        "lines": [{"net": "1.00"}],
        "misc_distributions": [{"code": "CITY", "amount": "1.00"}],
    }
    entered = await client.post(f"/v1/batches/{batch.json()['id']}/entries", json=entry)
    assert (batch.json()["id"], entered.status_code, entered.json()["seq"]) == (1, 201, 1), entered.text


@pytest.fixture
def database(service: str, request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(f"{service}_database")
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_fields_that_the_service_owns_are_refused_by_name(
    service: str, database: Database, gateway_key: Ed25519PrivateKey, identity: Callable[..., dict[str, str]]
) -> None:
    features = sorted({one.feature for one in declared_operations(service) if one.feature})
    headers = identity(service, *(Grant(feature, Level.ADMIN) for feature in features))
    taken = {}
    async with running(service, database, gateway_key) as app, client_of(app, headers) as client:
        if service == "receivables":
            await enter_a_batch(client)
        for number, operation in enumerate(with_body(service)):
            members = members_to_smuggle(operation)
            answer = await client.request(
                operation.method,
                operation.path(),
                json=dict.fromkeys(members, 1),
                headers={"idempotency-key": f"smuggled-{number}", "if-match": '"1"'},
            )
            refused = {fault["pointer"][1:] for fault in answer.json().get("errors", ())}
            left = members - refused - SENT_BACK
            if answer.status_code != 422 or left:
                taken[operation.name] = (answer.status_code, left)
    assert taken == {}


def unbounded(schema: Any) -> bool:
    """Whether a schema accepts whole numbers of any size."""
    if isinstance(schema, list):
        return any(unbounded(item) for item in schema)
    if schema.get("type") == "integer":
        return not {"maximum", "enum", "const"} & schema.keys()
    return any(unbounded(schema[name]) for name in ("anyOf", "oneOf", "allOf") if name in schema)


@pytest.mark.parametrize("service", SERVICES)
def test_whole_numbers_have_a_maximum(service: str) -> None:
    """Python accepts any number, but a column does not, so a number that is too large would fail in the service."""
    parameters = {
        (one.name, parameter["name"])
        for one in declared_operations(service)
        for parameter in one.parameters
        if unbounded(parameter["schema"])
    }
    members = {
        (name, member)
        for one in with_body(service)
        for name, schema in objects_in(one.body, service)
        for member, described in schema.get("properties", {}).items()
        if unbounded(described)
    }
    assert parameters | members == set()
