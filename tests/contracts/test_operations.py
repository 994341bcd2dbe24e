"""The OpenAPI documents say of every operation what a caller needs to know."""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.routes import load_documents
from shared.access.labels import FEATURES
from shared.http.openapi import read_words

DOCUMENTS = load_documents()


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for service, document in DOCUMENTS.items():
        for path, described in document["paths"].items():
            for method, operation in described.items():
                yield f"{method.upper()} {path} of {service}", operation


OPERATIONS = dict(operations())


def refuses(operation: dict[str, Any], code: str) -> bool:
    names = [answer.get("$ref", "").rpartition("/")[2] for answer in operation["responses"].values()]
    return any(code in name.split(".") for name in names)


def parameter(operation: dict[str, Any], name: str) -> dict[str, Any] | None:
    return next((one for one in operation.get("parameters", ()) if one["name"] == name), None)


def test_every_operation_has_an_id_a_summary_and_a_description() -> None:
    assert len(OPERATIONS) > 290
    assert [name for name, one in OPERATIONS.items() if not (one["operationId"] and one["summary"])] == []
    assert [name for name, one in OPERATIONS.items() if not one.get("description")] == []


def fields_and_parameters() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every field of every schema and every parameter, with what it belongs to."""
    for document in DOCUMENTS.values():
        for name, schema in document["components"]["schemas"].items():
            for field, described in schema.get("properties", {}).items():
                yield name.removesuffix("Input"), field, described
                yield name, field, described
    for operation in OPERATIONS.values():
        for one in operation.get("parameters", ()):
            yield operation["operationId"], one["name"], one


def test_every_field_and_parameter_says_what_it_means() -> None:
    """Say it where it is declared, or in shared/http/words.toml if it means the same everywhere."""
    silent = {(owner, name) for owner, name, one in fields_and_parameters() if not one.get("description")}
    assert silent == set()


def test_every_feature_has_words() -> None:
    labels = {one["x-feature"]: one.get("x-label") for one in OPERATIONS.values() if "x-feature" in one}
    assert labels == FEATURES


def test_all_words_are_needed() -> None:
    names = {name for owner, field, _ in fields_and_parameters() for name in (field, f"{owner}.{field}")}
    assert read_words().keys() - names == set()


@pytest.mark.parametrize(
    ("header", "code"), [("if-match", "VERSION_MISSING"), ("idempotency-key", "IDEMPOTENCY_KEY_MISSING")]
)
def test_a_header_is_required_where_the_service_demands_it(header: str, code: str) -> None:
    demanding = {name for name, one in OPERATIONS.items() if refuses(one, code)}
    required = {
        name for name, one in OPERATIONS.items() if (found := parameter(one, header)) is not None and found["required"]
    }
    assert len(demanding) > 15
    assert required == demanding


def test_what_a_change_names_by_its_etag_can_be_read_at_its_path_or_around_it() -> None:
    """The refusal of a stale change shows it (shared.http.conflicts)."""
    reading = {
        name.removeprefix("GET ")
        for name, one in OPERATIONS.items()
        if name.startswith("GET ") and "ETag" in one["responses"].get("200", {}).get("headers", {})
    }
    for name, one in OPERATIONS.items():
        if refuses(one, "VERSION_STALE"):
            path, _, service = name.partition(" ")[2].partition(" of ")
            steps = path.split("/")
            around = {f"{'/'.join(steps[:end])} of {service}" for end in range(3, len(steps) + 1)}
            assert around & reading, name


def test_retry_after_is_declared_where_a_refusal_passes() -> None:
    for document in DOCUMENTS.values():
        for name, answer in document["components"]["responses"].items():
            passing = {"TRY_AGAIN", "COMMAND_IN_FLIGHT", "DATABASE_AWAY", "LOG_IN_LIMITED"} & set(name.split("."))
            assert not passing or "Retry-After" in answer["headers"], name


def test_a_list_names_the_fields_that_it_is_sorted_by() -> None:
    sorted_by = {name: one for name, operation in OPERATIONS.items() if (one := parameter(operation, "sort"))}
    assert len(sorted_by) > 45
    assert [name for name, one in sorted_by.items() if one["schema"]["default"] not in one["schema"]["enum"]] == []
    orders = sorted_by["GET /v1/work-orders of rating"]["schema"]
    assert {"number", "-number", "service_on", "-total"} <= set(orders["enum"])


def test_event_streams_are_declared_where_they_are_answered() -> None:
    streams = {name for name, one in OPERATIONS.items() if "text/event-stream" in str(one["responses"].get("200"))}
    assert streams == {name for name in OPERATIONS if name.partition(" of ")[0].endswith("/events")}
    assert len(streams) >= 4
