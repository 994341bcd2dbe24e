"""Amounts, rates and quantities: exact decimals, one rounding rule, strings on the wire.

What people enter or import has a cap, so that no sum of documents can exceed a column. Answers and events accept more:
sums, and what was entered before there was a cap.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, cast

from pydantic import GetPydanticSchema
from pydantic_core import core_schema

ZERO = Decimal("0.00")
_CENT = Decimal("0.01")
_CENTS = -2
LARGEST = Decimal("999999999.99")
"""The largest amount of a line and of a document, with either sign."""


def round_cents(amount: Decimal) -> Decimal:
    """Rounds half away from zero to the cent: 24.375 → 24.38, -24.375 → -24.38.

    This is the only rounding rule of the suite; PostgreSQL's and Python's own are not used.
    """
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


def is_too_large(amount: Decimal) -> bool:
    """Whether an amount is beyond what a line or a document can have."""
    return abs(amount) > LARGEST


def _form(digits: int, places: int) -> str:
    return rf"^-?[0-9]{{1,{digits}}}(\.[0-9]{{1,{places}}})?$"


def _decimal(digits: int, places: int) -> core_schema.CoreSchema:
    """Text of this form, or a Decimal. JSON numbers are refused because they are floats.

    Pydantic checks and converts it outside Python, because one chunk of an export has thousands of them.
    """
    # The pattern has limited the digits: to count them again takes three times as long as everything else.
    text = core_schema.str_schema(strict=True, pattern=_form(digits, places))
    from_text = core_schema.chain_schema([text, core_schema.decimal_schema()])
    decimal = core_schema.decimal_schema(strict=True, max_digits=digits + places, decimal_places=places)
    either = core_schema.json_or_python_schema(from_text, core_schema.union_schema([decimal, from_text]))
    words = f'must be a decimal number in a string, with at most {places} decimal places, like "12.50"'
    return core_schema.custom_error_schema(either, "decimal_text", custom_error_message=words)


def _two_places(amount: Decimal) -> str:
    return str(amount if amount.as_tuple().exponent == _CENTS else round_cents(amount))


def _shown(schema: core_schema.CoreSchema, places: int) -> core_schema.CoreSchema:
    """The schema, in which amounts have two decimals on the wire, however they were entered or calculated."""
    if places != -_CENTS:
        return schema
    shown = core_schema.plain_serializer_function_ser_schema(
        _two_places, return_schema=core_schema.str_schema(), when_used="json-unless-none"
    )
    return cast("core_schema.CoreSchema", {**schema, "serialization": shown})


def _exact(digits: int, places: int) -> GetPydanticSchema:
    """A decimal in an answer or an event."""
    schema = _shown(_decimal(digits, places), places)
    # A new one each time: pydantic adds the default of the field to it.
    return GetPydanticSchema(
        lambda _kind, _handler: schema,
        lambda _schema, _handler: {"type": "string", "pattern": _form(digits, places)},
    )


_WIDEST = 22
_LONGEST = 40
"""The digits up to which a number that is too large is refused as such, and not as text that is no number."""


def _entered(digits: int, places: int) -> GetPydanticSchema:
    """A decimal that people enter, up to the largest number with so many digits.

    The published pattern of a body shows the cap, that of an answer does not, because what is stored may be older.
    """
    largest = Decimal(10) ** digits - Decimal(1).scaleb(-places)
    capped = core_schema.decimal_schema(strict=True, ge=-largest, le=largest)
    schema = _shown(core_schema.chain_schema([_decimal(_LONGEST, places), capped]), places)
    return GetPydanticSchema(
        lambda _kind, _handler: schema,
        lambda _schema, handler: {
            "type": "string",
            "pattern": _form(digits if handler.mode == "validation" else _WIDEST, places),
        },
    )


Money = Annotated[Decimal, _exact(22, 2)]
"""An amount or a sum in the company's currency, as wide as numeric(24,2); a string on the wire."""


Rate = Annotated[Decimal, _exact(13, 5)]
"""A price per unit, numeric(18,5); a string on the wire."""


Quantity = Annotated[Decimal, _exact(21, 3)]
"""A number of units or their sum, as wide as numeric(24,3); a string on the wire."""


EnteredMoney = Annotated[Decimal, _entered(9, 2)]
"""An amount as people enter it: at most 999,999,999.99."""


EnteredRate = Annotated[Decimal, _entered(9, 5)]
"""A price per unit as people enter it: at most 999,999,999.99999."""


EnteredQuantity = Annotated[Decimal, _entered(7, 3)]
"""A number of units as people enter it: at most 9,999,999.999."""


EnteredWorth = Annotated[Decimal, _entered(9, 3)]
"""A quantity that may be money, such as the declared value of a package: at most 999,999,999.999."""


EnteredSum = Annotated[Decimal, _entered(15, 2)]
"""A sum of many amounts as people enter it: at most 999,999,999,999,999.99."""


EnteredSumOfUnits = Annotated[Decimal, _entered(15, 3)]
"""A sum of many quantities as people enter it."""
