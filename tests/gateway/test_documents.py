"""One OpenAPI document of the whole suite and a page to read it, with nothing loaded from elsewhere."""

import json
from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate

from gateway.documents import suite_document
from gateway.operations import with_own
from gateway.pages import is_built
from gateway.routes import compile_routes, load_documents
from tests.gateway.conftest import Gateway

METHODS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return suite_document(load_documents())


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_the_document_has_exactly_the_operations_of_the_gateway(document: dict[str, Any]) -> None:
    told = {(method.upper(), path) for path, one in document["paths"].items() for method in METHODS & one.keys()}
    assert told == {(route.method, route.path) for route in compile_routes(with_own(load_documents())).routes}


def test_every_reference_is_resolved_and_every_operation_has_a_unique_id(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    named = {part.split('"', 1)[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= document["components"]["schemas"].keys()
    names = [one[method]["operationId"] for one in document["paths"].values() for method in METHODS & one.keys()]
    assert len(names) == len(set(names))


def test_refusals_of_the_gateway_are_declared_for_all_operations(document: dict[str, Any]) -> None:
    operations = [one[method] for one in document["paths"].values() for method in METHODS & one.keys()]
    assert all({"4XX", "5XX"} <= one["responses"].keys() for one in operations)
    failed = document["components"]["responses"]["GATEWAY_FAILED"]["description"]
    assert "502: UPSTREAM_FAILED" in failed
    assert "500: UNEXPECTED" in failed
    assert "404: NOT_FOUND" in document["components"]["responses"]["GATEWAY_REFUSED"]["description"]


def test_a_refusal_is_written_once(document: dict[str, Any]) -> None:
    operations = [one[method] for one in document["paths"].values() for method in METHODS & one.keys()]
    refusals = [answer for one in operations for status, answer in one["responses"].items() if status >= "4"]
    assert [answer for answer in refusals if answer.keys() != {"$ref"}] == []
    named = {answer["$ref"].removeprefix("#/components/responses/") for answer in refusals}
    assert named == document["components"]["responses"].keys()


def test_a_name_of_a_schema_is_its_title_and_means_the_same_in_all_services(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert [name for name, schema in schemas.items() if schema["title"] != name] == []
    documents = load_documents()
    for service, own in documents.items():
        differing = [name for name, schema in own["components"]["schemas"].items() if schemas[name] != schema]
        assert differing == [], f"other services than {service} have other schemas of these names"


def test_public_operations_are_shown_without_a_lock(document: dict[str, Any]) -> None:
    assert "security" not in document["paths"]["/api/v1/security/tokens"]["post"]
    assert document["paths"]["/api/v1/rating/work-orders"]["get"]["security"] == [{"access_token": []}, {"cookie": []}]


def test_what_a_refusal_means_is_served_with_an_etag(gateway: Gateway) -> None:
    answer = httpx.get(f"{gateway.origin}/errors.json")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=300")
    (busy,) = answer.json()["BATCH_BUSY"]
    assert busy == {
        "from": "receivables",
        "status": 409,
        "what_happened": "The batch is being validated or posted.",
        "what_to_do": "Wait until that is done.",
    }
    assert {one["from"] for one in answer.json()["UNKNOWN_REFERENCE"]} == {"rating", "receivables"}
    again = httpx.get(f"{gateway.origin}/errors.json", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_page_loads_everything_from_the_gateway(gateway: Gateway) -> None:
    page = httpx.get(f"{gateway.origin}/docs")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    loaded = [part.split('"', 1)[0] for word in ('src="', 'href="') for part in page.text.split(word)[1:]]
    assert len(loaded) == 4
    for path in [*loaded, "/openapi.json"]:
        answer = httpx.get(f"{gateway.origin}{path}")
        assert (path[0], answer.status_code, bool(answer.content)) == ("/", 200, True)
    begin = httpx.get(gateway.origin)
    assert (begin.status_code, begin.headers["location"]) == (307, "/console/" if is_built() else "/docs")
    assert httpx.get(f"{gateway.origin}/docs/../settings").status_code == 404
    assert httpx.post(f"{gateway.origin}/docs").status_code == 405
