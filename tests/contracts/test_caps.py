"""Every number that people enter has a cap, which the OpenAPI document shows."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from gateway.routes import load_documents
from tests.fixtures.caps import digits_of

SUMS = {"ExportRequest/expected_total", "ContractItem/billed_amount", "ContractItem/billed_units"}
"""Sums of many documents, which may be larger than one."""
PLACES = [
    (service, f"{method} {template}", schema)
    for service, document in load_documents().items()
    for template, operations in document["paths"].items()
    for method, operation in operations.items()
    for schema in (
        *(parameter["schema"] for parameter in operation.get("parameters", ())),
        *(content.get("schema", {}) for content in operation.get("requestBody", {}).get("content", {}).values()),
    )
]


def fields_of(
    document: Mapping[str, Any], schema: Any, name: str, seen: frozenset[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema in a request with its name, such as `LineInput/net`."""
    if "$ref" in schema:
        model = schema["$ref"].rpartition("/")[2]
        if model not in seen:
            found = document["components"]["schemas"][model]
            yield from fields_of(document, found, model.removesuffix("-Input"), seen | {model})
        return
    yield name, schema
    for field, inner in schema.get("properties", {}).items():
        yield from fields_of(document, inner, f"{name}/{field}", seen)
    nested = [schema.get("items", {}), schema.get("additionalProperties", {}), *schema.get("prefixItems", ())]
    for inner in (*nested, *(one for word in ("anyOf", "oneOf", "allOf") for one in schema.get(word, ()))):
        if isinstance(inner, dict) and inner:
            yield from fields_of(document, inner, name, seen)


def all_fields() -> list[tuple[str, dict[str, Any]]]:
    documents = load_documents()
    return [
        field
        for service, operation, schema in PLACES
        for field in fields_of(documents[service], schema, operation, frozenset())
    ]


def test_every_decimal_number_in_a_request_has_a_cap() -> None:
    digits = {name: digits for name, schema in all_fields() if (digits := digits_of(schema)) is not None}
    assert len(digits) > 80
    assert {name: found for name, found in digits.items() if found > 9} == dict.fromkeys(SUMS, 15)


def test_every_whole_number_in_a_request_has_a_cap() -> None:
    whole = [(name, schema) for name, schema in all_fields() if schema.get("type") == "integer"]
    assert len(whole) > 20
    assert [name for name, schema in whole if not {"maximum", "exclusiveMaximum"} & schema.keys()] == []


def test_no_request_has_a_number_that_is_a_float() -> None:
    assert [name for name, schema in all_fields() if schema.get("type") == "number"] == []


@pytest.mark.parametrize("name", ["BatchRow", "InvoiceTotals", "LedgerTotals", "AccountRead"])
def test_answers_are_as_wide_as_sums(name: str) -> None:
    schema = load_documents()["receivables"]["components"]["schemas"][name]
    widths = [digits for field in schema["properties"].values() if (digits := digits_of(field)) is not None]
    assert widths
    assert set(widths) <= {22, 13, 21}
