"""Amounts are exact, have one rounding rule, and are text on the wire."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.values.money import EnteredMoney, EnteredQuantity, EnteredRate, Money, Quantity, Rate, round_cents
from shared.values.text import words_of_fault


class Bill(BaseModel):
    amount: Money = Decimal("0.00")
    rate: Rate = Decimal(0)
    quantity: Quantity = Decimal(0)


@pytest.mark.parametrize(
    ("exact", "cents"),
    [
        ("24.375", "24.38"),
        ("-24.375", "-24.38"),
        ("0.004", "0.00"),
        ("0.005", "0.01"),
        ("1.005", "1.01"),
        ("2.675", "2.68"),
    ],
)
def test_halves_are_rounded_away_from_zero(exact: str, cents: str) -> None:
    assert str(round_cents(Decimal(exact))) == cents


@given(st.decimals("-9999999999999999.99", "9999999999999999.99", places=2))
def test_an_amount_survives_the_wire_to_the_cent(amount: Decimal) -> None:
    sent = Bill(amount=amount).model_dump_json()
    assert Bill.model_validate_json(sent).amount == amount
    assert f'"amount":"{amount}"' in sent


@pytest.mark.parametrize(
    "value",
    [
        1,
        1.5,
        "1.234",
        "1e2",
        "NaN",
        "Infinity",
        "",
        " 1.00",
        "1,00",
        "1_000.00",
        "+1.00",
        ".50",
        "1.",
        "٣.00",
        None,
        True,
        "12345678901234567890123.00",
    ],
)
def test_anything_but_plain_decimal_text_is_refused(value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        Bill.model_validate({"amount": value})
    (error,) = refused.value.errors()
    assert error["msg"] == 'must be a decimal number in a string, with at most 2 decimal places, like "12.50"'


@pytest.mark.parametrize("value", ["1.5", "1", "-0.05", "9999999999999999.99"])
def test_plain_decimal_text_is_accepted(value: str) -> None:
    assert Bill.model_validate({"amount": value}).amount == Decimal(value)


@pytest.mark.parametrize("value", ["1.5", 1.5])
def test_json_numbers_are_refused_and_json_text_is_accepted(value: object) -> None:
    text = json.dumps({"amount": value})
    if isinstance(value, str):
        assert Bill.model_validate_json(text).amount == Decimal("1.5")
    else:
        with pytest.raises(ValidationError):
            Bill.model_validate_json(text)


def test_rates_have_five_decimals_and_quantities_three() -> None:
    assert Bill(rate="0.12345", quantity="1.234")
    for wrong in ({"rate": "0.123456"}, {"quantity": "1.2345"}):
        with pytest.raises(ValidationError):
            Bill.model_validate(wrong)


def test_the_schema_says_that_an_amount_is_text() -> None:
    assert Bill.model_json_schema()["properties"]["amount"]["type"] == "string"


def refusal(kind: Any, value: object) -> str | None:
    """The sentence with which a value is refused; None if it is accepted."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        (fault,) = error.errors()
        return words_of_fault(fault["type"], fault["msg"], fault.get("ctx", {}))
    return None


@pytest.mark.parametrize(
    ("kind", "largest", "beyond"),
    [
        (EnteredMoney, "999,999,999.99", "1000000000.00"),
        (EnteredRate, "999,999,999.99999", "1000000000"),
        (EnteredQuantity, "9,999,999.999", "10000000"),
    ],
)
def test_what_people_enter_is_refused_beyond_its_cap(kind: object, largest: str, beyond: str) -> None:
    exactly = largest.replace(",", "")
    assert [refusal(kind, value) for value in (exactly, f"-{exactly}", f"000{exactly}")] == [None] * 3
    assert refusal(kind, beyond) == refusal(kind, "9" * 39) == f"must be at most {largest}"
    assert refusal(kind, f"-{beyond}") == f"must be at least -{largest}"
    assert refusal(kind, Decimal(beyond)) == f"must be at most {largest}"


def test_a_number_too_large_is_not_called_text() -> None:
    words = 'must be a decimal number in a string, with at most 2 decimal places, like "12.50"'
    assert [refusal(EnteredMoney, value) for value in ("x", 1.5, "1.234", "9" * 41)] == [words] * 4


def test_answers_and_events_accept_sums_and_what_was_entered_before_there_was_a_cap() -> None:
    assert refusal(Money, "9999999999999999999999.99") is None
