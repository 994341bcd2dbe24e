"""Every number that people enter has a cap, which the OpenAPI document shows."""

import pytest

from gateway.routes import load_documents
from tests.fixtures.caps import digits_of
from tests.fixtures.operations import request_fields

SUMS = {
    *("ExportRequest/expected_total", "ContractItem/billed_amount", "ContractItem/billed_units"),
    *("NewBatch/control_total", "BatchChange/control_total"),
}
"""Sums of many documents, which may be larger than one."""


def test_every_decimal_number_in_a_request_has_a_cap() -> None:
    digits = {name: digits for name, schema in request_fields() if (digits := digits_of(schema)) is not None}
    assert len(digits) > 80
    assert {name: found for name, found in digits.items() if found > 9} == dict.fromkeys(SUMS, 15)


def test_every_whole_number_in_a_request_has_a_cap() -> None:
    whole = [(name, schema) for name, schema in request_fields() if schema.get("type") == "integer"]
    assert len(whole) > 20
    assert [name for name, schema in whole if not {"maximum", "exclusiveMaximum"} & schema.keys()] == []


def test_no_request_has_a_number_that_is_a_float() -> None:
    assert [name for name, schema in request_fields() if schema.get("type") == "number"] == []


@pytest.mark.parametrize("name", ["BatchRow", "InvoiceTotals", "LedgerTotals", "AccountRead"])
def test_answers_are_as_wide_as_sums(name: str) -> None:
    schema = load_documents()["receivables"]["components"]["schemas"][name]
    widths = [digits for field in schema["properties"].values() if (digits := digits_of(field)) is not None]
    assert widths
    assert set(widths) <= {22, 13, 21}
