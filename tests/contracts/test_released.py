"""Which changes of the API break clients of the last release: each is named, and none is made unnoticed."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from deploy.documents.released import broken, promises_of, read_released, released_text
from gateway.routes import SERVICES, load_documents

ACCEPTED: dict[str, str] = {}
"""Changes that break clients on purpose, each with its line under **Breaking** in CHANGELOG.md. Empty after a release."""

REFERENCE = "#/components/schemas/"
SMALL: dict[str, Any] = {
    "paths": {
        "/v1/branches": {
            "get": {
                "parameters": [{"in": "query", "name": "status", "schema": {"enum": ["open", "closed"]}}],
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": f"{REFERENCE}Branch"}}}}},
            },
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": f"{REFERENCE}NewBranch"}}}},
                "responses": {"201": {"content": {"application/json": {"schema": {"$ref": f"{REFERENCE}Branch"}}}}},
            },
        }
    },
    "components": {
        "schemas": {
            "Branch": {
                "properties": {"code": {"type": "string"}, "state": {"enum": ["active", "retired"]}},
                "required": ["code", "state"],
            },
            "NewBranch": {
                "properties": {"code": {"type": "string"}, "kind": {"anyOf": [{"enum": ["a", "b"]}, {"type": "null"}]}},
                "required": ["code"],
            },
        }
    },
}


def rename(paths: dict[str, Any], schemas: dict[str, Any], name: str, name_now: str) -> dict[str, Any]:
    """Gives a schema another name, also where it is used, and returns it."""
    text = json.dumps(paths).replace(f'"{REFERENCE}{name}"', f'"{REFERENCE}{name_now}"')
    paths.update(json.loads(text))
    schemas[name_now] = schemas.pop(name)
    renamed: dict[str, Any] = schemas[name_now]
    return renamed


Change = Callable[[dict[str, Any], dict[str, Any]], object]
CHANGES: list[tuple[Change, list[str]]] = [
    (lambda paths, _: paths["/v1/branches"].pop("post"), ["POST /v1/branches is gone"]),
    (lambda paths, _: paths["/v1/branches"]["get"].pop("parameters"), ["GET /v1/branches no longer has query status"]),
    (
        lambda paths, _: paths["/v1/branches"]["get"]["parameters"][0]["schema"]["enum"].pop(),
        ['GET /v1/branches query status no longer takes "closed"'],
    ),
    (
        lambda paths, _: paths["/v1/branches"]["get"]["parameters"][0].update(required=True),
        ["GET /v1/branches now requires query status"],
    ),
    (lambda paths, _: paths["/v1/branches"]["get"]["responses"].pop("200"), ["GET /v1/branches no longer answers 200"]),
    (lambda _, schemas: schemas["Branch"]["properties"].pop("state"), ["Branch no longer has state"]),
    (lambda _, schemas: schemas["Branch"]["required"].pop(), ["Branch.state may now be missing"]),
    (
        lambda _, schemas: schemas["Branch"]["properties"].update(code={"type": "integer"}),
        ["Branch.code may now be integer"],
    ),
    (lambda _, schemas: schemas["NewBranch"]["required"].append("kind"), ["NewBranch now requires kind"]),
    (lambda _, schemas: schemas["NewBranch"]["properties"].pop("kind"), ["NewBranch no longer has kind"]),
    (
        lambda _, schemas: schemas["NewBranch"]["properties"]["kind"]["anyOf"][0]["enum"].pop(),
        ['NewBranch.kind no longer takes "b"'],
    ),
    (
        lambda _, schemas: schemas["NewBranch"]["properties"]["kind"]["anyOf"].pop(),
        ["NewBranch.kind no longer takes null"],
    ),
    (lambda paths, schemas: rename(paths, schemas, "NewBranch", "BranchInput"), ["NewBranch is now BranchInput"]),
    (
        lambda paths, schemas: rename(paths, schemas, "Branch", "BranchRead")["required"].pop(),
        ["Branch is now BranchRead", "Branch.state may now be missing"],
    ),
    # What clients do not notice: more of everything, and enumerations that become longer.
    (lambda _, schemas: schemas["Branch"]["properties"].update(name={"type": "string"}), []),
    (lambda _, schemas: schemas["Branch"]["properties"]["state"]["enum"].append("planned"), []),
    (lambda _, schemas: schemas["NewBranch"]["properties"].update(name={"type": "string"}), []),
]


@pytest.mark.parametrize("service", SERVICES)
def test_clients_of_the_last_release_still_work(service: str) -> None:
    found = set(broken(read_released(service), promises_of(load_documents()[service])))
    assert sorted(found - ACCEPTED.keys()) == [], "keep the old way, or add the change to ACCEPTED and to the changelog"


def test_every_accepted_change_was_made() -> None:
    documents = load_documents()
    found = {one for service in SERVICES for one in broken(read_released(service), promises_of(documents[service]))}
    assert found >= ACCEPTED.keys()


def test_every_change_that_breaks_a_client_is_named() -> None:
    before = promises_of(SMALL)
    assert list(broken(before, before)) == []
    for change, expected in CHANGES:
        changed = copy.deepcopy(SMALL)
        change(changed["paths"], changed["components"]["schemas"])
        assert list(broken(before, promises_of(changed))) == expected


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_kept_of_a_release_is_small_and_without_words(service: str) -> None:
    text = released_text(load_documents()[service])
    assert '"description": "' not in text
    assert len(text) < 250_000
