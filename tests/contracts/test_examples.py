"""Every body, answer and refusal of the OpenAPI documents has an example, which is valid and keeps no secret."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.documents.examples import KEPT, MOMENT, MOST_CHARACTERS, Exchange, Validity, better, choose, normal, places
from gateway.documents import OWN_REFUSALS
from gateway.routes import SERVICES, load_documents

DOCUMENTS = {service: dict(document) for service, document in load_documents().items()}
RARE = {"NOTHING_TO_CHARGE", "NOT_FROM_RATING", "PREBILL_NOT_IN_TABLE", "ROLLUP_TOO_LARGE"}
"""Codes that no test gets as an answer, only from a rule; an example is not made up."""

_SECRET = re.compile(r"(?i)password|secret|(access|refresh|id)_token$")


def values_of(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Each value in an example that is no object and no list, with the name of its field."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from values_of(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from values_of(inner, name)
    else:
        yield name, value


@pytest.mark.parametrize("service", SERVICES)
def test_every_body_and_answer_has_a_valid_example(service: str) -> None:
    valid = Validity(DOCUMENTS[service])
    found = list(places(DOCUMENTS[service]))
    assert len(found) > 40
    assert [f"{place.operation} {place.status}" for place in found if "example" not in place.content] == []
    faults = [(place.operation, valid.fault(place.schema, place.content["example"])) for place in found]
    assert [fault for fault in faults if fault[1] is not None] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_refusal_has_an_example_for_each_of_its_codes(service: str) -> None:
    components = DOCUMENTS[service]["components"]
    valid = Validity(DOCUMENTS[service])
    for name, answer in components["responses"].items():
        (content,) = answer["content"].values()
        assert set(name.split(".")) - content["examples"].keys() <= RARE
        assert {one["$ref"] for one in content["examples"].values()} <= {
            f"#/components/examples/{code}" for code in components["examples"]
        }
    for code, example in components["examples"].items():
        assert example["value"]["code"] == code
        assert valid.fault({"$ref": "#/components/schemas/Problem"}, example["value"]) is None


def test_the_refusals_of_the_gateway_have_examples() -> None:
    codes = {code for answer in OWN_REFUSALS.values() for code in answer["description"].split(", ")}
    kept = json.loads((KEPT / "gateway.json").read_text())["refusals"]
    assert {code: answer["code"] for code, answer in kept.items()} == {code: code for code in codes}


@pytest.mark.parametrize("service", [*SERVICES, "gateway"])
def test_no_example_has_a_secret_an_address_or_much_text(service: str) -> None:
    kept = json.loads((KEPT / f"{service}.json").read_text())
    shown = list(values_of(kept))
    assert {value for name, value in shown if _SECRET.search(name) and isinstance(value, str)} <= {"…", MOMENT}
    texts = " ".join(str(value) for _, value in shown)
    assert re.findall(r"eyJ\w{20,}|127\.0\.0\.1|BEGIN \w+ KEY", texts) == []
    assert set(re.findall(r"[\w.+-]+@[\w.-]+", texts)) <= {"accounts@example.com"}
    long = [
        name
        for name, one in kept.get("operations", {}).items()
        for body in one.values()
        if len(json.dumps(body)) > 4 * MOST_CHARACTERS
    ]
    assert long == []


def test_a_valid_example_stays_and_another_is_replaced() -> None:
    schema = {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]}
    content = {"application/json": {"schema": schema}}
    operation = {"operationId": "read_branch", "responses": {"200": {"content": content}}}
    document = {"paths": {"/v1/branches": {"get": operation}}, "components": {"responses": {}}}
    collected = {"read_branch 200": [Exchange.of(None, {"code": "SAT"})]}
    for old, chosen in (({"code": "MIA"}, "MIA"), ({"code": 7}, "SAT"), ({}, "SAT")):
        found = choose(document, collected, {"operations": {"read_branch": {"200": old}}})
        assert found["operations"]["read_branch"]["200"] == {"code": chosen}


def test_a_plain_whole_and_full_exchange_is_the_better_example() -> None:
    plain = Exchange.of({"number": "W1"}, {"number": "W1", "lines": [{"amount": "2.00"}]})
    less = Exchange.of(None, {"number": "W1", "lines": []})
    cut = Exchange.of({"number": "W1"}, {"number": "W1", "branches": ["SAT", "MIA"], "lines": [{"amount": "2.00"}]})
    page = Exchange.of(None, {"items": [{"number": "W1", "total": "3.00"}, {"number": "W2"}], "totals": {"count": 2}})
    odd = Exchange.of({"number": "Ｗ１"}, {"number": "Ｗ１", "lines": [{"amount": "2.00", "name": "more"}]})
    assert sorted([odd, cut, less, plain], key=better) == [plain, less, cut, odd]
    assert page.answer["items"] == [{"number": "W1", "total": "3.00"}]
    assert (cut.cut, page.cut) == (True, False)


def test_what_differs_from_run_to_run_is_the_same_in_examples() -> None:
    told = {
        "id": 7,
        "run_id": 8_812_345_678_901,
        "at": "2026-12-01T02:03:04.567+00:00",
        "to": "bill@alamo.test",
        "password": "a good one",
        "items": [{"key": "0d6f1a52-6a5b-4b0e-9d8e-0f3d1c2b4a59"}, {"key": "another"}],
    }
    assert normal(told) == {
        "id": 7,
        "run_id": 4711,
        "at": "2026-11-20T15:04:05Z",
        "to": "accounts@example.com",
        "password": "…",
        "items": [{"key": "3f2b8c1e-9d4a-4c6b-8f0e-1a2b3c4d5e6f"}],
    }
