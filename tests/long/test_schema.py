"""For valid and many invalid requests, every answer of the whole suite is one that the OpenAPI document declares."""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.local.suite import Suite
from shared.access.identity import load_private_key
from tests.faults.scene import chosen_seed
from tests.gateway.conftest import sign

EXAMPLES = 25
# uvicorn's answer to requests that never reach the gateway, here with a target of more than 64 KiB.
_NOT_HTTP = "Invalid HTTP request received."
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def operations(suite: Suite) -> Iterator[Any]:
    schema = schemathesis.openapi.from_url(f"{suite.gateway_url}/openapi.json")
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        yield found.ok()


def faults_of(operation: Any, suite: Suite, mode: GenerationMode, number: int) -> list[str]:
    """The faults in the answers to some requests for this operation."""
    key = load_private_key(suite.home.secrets.security_key)
    # The first user is the administrator; the token is valid a minute longer than the whole test may take.
    token = sign(key, sub="1", exp=int(time.time()) + 3_600)
    found: dict[str, str] = {}

    @seed(number)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        answer = case.call(base_url=suite.gateway_url, headers={"authorization": f"Bearer {token}"}, timeout=30)
        if answer.status_code == 429:
            time.sleep(1)
            return
        if answer.text == _NOT_HTTP:
            return
        # Schemathesis takes the schema of a stream, which is text, for that of its events.
        stream = answer.headers.get("content-type", [""])[0].startswith("text/event-stream")
        checks = [check for check in CHECKS if not (stream and check is response_schema_conformance)]
        try:
            case.validate_response(answer, checks=checks)
        except FailureGroup as failures:
            for one in failures.exceptions:
                found.setdefault(
                    f"{type(one).__name__} {answer.status_code}",
                    f"{one}\n{answer.text[:400]}\n{case.as_curl_command()[:600]}",
                )

    # Without parameters and a body there is nothing to get wrong.
    with suppress(Unsatisfiable):
        ask()
    return [f"{operation.label}: {kind}: {words}" for kind, words in found.items()]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "otherwise"])
def test_every_answer_is_declared(suite: Suite, mode: GenerationMode) -> None:
    number = chosen_seed()
    wrong = [fault for operation in operations(suite) for fault in faults_of(operation, suite, mode, number)]
    assert wrong == [], "\n\n".join([f"RATEBOOK_SEED={number}", *wrong])
